import { expect, test } from 'vitest'
import { isWithin, LABELS } from './label.js'

test('labels are within a bound where none of them is above it; a word of no known height is above all', () => {
  for (const [height, max] of LABELS.entries()) {
    expect(isWithin([], max)).toBe(true)
    for (const [at, label] of LABELS.entries()) expect(isWithin([label], max)).toBe(at <= height)
    expect(isWithin(LABELS, max)).toBe(height === LABELS.length - 1)
    expect(isWithin(['public', 'hr'], max)).toBe(false)
    expect(isWithin(['Public'], max)).toBe(false)
  }
})
