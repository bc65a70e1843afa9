import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Times } from './times.js'

describe('times by name', () => {
  test('are those of a Map, whatever is done to both', () => {
    const name = fc.integer({ min: 0, max: 40 }).map((n) => `token ${n}`)
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), name, time: fc.integer(), isLong: fc.boolean() }),
      fc.record({ kind: fc.constant('delete' as const), name }),
      fc.record({ kind: fc.constant('forget' as const), before: fc.integer() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const times = new Times()
        const map = new Map<string, { time: number; isLong: boolean }>()
        for (const one of steps) {
          if (one.kind === 'set') {
            times.set(one.name, one.time, one.isLong)
            map.set(one.name, one)
          } else if (one.kind === 'delete') {
            times.delete(one.name)
            map.delete(one.name)
          } else {
            times.forget((time, isLong) => !isLong && time < one.before)
            for (const [key, { time, isLong }] of map) if (!isLong && time < one.before) map.delete(key)
          }
          expect(times.size).toBe(map.size)
        }
        for (let n = 0; n <= 40; n += 1) expect(times.get(`token ${n}`)).toBe(map.get(`token ${n}`)?.time)
      }),
    )
  })

  test('grow by far, and shrink again', () => {
    const times = new Times()
    for (let n = 0; n < 20_000; n += 1) times.set(`token ${n}`, n, n % 2 === 0)
    expect(times.size).toBe(20_000)
    expect([times.get('token 0'), times.get('token 19999'), times.get('token 20000')]).toEqual([0, 19_999, undefined])
    times.forget((_time, isLong) => isLong)
    expect(times.size).toBe(10_000)
    expect([times.get('token 0'), times.get('token 19999')]).toEqual([undefined, 19_999])
  })

  test('come and go without end in the same room', () => {
    const times = new Times()
    for (let n = 0; n < 5000; n += 1) {
      times.set(`token ${n}`, n, false)
      times.delete(`token ${n - 10}`)
    }
    expect(times.size).toBe(10)
    expect(times.get('token 4999')).toBe(4999)
  })
})
