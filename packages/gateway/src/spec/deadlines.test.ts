import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deadlines, type Timed } from './deadlines.js'

const TICK_MS = 10

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('whatever comes and goes, each that is due and still there is told once, and no other', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'remove', 'wait'),
    which: fc.nat(11),
    ms: fc.nat(40),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const deadlines = new Deadlines({ now: () => Date.now() }, TICK_MS)
      const told: number[] = []
      const wanted: number[] = []
      const live = new Set<number>()
      const all = Array.from({ length: 12 }, (_, index): Timed => {
        return { deadlineMs: 0, place: -1, expire: () => void told.push(index) }
      })
      for (const { what, which, ms } of steps) {
        const one = all[which] as Timed
        if (what === 'add') {
          if (!live.has(which)) one.deadlineMs = Date.now() + ms
          deadlines.add(one)
          live.add(which)
        } else if (what === 'remove') {
          deadlines.remove(one)
          live.delete(which)
        } else {
          vi.advanceTimersByTime(ms + TICK_MS)
          // What was due a whole tick ago was told; what is due later was not.
          for (const index of live) if (all[index]?.place === -1) wanted.push(index)
          for (const index of [...live]) {
            const { deadlineMs, place } = all[index] as Timed
            if (deadlineMs <= Date.now() - TICK_MS) expect(place).toBe(-1)
            if (deadlineMs > Date.now()) expect(place).toBeGreaterThanOrEqual(0)
            if (place === -1) live.delete(index)
          }
          expect([...told].sort()).toEqual([...wanted].sort())
        }
      }
      deadlines.stop()
    }),
    { numRuns: 300 },
  )
})

test('one that is told may take others away and come again', () => {
  const deadlines = new Deadlines({ now: () => Date.now() }, TICK_MS)
  const told: string[] = []
  const other: Timed = { deadlineMs: Date.now(), place: -1, expire: () => void told.push('other') }
  const again: Timed = {
    deadlineMs: Date.now(),
    place: -1,
    expire() {
      told.push('again')
      deadlines.remove(other)
      this.deadlineMs = Date.now() + 50
      deadlines.add(this)
    },
  }
  deadlines.add(other)
  deadlines.add(again)
  vi.advanceTimersByTime(TICK_MS)
  expect(told).toEqual(['again'])
  vi.advanceTimersByTime(60)
  expect(told).toEqual(['again', 'again'])
  deadlines.stop()
})
