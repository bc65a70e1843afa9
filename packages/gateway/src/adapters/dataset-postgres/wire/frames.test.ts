import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellsOf, checkRow, rowsIn } from './cells.js'
import { createFrames } from './frames.js'

const message = (type: string, body: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

const messages = fc.array(fc.tuple(fc.constantFrom('D', 'C', 'Z'), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 })

describe('messages of a server', () => {
  it('are the same however they are cut, and whenever it is paused', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat({ max: 60 })), fc.array(fc.boolean()), (all, cuts, pauses) => {
        const bytes = Buffer.concat(all.map(([type, body]) => message(type, body)))
        const taken: (readonly [string, string])[] = []
        let turn = 0
        let waits = 0
        const frames = createFrames(
          1000,
          (type, held, start, end) => {
            taken.push([String.fromCharCode(type), held.toString('hex', start, end)])
            const goesOn = pauses[turn++ % Math.max(1, pauses.length)] !== true
            if (!goesOn) waits += 1
            return goesOn
          },
          () => expect.fail('too long'),
        )
        let at = 0
        for (const cut of [...cuts, bytes.length]) {
          const chunk = bytes.subarray(at, at + cut)
          if (chunk.length > 0) frames.push(Buffer.from(chunk))
          at += cut
          // At times more comes while it is paused.
          if (cut % 2 === 0) for (; waits > 0; waits -= 1) frames.resume()
        }
        while (waits > 0) {
          waits -= 1
          frames.resume()
        }
        expect(taken).toEqual(all.map(([type, body]) => [type, Buffer.from(body).toString('hex')]))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['too long', message('D', Buffer.alloc(1001))],
    ['of a length that none has', Buffer.from([0x44, 0, 0, 0, 3, 0])],
    ['of a negative length', Buffer.from([0x44, 0xff, 0xff, 0xff, 0xff, 0])],
  ])('are given up where one is %s', (_, bytes) => {
    let isTooLong = false
    const frames = createFrames(
      1000,
      () => expect.fail('taken'),
      () => {
        isTooLong = true
      },
    )
    frames.push(bytes)
    expect(isTooLong).toBe(true)
  })
})

/** The body of a message that brings a row. */
function rowOf(cells: readonly (string | null)[]): Buffer {
  const parts = cells.map((one) => {
    const length = Buffer.alloc(4)
    const bytes = Buffer.from(one ?? '')
    length.writeInt32BE(one === null ? -1 : bytes.length)
    return one === null ? length : Buffer.concat([length, bytes])
  })
  const count = Buffer.alloc(2)
  count.writeUInt16BE(cells.length)
  return Buffer.concat([count, ...parts])
}

describe('cells of a row', () => {
  it('are what each is by itself, ASCII or not', () => {
    const cell = fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 5 })))
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 8 }), (cells) => {
        const before = Buffer.from('before')
        const row = Buffer.concat([before, rowOf(cells), Buffer.from('after')])
        expect(cellsOf(row, before.length, row.length - 5)).toEqual(cells)
      }),
      { numRuns: 2000 },
    )
  })

  it('are as long as they say, and as many as are expected, or nobody reads them', () => {
    const row = rowOf(['one', null, 'three'])
    expect(() => checkRow(row, 0, row.length, 3)).not.toThrow()
    for (const width of [2, 4]) expect(() => checkRow(row, 0, row.length, width)).toThrow()
    for (const end of [row.length - 1, row.length + 1]) expect(() => checkRow(row, 0, end, 3)).toThrow()
    fc.assert(
      fc.property(fc.nat(row.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bent = Buffer.from(row)
        bent[at] = (bent[at] ?? 0) ^ flip
        const isOfText = (at >= 6 && at < 9) || at >= 17
        // What is no length any more may be another null: then what follows it is no row.
        if (isOfText) expect(() => checkRow(bent, 0, bent.length, 3)).not.toThrow()
        else if (at < 9 || at > 12) expect(() => checkRow(bent, 0, bent.length, 3)).toThrow()
      }),
    )
  })

  it('are found again in the messages that they came in', () => {
    const rows = [
      ['one', null],
      ['žluť', ''],
      [null, '3'],
    ]
    const messages = rows.map((cells) => {
      const body = rowOf(cells)
      const head = Buffer.from('D0000')
      head.writeUInt32BE(body.length + 4, 1)
      return Buffer.concat([head, body])
    })
    const bytes = Buffer.concat([Buffer.from('before'), ...messages, Buffer.from('behind')])
    expect(rowsIn([{ bytes, start: 6, end: bytes.length - 6, count: rows.length }])).toEqual(rows)
  })
})
