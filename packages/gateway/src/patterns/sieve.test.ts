import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Runs } from './runs.js'
import { DEPTH, type Kind, SIZE, tablesOf } from './sieve.js'
import { BEYOND, IN_RUN, SYMBOL_OF } from './symbols.js'
import { nextSet, Window } from './window.js'

const KINDS = fc.array(
  fc.array(
    fc.integer({ min: 0, max: 0xffff_ffff }).map((mask) => mask | 0),
    { minLength: DEPTH, maxLength: DEPTH },
  ),
  { maxLength: 20 },
)
const PIECES = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.constantFrom('abc', ' ', '7', '\u007f', '\u0080', 'é', '\ud83d', 'Ā', '\u0000') },
  { weight: 2, arbitrary: fc.nat(40).map((length) => 'aB1/'.repeat(10).slice(0, length)) },
  { weight: 1, arbitrary: fc.nat(2 * SIZE).map((length) => '. '.repeat(SIZE).slice(0, length)) },
)
const TEXTS = fc.array(PIECES, { maxLength: 12 }).map((pieces) => pieces.join(''))

const symbolAt = (text: string, at: number): number => SYMBOL_OF[text.charCodeAt(at)] ?? BEYOND
const isInRun = (text: string, at: number): boolean => IN_RUN[text.charCodeAt(at)] === 1

function places(bits: Uint32Array, until: number): readonly number[] {
  const all: number[] = []
  for (let at = nextSet(bits, 0, until); at < until; at = nextSet(bits, at + 1, until)) all.push(at)
  return all
}

describe('a sieve', () => {
  it('says of every character which symbol it is, and where what is looked for may begin', () => {
    fc.assert(
      fc.property(KINDS, TEXTS, fc.nat(), (kinds, text, seed) => {
        const window = new Window(tablesOf(kinds))
        window.begin(text, true)
        const from = text === '' ? 0 : seed % text.length
        window.reach(from, 1)
        expect(window.end).toBe(Math.min(text.length, from + SIZE))
        const length = window.end - from
        const symbols = Array.from({ length }, (_, at) => symbolAt(text, from + at))
        expect([...window.sieve.symbols.subarray(0, length)]).toEqual(symbols)
        const known = Math.max(0, length - DEPTH + 1)
        const fits = (kind: Kind, at: number): boolean =>
          kind.every((mask, depth) => ((mask >>> (symbols[at + depth] ?? 0)) & 1) === 1)
        const expected = symbols.slice(0, known).flatMap((_, at) => (kinds.some((kind) => fits(kind, at)) ? [at] : []))
        const found = places(window.sieve.begins, known)
        // More kinds than there are bits share some, and then more is let through.
        if (kinds.length <= 8) expect(found).toEqual(expected)
        else expect(found).toEqual(expect.arrayContaining(expected))
        const runs = symbols.flatMap((_, at) => {
          const fits = at + 16 <= length && Array.from({ length: 16 }).every((_, to) => isInRun(text, from + at + to))
          return fits ? [at] : []
        })
        expect(places(window.sieve.runs, length)).toEqual(runs)
      }),
      { numRuns: 100 },
    )
  })
})

describe('runs', () => {
  it('are near where they are, in a text of any length', () => {
    fc.assert(
      fc.property(TEXTS, fc.boolean(), fc.nat(100), (text, ended, reach) => {
        const window = new Window(new Uint8Array(tablesOf([]).length))
        const runs = new Runs(window, reach)
        window.begin(text, ended)
        runs.begin(0)
        const near: boolean[] = []
        for (let at = 0; at < text.length; ) {
          window.reach(at, runs.ahead)
          const is = runs.isNear(at)
          expect(runs.until).toBeGreaterThan(at)
          for (const until = Math.min(runs.until, text.length); at < until; at++) near.push(is)
        }
        expect(near).toEqual(nearRuns(text, ended, reach))
      }),
      { numRuns: 100 },
    )
  })
})

function nearRuns(text: string, ended: boolean, reach: number): readonly boolean[] {
  const near = Array.from(text.split(''), () => false)
  for (let at = 0; at < text.length; at++) {
    let end = at
    while (end < text.length && isInRun(text, end)) end++
    const isOne = end - at >= 16 || (end > at && end === text.length && !ended)
    if (isOne) near.fill(true, Math.max(0, at - reach), end)
    at = end
  }
  return near
}
