import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Table } from './table.js'

it('holds what was put and not taken, as a map does', () => {
  // Few homes, so that searches run into one another.
  const half = fc.integer({ min: 0, max: 12 })
  const step = fc.record({ a: half, b: half, value: fc.integer({ min: 0, max: 5 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new Table()
      const model = new Map<string, number>()
      for (const { a, b, value } of steps) {
        // 0 takes away.
        if (value === 0) {
          table.delete(a, b)
          model.delete(`${a} ${b}`)
        } else {
          table.set(a, b, value)
          model.set(`${a} ${b}`, value)
        }
      }
      expect(table.size).toBe(model.size)
      for (let a = 0; a <= 12; a++) {
        for (let b = 0; b <= 12; b++) expect(table.get(a, b)).toBe(model.get(`${a} ${b}`) ?? 0)
      }
    }),
    { numRuns: 300 },
  )
})

it('grows, and finds all of it afterwards', () => {
  const table = new Table()
  for (let n = 1; n <= 10_000; n++) table.set(Math.imul(n, 0x9e3779b1) >>> 0, n, n)
  for (let n = 1; n <= 10_000; n += 2) table.delete(Math.imul(n, 0x9e3779b1) >>> 0, n)
  expect(table.size).toBe(5000)
  for (let n = 1; n <= 10_000; n++) expect(table.get(Math.imul(n, 0x9e3779b1) >>> 0, n)).toBe(n % 2 === 0 ? n : 0)
})
