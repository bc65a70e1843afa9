import { describe, expect, test } from 'vitest'
import { Recent } from './recent.js'

describe('what was asked for lately', () => {
  test('is kept, and goes when enough that is younger has come', () => {
    const recent = new Recent<number>(8)
    for (let n = 0; n < 4; n++) recent.put(`${n}`, n)
    recent.put('4', 4)
    expect(recent.get('0')).toBe(0)
    for (let n = 5; n < 20; n++) recent.put(`${n}`, n)
    expect([recent.get('0'), recent.get('1'), recent.get('19')]).toEqual([undefined, undefined, 19])
  })

  test('weighs no more than is said, whatever comes and however often', () => {
    const recent = new Recent<number>(100, (value) => value)
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 50; n++) recent.put(`${n % 25}`, 1 + (n % 7))
    }
    let weight = 0
    for (let n = 0; n < 25; n++) weight += recent.get(`${n}`) ?? 0
    expect(weight).toBeGreaterThan(0)
    expect(weight).toBeLessThanOrEqual(100)
  })

  test('is the last one that was put, and one that is too heavy by itself is kept until the next', () => {
    const recent = new Recent<number>(10, (value) => value)
    recent.put('a', 1)
    recent.put('a', 2)
    expect(recent.get('a')).toBe(2)
    recent.put('b', 100)
    expect(recent.get('b')).toBe(100)
    recent.put('c', 1)
    recent.put('d', 5)
    expect(recent.get('d')).toBe(5)
  })
})
