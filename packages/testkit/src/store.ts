import { type Clock, type Row, rowsOf, type Store } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** What a store under test is opened with: twice with the same place gives the same rows. */
export interface StoreBench {
  /** Opens the store anew. */
  open(clock: Clock): Promise<Store>
  /** Removes what the store left behind. */
  remove(): Promise<void>
  /** Whether rows outlive `close`. */
  readonly durable: boolean
}

interface Kept {
  readonly value: string
  readonly expiresAtMs: number | undefined
}

/** A store that forgets everything with the process. */
export function createMemoryStore(clock: Clock): Store {
  const spaces = new Map<string, Map<string, Kept>>()
  const followers = new Set<{ readonly space: string; readonly see: (rows: readonly Row[]) => void }>()
  let closed = false
  const live = (row: Kept): boolean => row.expiresAtMs === undefined || row.expiresAtMs > clock.now()
  const kept = (space: string): Map<string, Kept> => {
    if (closed) throw new Error('the store is closed')
    const rows = spaces.get(space) ?? new Map<string, Kept>()
    for (const [key, row] of rows) if (!live(row)) rows.delete(key)
    spaces.set(space, rows)
    return rows
  }
  return {
    async get(space, key) {
      return kept(space).get(key)?.value
    },
    async put(space, key, value, { expiresAtMs, onlyNew = false } = {}) {
      const rows = kept(space)
      if (onlyNew && rows.has(key)) return false
      if (value === undefined) rows.delete(key)
      else rows.set(key, { value, expiresAtMs })
      for (const follower of followers) if (follower.space === space) follower.see([{ key, value }])
      return true
    },
    async follow(space, see) {
      see([...kept(space)].map(([key, { value }]) => ({ key, value })))
      const follower = { space, see }
      followers.add(follower)
      return () => void followers.delete(follower)
    },
    async close() {
      closed = true
    },
  }
}

/** The conformance suite of the seam `Store`. */
export function storeSuite(name: string, bench: () => Promise<StoreBench>): void {
  describe(`store: ${name}`, () => {
    let nowMs = 0
    const clock: Clock = { now: () => nowMs }
    let held: StoreBench
    let store: Store

    beforeEach(async () => {
      nowMs = 1_700_000_000_000
      held = await bench()
      store = await held.open(clock)
    })

    afterEach(async () => {
      await held.remove()
    })

    const listed = async (space: string): Promise<readonly string[]> =>
      (await rowsOf(store, space)).map(({ key, value }) => `${key}=${value}`).sort()

    it('gives what was put, and nothing for what was not', async () => {
      await store.put('keys', 'a', '{"n":1}')
      expect(await store.get('keys', 'a')).toBe('{"n":1}')
      expect(await store.get('keys', 'b')).toBeUndefined()
      expect(await store.get('other', 'a')).toBeUndefined()
      await store.close()
    })

    it('keeps the last value of a key', async () => {
      await store.put('keys', 'a', '1', { expiresAtMs: nowMs + 1000 })
      await store.put('keys', 'a', '2')
      nowMs += 2000
      expect(await store.get('keys', 'a')).toBe('2')
      expect(await listed('keys')).toEqual(['a=2'])
      await store.close()
    })

    it('keeps spaces apart, and lists one whole', async () => {
      await store.put('one', 'a', '1')
      await store.put('one', 'b', '2')
      await store.put('two', 'a', '3')
      expect(await listed('one')).toEqual(['a=1', 'b=2'])
      expect(await listed('two')).toEqual(['a=3'])
      expect(await listed('none')).toEqual([])
      await store.close()
    })

    it('shows a row until the moment it expires, and never after', async () => {
      await store.put('keys', 'a', '1', { expiresAtMs: nowMs + 1000 })
      nowMs += 999
      expect(await store.get('keys', 'a')).toBe('1')
      expect(await listed('keys')).toEqual(['a=1'])
      nowMs += 1
      expect(await store.get('keys', 'a')).toBeUndefined()
      expect(await listed('keys')).toEqual([])
      await store.close()
    })

    it('shows a row that is put again after it expired', async () => {
      await store.put('keys', 'a', '1', { expiresAtMs: nowMs + 1000 })
      nowMs += 5000
      await store.put('keys', 'a', '2', { expiresAtMs: nowMs + 1000 })
      expect(await store.get('keys', 'a')).toBe('2')
      await store.close()
    })

    it.each([
      ['quotes and wildcards', `a'b"c%_\\`],
      ['names of objects', '__proto__'],
      ['nothing at all', ''],
      ['letters of all lands', 'ключ-鍵-🔑'],
      ['a colon and a slash', 'https://idp.example/#sub:1'],
    ])('takes any text as a key or value: %s', async (_, text) => {
      await store.put(text, text, text)
      await store.put(text, 'neighbour', '1')
      expect(await store.get(text, text)).toBe(text)
      expect(await store.get(text, 'neighbour')).toBe('1')
      expect(await store.get(text, `${text}x`)).toBeUndefined()
      await store.close()
    })

    it('takes a value of a megabyte', async () => {
      const value = 'é'.repeat(512 * 1024)
      await store.put('keys', 'long', value)
      expect(await store.get('keys', 'long')).toBe(value)
      await store.close()
    })

    it('takes many writes at once', async () => {
      const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
      await Promise.all(keys.map((key) => store.put('keys', key, key)))
      expect(await listed('keys')).toEqual(keys.map((key) => `${key}=${key}`).sort())
      await store.close()
    })

    it('rejects once it is closed, rather than answer that there is nothing', async () => {
      await store.put('keys', 'a', '1')
      await store.close()
      await expect(store.get('keys', 'a')).rejects.toThrow()
      await expect(rowsOf(store, 'keys')).rejects.toThrow()
      await expect(store.put('keys', 'a', '1')).rejects.toThrow()
    })

    it('gives the same rows after it was opened anew, where it is durable', async () => {
      await store.put('keys', 'a', '1')
      await store.put('keys', 'short', '2', { expiresAtMs: nowMs + 1000 })
      await store.close()
      nowMs += 1000
      store = await held.open(clock)
      expect(await listed('keys')).toEqual(held.durable ? ['a=1'] : [])
      await store.close()
    })
  })
}
