import type { TextPart } from '../spec/index.js'

/** What a provider puts around each text: names of roles, marks of beginning and end. */
const AROUND = 8
/** What is set aside for a picture or a sound, whose tokens nobody tells from its bytes. */
const UNINSPECTABLE = 2000

/** What a prompt cannot be more than: no vocabulary has a token of less than a byte. */
export function promptMost(parts: readonly TextPart[], uninspectable: number): number {
  return promptBytes(parts) + AROUND * (parts.length + 1) + UNINSPECTABLE * uninspectable
}

/** In UTF-8. */
export function promptBytes(parts: readonly TextPart[]): number {
  let bytes = 0
  for (const { text } of parts) bytes += Buffer.byteLength(text)
  return bytes
}

const SPACE = 0x20

/** What a prompt cannot be less than: where a word begins with a letter or digit behind a blank, a token begins. */
export function promptLeast(parts: readonly TextPart[]): number {
  let words = 0
  for (const { text } of parts) {
    let before = SPACE
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (before <= SPACE && isPlain(code)) words += 1
      before = code
    }
  }
  return words
}

/** A letter or digit of ASCII. */
function isPlain(code: number): boolean {
  const low = code | 0x20
  return (low >= 0x61 && low <= 0x7a) || (code >= 0x30 && code <= 0x39)
}
