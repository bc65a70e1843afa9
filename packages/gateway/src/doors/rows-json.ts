import type { Shown, ShownColumn, ShownRows } from '../pipeline/reads/call.js'
import type { PackedRows } from '../spec/index.js'
import type { AnswerBytes } from './answer-bytes.js'

/** What stands before, between and behind rows. */
export interface RowsFrame {
  readonly between: string
  readonly behind: string
}

/**
 * Writes rows, each an array. Numbers, booleans and JSON stand as the database writes them.
 *
 * @param isFirst none was written before
 */
export function writeRows(
  into: AnswerBytes,
  rows: ShownRows,
  columns: readonly ShownColumn[],
  { behind, between }: RowsFrame,
  isFirst: boolean,
): void {
  if ('pieces' in rows) {
    writePacked(into, rows, columns, { between, behind }, isFirst)
    return
  }
  let text = ''
  for (const [at, row] of rows.entries()) text += (isFirst && at === 0 ? '' : between) + rowText(row, columns) + behind
  into.write(text)
}

function rowText(row: readonly Shown[], columns: readonly ShownColumn[]): string {
  let text = '['
  for (let at = 0; at < row.length; at += 1) {
    const cell = row[at] ?? null
    if (at > 0) text += ','
    if (cell === null) text += 'null'
    // Of most texts nothing is escaped, and looking costs less than asking for it.
    else if (columns[at]?.cells === 'text') text += PLAIN.test(cell) ? `"${cell}"` : JSON.stringify(cell)
    else text += columns[at]?.cells === 'json' ? jsonOnOneLine(cell) : cell
  }
  return `${text}]`
}

/** What stands in a string of JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/
const LINE_BREAKS = /[\r\n]+/g

/** Between its parts JSON may have line breaks, and a reader of lines would take what follows for one of ours. */
function jsonOnOneLine(json: string): string {
  return json.replace(LINE_BREAKS, ' ')
}

/** The same of bytes of ASCII: whatever has others is made a text of. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) => (PLAIN.test(String.fromCharCode(byte)) ? 1 : 0))
const isPlainInJson = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 32 && byte < 128 ? 1 : 0))

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const NINE = 57
const OPEN = 91
const CLOSE = 93
const LOWER_T = 116
const [NULL, TRUE, FALSE] = ['null', 'true', 'false'].map((word) => Buffer.from(word)) as [Buffer, Buffer, Buffer]

/** From the database's bytes to those of the answer, with no text in between where a cell is plain ASCII. */
function writePacked(
  into: AnswerBytes,
  { gap, pieces, places }: PackedRows,
  columns: readonly ShownColumn[],
  { behind, between }: RowsFrame,
  isFirst: boolean,
): void {
  const kinds = places.map((place) => (place < 0 ? undefined : columns[place]?.cells))
  // Of each row, beside the bytes of its cells: a cell's length has four, and gives at most a comma and two quotes, or `false`.
  const own = 2 + between.length + behind.length
  let isNext = !isFirst
  for (const { bytes, count, end, start } of pieces) {
    let at = start
    let left = count
    into.reserve(end - start + left * (own + kinds.length * 5))
    let out = into.bytes
    let to = into.end
    for (; at < end; left -= 1) {
      at += gap
      if (isNext) for (let one = 0; one < between.length; one += 1) out[to++] = between.charCodeAt(one)
      isNext = true
      out[to++] = OPEN
      let isFirstCell = true
      for (const kind of kinds) {
        const length =
          ((bytes[at] as number) << 24) |
          ((bytes[at + 1] as number) << 16) |
          ((bytes[at + 2] as number) << 8) |
          (bytes[at + 3] as number)
        at += 4
        const stop = length < 0 ? at : at + length
        if (kind === undefined) {
          at = stop
          continue
        }
        if (!isFirstCell) out[to++] = COMMA
        isFirstCell = false
        if (length < 0) to = put(out, to, NULL)
        else if (kind === 'boolean') to = put(out, to, bytes[at] === LOWER_T ? TRUE : FALSE)
        else {
          const last = length === 0 ? 0 : (bytes[stop - 1] as number)
          // JSON has no number for what does not end in a digit, such as infinity.
          const isQuoted = kind === 'text' || (kind === 'number' && (last < ZERO || last > NINE))
          const plain = isQuoted ? isPlain : isPlainInJson
          const begun = to
          if (isQuoted) out[to++] = QUOTE
          let from = at
          for (; from < stop; from += 1) {
            const byte = bytes[from] as number
            if (plain[byte] === 0) break
            out[to++] = byte
          }
          if (from < stop) {
            const cell = bytes.toString('utf8', at, stop)
            into.end = begun
            into.write(isQuoted ? JSON.stringify(cell) : jsonOnOneLine(cell))
            to = into.end
            into.reserve(end - stop + left * (own + kinds.length * 5))
            out = into.bytes
          } else if (isQuoted) out[to++] = QUOTE
        }
        at = stop
      }
      out[to++] = CLOSE
      for (let one = 0; one < behind.length; one += 1) out[to++] = behind.charCodeAt(one)
    }
    into.end = to
  }
}

function put(out: Buffer, to: number, word: Buffer): number {
  for (let at = 0; at < word.length; at += 1) out[to + at] = word[at] as number
  return to + word.length
}
