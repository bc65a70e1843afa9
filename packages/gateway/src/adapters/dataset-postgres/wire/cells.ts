import type { Cell } from '../../../spec/index.js'

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
