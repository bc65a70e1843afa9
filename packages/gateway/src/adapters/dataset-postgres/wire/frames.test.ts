import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellsOf } from './cells.js'
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

describe('cells of a row', () => {
  it('are what each is by itself, ASCII or not', () => {
    const cell = fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 5 })))
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 8 }), (cells) => {
        const parts = cells.map((one) => {
          const length = Buffer.alloc(4)
          const bytes = Buffer.from(one ?? '')
          length.writeInt32BE(one === null ? -1 : bytes.length)
          return one === null ? length : Buffer.concat([length, bytes])
        })
        const count = Buffer.alloc(2)
        count.writeUInt16BE(cells.length)
        const before = Buffer.from('before')
        const row = Buffer.concat([before, count, ...parts, Buffer.from('after')])
        expect(cellsOf(row, before.length, row.length - 5)).toEqual(cells)
      }),
      { numRuns: 2000 },
    )
  })
})
