import { Buffer } from 'node:buffer'

/** The text of a statement, and how its parts are addressed. */
export interface SqlText {
  readonly text: string
  /** The parser counts bytes of UTF-8; -1 where it does not know. @returns UTF-16 code units */
  fromBytes(bytes: number): number
  /** PostgreSQL counts code points. @param codePoints from 0 */
  fromCodePoints(codePoints: number): number
}

export function sqlText(text: string): SqlText {
  // As many bytes as code units: all of it is ASCII, and every count is the same.
  if (Buffer.byteLength(text) === text.length) return { text, fromBytes: (at) => at, fromCodePoints: (at) => at }
  const units = { ofByte: new Map<number, number>(), ofCodePoint: new Map<number, number>() }
  let bytes = 0
  let codePoints = 0
  let unit = 0
  for (const character of text) {
    units.ofByte.set(bytes, unit)
    units.ofCodePoint.set(codePoints, unit)
    bytes += Buffer.byteLength(character)
    codePoints += 1
    unit += character.length
  }
  units.ofByte.set(bytes, unit)
  units.ofCodePoint.set(codePoints, unit)
  return {
    text,
    fromBytes: (at) => units.ofByte.get(at) ?? -1,
    fromCodePoints: (at) => units.ofCodePoint.get(at) ?? -1,
  }
}

/** An identifier as PostgreSQL reads it back exactly, keywords and capitals too. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
