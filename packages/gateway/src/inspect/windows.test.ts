import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsOf } from './windows.js'

const texts = fc
  .array(fc.constantFrom('a', 'word ', '😀', '\n', 'é', 'e\u0301', '\ud83d', 'x'.repeat(40)), { maxLength: 200 })
  .map((pieces) => pieces.join(''))

describe('windows', () => {
  it('are the text itself where it is short enough', () => {
    expect(windowsOf('', 16)).toEqual([{ start: 0, text: '' }])
    expect(windowsOf('a'.repeat(16), 16)).toEqual([{ start: 0, text: 'a'.repeat(16) }])
  })

  it('are cut behind a space where one is near', () => {
    const text = 'some words that are longer than one window takes, by far and away '
    for (const { start, text: window } of windowsOf(text.repeat(9), 96)) {
      expect(start === 0 || text.at((start - 1) % text.length) === ' ').toBe(true)
      expect(window.endsWith(' ')).toBe(true)
    }
  })

  it('cover the text, are bounded, cut no character in half, and overlap by what may be found in them', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 16, max: 300 }), (text, max) => {
        const windows = windowsOf(text, max)
        const overlap = Math.min(256, max >> 2)
        let before = { start: 0, end: 0 }
        for (const [index, window] of windows.entries()) {
          const end = window.start + window.text.length
          expect(window.text).toBe(text.slice(window.start, end))
          expect(window.text.length).toBeLessThanOrEqual(max)
          if (index > 0) {
            expect(window.start).toBeGreaterThan(before.start)
            expect(before.end - window.start).toBeGreaterThanOrEqual(overlap)
          }
          for (const at of [window.start, end]) expect((text.codePointAt(at - 1) ?? 0) > 0xffff).toBe(false)
          before = { start: window.start, end }
        }
        expect(before.end).toBe(text.length)
      }),
      { numRuns: 2000 },
    )
  })

  it('show whatever is no longer than they overlap as a whole in one of them', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 64, max: 300 }), fc.nat(), (text, max, place) => {
        const length = Math.min(Math.min(256, max >> 2), text.length)
        const at = place % (text.length - length + 1)
        const whole = windowsOf(text, max).some(
          ({ start, text: window }) => start <= at && at + length <= start + window.length,
        )
        expect(whole).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
