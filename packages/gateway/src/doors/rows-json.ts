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

const BRACKET = 91
const BRACKET_CLOSED = 93
const COMMA = 44
const LOWER_T = 116
const NINE = 57
const QUOTE = 34
const ZERO = 48
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
  const first = places.findIndex((place) => place >= 0)
  // Of each row, beside the bytes of its cells: a cell's length has four, and gives at most a comma and two quotes, or `false`.
  const own = 2 + between.length + behind.length + kinds.length * 5
  let isNext = !isFirst
  for (const { bytes, count, end, start } of pieces) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = start
    let left = count
    into.reserve(end - start + left * own)
    let { bytes: out, view: outView, end: to } = into
    for (; at < end; left -= 1) {
      at += gap
      if (isNext) for (let one = 0; one < between.length; one += 1) out[to++] = between.charCodeAt(one)
      isNext = true
      out[to++] = BRACKET
      // By index, and by comparisons: with an iterator and a table of bytes this took more than twice as long.
      for (let cell = 0; cell < kinds.length; cell += 1) {
        const length = view.getInt32(at)
        at += 4
        const from = at
        const stop = length < 0 ? at : at + length
        const kind = kinds[cell]
        if (kind === undefined) {
          at = stop
          continue
        }
        if (cell !== first) out[to++] = COMMA
        if (length < 0) to = put(out, to, NULL)
        else if (kind === 'boolean') to = put(out, to, bytes[at] === LOWER_T ? TRUE : FALSE)
        else {
          const begun = to
          const last = length === 0 ? 0 : (bytes[stop - 1] as number)
          // JSON has no number for what does not end in a digit, such as infinity.
          const isQuoted = kind === 'text' || (kind === 'number' && (last < ZERO || last > NINE))
          let odd = 0
          if (isQuoted) {
            out[to++] = QUOTE
            for (const stop4 = stop - 4; at <= stop4; at += 4, to += 4) {
              const four = view.getInt32(at)
              odd |= oddIn(four)
              outView.setInt32(to, four)
            }
          }
          for (; at < stop; at += 1) {
            const byte = bytes[at] as number
            if (byte < 0x20 || byte > 0x7e || (isQuoted && (byte === QUOTE || byte === BACKSLASH))) odd = 1
            out[to++] = byte
          }
          if (odd !== 0) {
            const text = bytes.toString('utf8', from, stop)
            into.end = begun
            into.write(isQuoted ? JSON.stringify(text) : jsonOnOneLine(text))
            into.reserve(end - stop + left * own)
            out = into.bytes
            outView = into.view
            to = into.end
          } else if (isQuoted) out[to++] = QUOTE
        }
        at = stop
      }
      out[to++] = BRACKET_CLOSED
      for (let one = 0; one < behind.length; one += 1) out[to++] = behind.charCodeAt(one)
    }
    into.end = to
  }
}

const BACKSLASH = 92

/** Of four bytes at once: not 0 where one is below a space, a quote, a backslash, or beyond ASCII. */
function oddIn(four: number): number {
  // Less of each what it must not be below, or must not be: whichever is goes below nothing, and sets its highest bit.
  const quotes = (four ^ 0x22222222) - 0x01010101
  const backslashes = (four ^ 0x5c5c5c5c) - 0x01010101
  return (four | (four - 0x20202020) | quotes | backslashes) & 0x80808080
}

function put(out: Buffer, to: number, word: Buffer): number {
  for (let at = 0; at < word.length; at += 1) out[to + at] = word[at] as number
  return to + word.length
}
