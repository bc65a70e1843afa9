import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isBlank, LineReader } from './lines.js'

function linesOf(pieces: readonly Buffer[], atMost = 1000): readonly (readonly [string, boolean] | string)[] {
  const reader = new LineReader(atMost)
  const lines: (readonly [string, boolean] | string)[] = []
  for (const piece of pieces) {
    // As a spool lends it: overwritten once the next one is asked for.
    const lent = Buffer.from(piece)
    for (const line of reader.push(lent)) {
      if ('kind' in line) return [...lines, `${line.code}: ${line.message}`]
      lines.push([line.bytes.toString('utf8'), line.hasNewline])
    }
    lent.fill(0)
  }
  const last = reader.end()
  if (last !== undefined) lines.push([last.bytes.toString('utf8'), last.hasNewline])
  return lines
}

it('lines are the same in any cutting, and give the file back', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é', ' '), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(80), { maxLength: 8 }), (said, cuts) => {
      const file = Buffer.from(said)
      const at = [0, ...cuts.map((cut) => Math.min(cut, file.length)).sort((a, b) => a - b), file.length]
      const cut = linesOf(at.slice(1).map((to, index) => file.subarray(at[index], to)))
      expect(cut).toEqual(linesOf([file]))
      expect(cut.map(([line, hasNewline]) => `${line}${hasNewline ? '\n' : ''}`).join('')).toBe(said)
    }),
  )
})

it('a line that never ends is refused where it gets too long, by its number', () => {
  const said = linesOf([Buffer.from('one\n'), ...Array.from({ length: 100 }, () => Buffer.alloc(50, 'x'))], 1000)
  expect(said).toEqual([['one', true], 'body_too_large: Line 2 is longer than a request may be.'])
})

it('blank is what JSON takes for space, and no other', () => {
  expect(['', ' ', '\t \r'].map((text) => isBlank(Buffer.from(text)))).toEqual([true, true, true])
  expect(['a', '\u00a0', '\u2028', '\u000b'].map((text) => isBlank(Buffer.from(text)))).toEqual([
    false,
    false,
    false,
    false,
  ])
})
