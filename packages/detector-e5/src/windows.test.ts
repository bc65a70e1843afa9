import { expect, it } from 'vitest'
import { STRIDE, WINDOW, windowsOf } from './windows.js'

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
