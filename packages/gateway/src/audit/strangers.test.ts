import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Strangers, type StrangersSummary } from './strangers.js'

describe('what strangers were refused for', () => {
  let told: StrangersSummary[]
  let strangers: Strangers

  beforeEach(() => {
    vi.useFakeTimers()
    told = []
    strangers = new Strangers(Date.now, (summary) => void told.push(summary))
  })
  afterEach(() => vi.useRealTimers())

  test('is told once a second, each reason with its count', () => {
    for (const why of ['expired', 'bad signature', 'expired']) strangers.count('invalid_token', why)
    vi.advanceTimersByTime(1000)
    expect(told).toMatchObject([{ counts: { invalid_token: 3 }, why: { expired: 2, 'bad signature': 1 } }])
  })

  test('fits an entry of the log however many reasons there are, and none is lost from the count [gate.strangers]', () => {
    for (let nth = 0; nth < 5000; nth += 1) strangers.count('invalid_request', `reason ${nth}`)
    strangers.count('invalid_request', 'reason 0')
    vi.advanceTimersByTime(1000)
    const [summary] = told
    const why = summary?.why ?? {}
    expect(summary?.counts).toEqual({ invalid_request: 5001 })
    expect(Object.keys(why)).toHaveLength(65)
    expect(why['reason 0']).toBe(2)
    expect(why['other reasons']).toBe(4936)
    expect(Object.values(why).reduce((sum, count) => sum + count, 0)).toBe(5001)
  })
})
