import { expect, it } from 'vitest'
import { pairsOf, STRIDE, WINDOW, windowsOf } from './windows.js'

it('windows overlap, and each token has exactly one that speaks for it', () => {
  for (const length of [0, 1, WINDOW - 1, WINDOW, WINDOW + 1, 2 * STRIDE, 1000, 1013]) {
    const windows = windowsOf({ ids: new Array<number>(length).fill(7) })
    const owned = windows.flatMap(({ ownFrom, ownTo }) =>
      Array.from({ length: ownTo - ownFrom }, (_, i) => ownFrom + i),
    )
    expect(owned).toEqual(Array.from({ length }, (_, i) => i))
    for (const { from, ownFrom, ownTo, to } of windows) {
      expect(to - from).toBeLessThanOrEqual(WINDOW)
      expect(ownFrom).toBeGreaterThanOrEqual(from)
      expect(ownTo).toBeLessThanOrEqual(to)
    }
  }
})

it('of a system message and a text so many pairs are compared, however long they are', () => {
  const of = (length: number) => ({ ids: new Array<number>(length).fill(7) })
  expect(pairsOf(of(0), of(9))).toEqual([])
  expect(pairsOf(of(9), of(0))).toEqual([])
  expect(pairsOf(of(9), of(9))).toHaveLength(1)
  expect(pairsOf(of(WINDOW + 1), of(9))).toHaveLength(2)
  const most = pairsOf(of(10_000), of(10_000))
  expect(most).toHaveLength(8)
  expect(most.at(-1)?.[1].to).toBe(10_000)
})
