import type { Cell, PackedPiece } from '../../../spec/index.js'

/**
 * The cells of a row.
 *
 * One text is made of the whole row and cut: to make one for each cell is most of what reading a row costs. Where it is not
 * ASCII alone, the lengths of long cells included, each is made by itself.
 */
export function cellsOf(bytes: Buffer, start: number, end: number): Cell[] {
  const count = bytes.readUInt16BE(start)
  const cells = new Array<Cell>(count)
  const whole = bytes.toString('latin1', start, end)
  const isAscii = !BEYOND_ASCII.test(whole)
  let at = start + 2
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0) cells[index] = null
    else {
      cells[index] = isAscii ? whole.slice(at - start, at - start + length) : bytes.toString('utf8', at, at + length)
      at += length
    }
  }
  return cells
}

// A null's length is -1, four bytes of 0xff: it is no part of a text.
const BEYOND_ASCII = /[\x80-\xfe]/

/** Of a message, before its body: its type, and its length. */
export const PIECE_HEAD = 5
/** Before the first cell of a row in its message. */
export const ROW_GAP: number = PIECE_HEAD + 2

/** The cells of rows that stand in their messages. */
export function rowsIn(pieces: readonly PackedPiece[]): Cell[][] {
  const rows: Cell[][] = []
  for (const { bytes, start, end } of pieces)
    for (let at = start; at < end; ) {
      const next = at + 1 + bytes.readUInt32BE(at + 1)
      rows.push(cellsOf(bytes, at + PIECE_HEAD, next))
      at = next
    }
  return rows
}

/** Throws where a row is another than it says: whoever reads its cells later trusts their lengths. @param width cells of it */
export function checkRow(bytes: Buffer, start: number, end: number, width: number): void {
  let at = start + 2
  for (let left = width; left > 0; left -= 1) {
    const length = bytes.readInt32BE(at)
    at += length < 0 ? 4 : 4 + length
  }
  if (at !== end || bytes.readUInt16BE(start) !== width) throw new RangeError('a row is malformed')
}
