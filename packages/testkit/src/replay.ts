import type { Clock, Replay } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** What a replay memory under test is opened with: twice with the same place gives the same memory. */
export interface ReplayBench {
  open(clock: Clock): Promise<Replay>
  /** Removes what it left behind. */
  remove(): Promise<void>
}

/**
 * A replay memory of one process.
 *
 * @param used until when each key must be remembered: shared by those that are handed the same
 */
export function createMemoryReplay(clock: Clock, used: Map<string, number> = new Map()): Replay {
  let closed = false
  return {
    async firstUse(key, expiresAtMs) {
      if (closed) throw new Error('the replay memory is closed')
      if (!Number.isFinite(expiresAtMs)) throw new Error('what is used once must expire')
      const untilMs = used.get(key)
      if (untilMs !== undefined && untilMs > clock.now()) return false
      used.set(key, expiresAtMs)
      return true
    },
    async close() {
      closed = true
    },
  }
}

/** The conformance suite of the seam `Replay`. Of a key that has expired it says nothing: it may be remembered longer. */
export function replaySuite(name: string, bench: () => Promise<ReplayBench>): void {
  describe(`replay: ${name}`, () => {
    let nowMs = 0
    const clock: Clock = { now: () => nowMs }
    let held: ReplayBench
    let replay: Replay

    beforeEach(async () => {
      nowMs = 1_700_000_000_000
      held = await bench()
      replay = await held.open(clock)
    })

    afterEach(async () => {
      await held.remove()
    })

    const use = async (key: string, by: Replay = replay): Promise<boolean> => by.firstUse(key, nowMs + 60_000)

    it('lets a key be used once', async () => {
      expect(await use('a')).toBe(true)
      expect(await use('a')).toBe(false)
      expect(await use('b')).toBe(true)
      expect(await use('a')).toBe(false)
      await replay.close()
    })

    it('remembers until the moment that it was told, and others meanwhile', async () => {
      expect(await replay.firstUse('long', nowMs + 3_600_000)).toBe(true)
      expect(await replay.firstUse('short', nowMs + 1000)).toBe(true)
      nowMs += 999
      expect(await replay.firstUse('short', nowMs + 1000)).toBe(false)
      nowMs += 3_600_000 - 1000
      expect(await use('other')).toBe(true)
      expect(await replay.firstUse('long', nowMs + 1000)).toBe(false)
      await replay.close()
    })

    it('lets one of fifty who ask at once use a key', async () => {
      const first = await Promise.all(Array.from({ length: 50 }, () => use('a')))
      expect(first.filter((one) => one)).toHaveLength(1)
      await replay.close()
    })

    it.each([
      ['a digest', 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg', 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgh'],
      ['letters of another case', 'abc', 'Abc'],
      ['a space more', 'abc', 'abc '],
      ['nothing at all', '', ' '],
      ['letters of all lands', 'ключ-鍵-🔑', 'ключ-鍵-🗝'],
      ['quotes and zeros', `a'b"\u0000c`, `a'b"\u0000`],
      ['very long', `${'x'.repeat(100_000)}1`, `${'x'.repeat(100_000)}2`],
    ])('takes any text as a key, and tells it from its neighbour: %s', async (_, key, neighbour) => {
      expect([await use(key), await use(neighbour)]).toEqual([true, true])
      expect([await use(key), await use(neighbour)]).toEqual([false, false])
      await replay.close()
    })

    it('remembers very many, each by itself', async () => {
      const keys = Array.from({ length: 5000 }, (_, index) => `key ${index}`)
      expect(new Set(await Promise.all(keys.map((key) => use(key))))).toEqual(new Set([true]))
      expect(new Set(await Promise.all(keys.map((key) => use(key))))).toEqual(new Set([false]))
      expect(await use('key 5000')).toBe(true)
      await replay.close()
    })

    it('is one memory for all who have it open', async () => {
      const other = await held.open(clock)
      expect(await use('a')).toBe(true)
      expect(await use('a', other)).toBe(false)
      expect(await use('b', other)).toBe(true)
      expect(await use('b')).toBe(false)
      const both = Array.from({ length: 50 }, (_, index) => use('c', index % 2 === 0 ? replay : other))
      expect((await Promise.all(both)).filter((one) => one)).toHaveLength(1)
      await other.close()
      expect(await use('d')).toBe(true)
      await replay.close()
    })

    it('remembers after it was opened anew', async () => {
      expect(await use('a')).toBe(true)
      await replay.close()
      replay = await held.open(clock)
      expect(await use('a')).toBe(false)
      expect(await use('b')).toBe(true)
      await replay.close()
    })

    it.each([Number.NaN, Number.POSITIVE_INFINITY])('rejects a key that never expires: %s', async (expiresAtMs) => {
      await expect((async () => replay.firstUse('a', expiresAtMs))()).rejects.toThrow()
      expect(await use('a')).toBe(true)
      await replay.close()
    })

    it('rejects once it is closed, rather than say that a key is new', async () => {
      await replay.close()
      await replay.close()
      await expect(use('a')).rejects.toThrow()
    })
  })
}
