import { type Clock, type Row, rowsOf, type Store } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** What a store under test is opened with: twice with the same place gives the same rows. */
export interface StoreBench {
  /** Opens the store anew. */
  open(clock: Clock): Promise<Store>
  /** Removes what the store left behind. */
  remove(): Promise<void>
  /** Whether rows outlive `close`, and whether two may be open at once. */
  readonly durable: boolean
  /** How long it may take until who follows is told; 5 s where it is not said. */
  readonly patienceMs?: number
}

interface Kept {
  readonly value: string
  readonly expiresAtMs: number | undefined
}

interface Follower {
  readonly space: string
  readonly see: (rows: readonly Row[]) => void
}

/** Where stores of one process keep what they share. */
export interface MemoryPlace {
  readonly spaces: Map<string, Map<string, Kept>>
  readonly followers: Set<Follower>
}

export function createMemoryPlace(): MemoryPlace {
  return { spaces: new Map(), followers: new Set() }
}

/** A store that forgets everything with its place. */
export function createMemoryStore(clock: Clock, { spaces, followers }: MemoryPlace = createMemoryPlace()): Store {
  const own = new Set<Follower>()
  let closed = false
  const live = (row: Kept): boolean => row.expiresAtMs === undefined || row.expiresAtMs > clock.now()
  const kept = (space: string): Map<string, Kept> => {
    if (closed) throw new Error('the store is closed')
    const rows = spaces.get(space) ?? new Map<string, Kept>()
    spaces.set(space, rows)
    return rows
  }
  const found = (space: string, key: string): string | undefined => {
    const row = kept(space).get(key)
    return row !== undefined && live(row) ? row.value : undefined
  }
  return {
    async get(space, key) {
      return found(space, key)
    },
    async put(space, key, value, { expiresAtMs, onlyNew = false, onlyIf } = {}) {
      if (onlyNew && found(space, key) !== undefined) return false
      if (onlyIf !== undefined && found(space, key) !== onlyIf) return false
      const rows = kept(space)
      if (value !== undefined) rows.set(key, { value, expiresAtMs })
      else if (!rows.delete(key)) return true
      for (const follower of followers) if (follower.space === space) follower.see([{ key, value }])
      return true
    },
    async follow(space, see) {
      const rows = [...kept(space)].filter(([, row]) => live(row))
      see(rows.map(([key, { value }]) => ({ key, value })))
      const follower = { space, see }
      followers.add(follower)
      own.add(follower)
      return () => void followers.delete(follower)
    },
    async close() {
      closed = true
      for (const follower of own) followers.delete(follower)
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

    const eventually = (check: () => void): Promise<void> =>
      vi.waitFor(check, { timeout: held.patienceMs ?? 5000, interval: 5 })

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

    it('deletes a row, and takes it for nothing where there is none', async () => {
      await store.put('keys', 'a', '1')
      await store.put('keys', 'b', '2')
      expect(await store.put('keys', 'a', undefined)).toBe(true)
      expect(await store.get('keys', 'a')).toBeUndefined()
      expect(await listed('keys')).toEqual(['b=2'])
      expect(await store.put('keys', 'a', undefined)).toBe(true)
      expect(await store.put('keys', 'never', undefined)).toBe(true)
      expect(await listed('keys')).toEqual(['b=2'])
      await store.put('keys', 'a', '3')
      expect(await store.get('keys', 'a')).toBe('3')
      await store.close()
    })

    const puts = (key: string, stores: readonly Store[], times: number): Promise<boolean[]> =>
      Promise.all(
        Array.from({ length: times }, (_, index) =>
          (stores[index % stores.length] ?? store).put('keys', key, `${index}`, { onlyNew: true }),
        ),
      )

    it('takes one of fifty who put what must be new, and keeps its value', async () => {
      const done = await puts('a', [store], 50)
      expect(done.filter((one) => one)).toHaveLength(1)
      expect(await store.get('keys', 'a')).toBe(`${done.indexOf(true)}`)
      expect(await store.put('keys', 'a', 'late', { onlyNew: true })).toBe(false)
      expect(await store.get('keys', 'a')).toBe(`${done.indexOf(true)}`)
      expect(await store.put('keys', 'b', 'neighbour', { onlyNew: true })).toBe(true)
      await store.close()
    })

    it('calls a row new again after it was deleted, and after it expired', async () => {
      await store.put('keys', 'deleted', '1')
      await store.put('keys', 'deleted', undefined)
      expect(await store.put('keys', 'deleted', '2', { onlyNew: true })).toBe(true)
      await store.put('keys', 'expired', '1', { expiresAtMs: nowMs + 1000 })
      nowMs += 999
      expect(await store.put('keys', 'expired', '2', { onlyNew: true })).toBe(false)
      nowMs += 1
      expect(await store.put('keys', 'expired', '2', { onlyNew: true })).toBe(true)
      expect(await listed('keys')).toEqual(['deleted=2', 'expired=2'])
      await store.close()
    })

    it('takes one of fifty who put over the same value, and keeps its own', async () => {
      await store.put('keys', 'a', 'first')
      const done = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.put('keys', 'a', `${index}`, { onlyIf: 'first' })),
      )
      expect(done.filter((one) => one)).toHaveLength(1)
      expect(await store.get('keys', 'a')).toBe(`${done.indexOf(true)}`)
      await store.close()
    })

    it('puts over a value only where it is just that one, and over none where there is no row', async () => {
      expect(await store.put('keys', 'a', '1', { onlyIf: '' })).toBe(false)
      expect(await store.get('keys', 'a')).toBeUndefined()
      await store.put('keys', 'a', '1', { expiresAtMs: nowMs + 1000 })
      expect(await store.put('keys', 'a', '2', { onlyIf: '1 ' })).toBe(false)
      expect(await store.put('keys', 'a', '2', { onlyIf: '1', expiresAtMs: nowMs + 2000 })).toBe(true)
      expect(await store.put('keys', 'a', undefined, { onlyIf: '1' })).toBe(false)
      nowMs += 1500
      expect(await store.get('keys', 'a')).toBe('2')
      nowMs += 500
      expect(await store.put('keys', 'a', '3', { onlyIf: '2' })).toBe(false)
      await store.put('keys', 'a', '4')
      expect(await store.put('keys', 'a', undefined, { onlyIf: '4' })).toBe(true)
      expect(await store.put('keys', 'a', '5', { onlyIf: '4' })).toBe(false)
      expect(await store.get('keys', 'a')).toBeUndefined()
      await store.close()
    })

    it('does what is put at once in the order in which it was put', async () => {
      const done = await Promise.all([
        store.put('keys', 'a', '1', { onlyNew: true }),
        store.put('keys', 'a', '2', { onlyNew: true }),
        store.put('keys', 'a', undefined),
        store.put('keys', 'a', '3', { onlyNew: true }),
        store.put('keys', 'b', '1'),
        store.put('keys', 'b', '2'),
        store.put('keys', 'b', '3', { onlyIf: '1' }),
        store.put('keys', 'b', '4', { onlyIf: '2' }),
        store.put('keys', 'b', '5', { onlyIf: '4' }),
        store.put('keys', 'c', '1', { onlyNew: true }),
        store.put('keys', 'c', '2', { onlyIf: '1' }),
      ])
      expect(done).toEqual([true, false, true, true, true, true, false, true, true, true, true])
      expect(await listed('keys')).toEqual(['a=3', 'b=5', 'c=2'])
      await store.close()
    })

    /** Follows a space, and keeps what it was told: `key=value`, or `key gone`. */
    const followed = async (
      by: Store,
      space = 'keys',
    ): Promise<{ readonly told: string[]; readonly end: () => void }> => {
      const told: string[] = []
      const end = await by.follow(space, (rows) => {
        for (const { key, value } of rows) told.push(value === undefined ? `${key} gone` : `${key}=${value}`)
      })
      return { told, end }
    }

    it('tells who follows of all rows that are there, before it is fulfilled, and of no others', async () => {
      await store.put('keys', 'a', '1')
      await store.put('keys', 'a', '2')
      await store.put('keys', 'b', '3')
      await store.put('keys', 'deleted', '4')
      await store.put('keys', 'deleted', undefined)
      await store.put('keys', 'short', '5', { expiresAtMs: nowMs + 1000 })
      await store.put('other', 'c', '6')
      nowMs += 1000
      const { told, end } = await followed(store)
      expect(told.sort()).toEqual(['a=2', 'b=3'])
      end()
      await store.close()
    })

    it('tells of each later change once and in order, of deletions too, and of no other space', async () => {
      await store.put('keys', 'a', '0')
      const { told, end } = await followed(store)
      for (const value of ['1', '2', '3']) await store.put('keys', 'a', value)
      await store.put('other', 'a', '4')
      await store.put('keys', 'a', undefined)
      await store.put('keys', 'a', undefined)
      await store.put('keys', 'never', undefined)
      await store.put('keys', 'a', '5', { onlyNew: true })
      await store.put('keys', 'a', '6', { onlyNew: true })
      await eventually(() => expect(told.at(-1)).toBe('a=5'))
      expect(told).toEqual(['a=0', 'a=1', 'a=2', 'a=3', 'a gone', 'a=5'])
      end()
      await store.close()
    })

    it('tells of nothing any more to who has ended, and still to others', async () => {
      const one = await followed(store)
      const other = await followed(store)
      await store.put('keys', 'a', '1')
      await eventually(() => expect([...one.told, ...other.told]).toEqual(['a=1', 'a=1']))
      one.end()
      one.end()
      await store.put('keys', 'a', '2')
      await eventually(() => expect(other.told).toEqual(['a=1', 'a=2']))
      expect(one.told).toEqual(['a=1'])
      other.end()
      await store.close()
    })

    it('tells of very many rows, and then of changes', async () => {
      const keys = Array.from({ length: 10_001 }, (_, index) => `k${index}`)
      await Promise.all(keys.map((key) => store.put('keys', key, '1')))
      const { told, end } = await followed(store)
      expect([...told].sort()).toEqual(keys.map((key) => `${key}=1`).sort())
      await store.put('keys', 'k0', '2')
      await eventually(() => expect(told.slice(keys.length)).toEqual(['k0=2']))
      end()
      await store.close()
    })

    it('shares rows with another who has it open, where it is durable', async () => {
      const other = held.durable ? await held.open(clock) : store
      const done = await puts('a', [store, other], 50)
      expect(done.filter((one) => one)).toHaveLength(1)
      expect(await other.get('keys', 'a')).toBe(`${done.indexOf(true)}`)
      await other.put('keys', 'a', undefined)
      expect(await store.get('keys', 'a')).toBeUndefined()
      expect(await store.put('keys', 'a', 'again', { onlyNew: true })).toBe(true)
      expect(await other.get('keys', 'a')).toBe('again')
      await store.close()
      await other.close()
    })

    it('lets two who count by what they read lose nothing, where it is durable', async () => {
      const other = held.durable ? await held.open(clock) : store
      await store.put('keys', 'sum', '0')
      const count = async (by: Store): Promise<void> => {
        // Of twenty, one at least is lucky each time: a store that needs more tries never puts, and must not hang who tries it.
        for (let tries = 0; tries < 100; tries++) {
          const before = await by.get('keys', 'sum')
          if (await by.put('keys', 'sum', String(Number(before) + 1), { onlyIf: before ?? '' })) return
        }
        throw new Error('no put over what had been read ever succeeded')
      }
      await Promise.all(Array.from({ length: 20 }, (_, index) => count(index % 2 === 0 ? store : other)))
      expect(await store.get('keys', 'sum')).toBe('20')
      await store.close()
      if (other !== store) await other.close()
    })

    it('tells of the changes of another who has it open, where it is durable', async () => {
      const other = held.durable ? await held.open(clock) : store
      await other.put('keys', 'a', '0')
      const here = await followed(store)
      const there = await followed(other)
      await other.put('keys', 'a', '1')
      await eventually(() => expect(here.told).toEqual(['a=0', 'a=1']))
      await store.put('keys', 'b', '2')
      await other.put('other', 'c', '3')
      await other.put('keys', 'a', undefined)
      await eventually(() => expect([here.told.length, there.told.length]).toEqual([4, 4]))
      expect(here.told).toEqual(['a=0', 'a=1', 'b=2', 'a gone'])
      expect(there.told).toEqual(['a=0', 'a=1', 'b=2', 'a gone'])
      here.end()
      there.end()
      await store.close()
      await other.close()
    })

    it('rejects once it is closed, rather than answer that there is nothing', async () => {
      await store.put('keys', 'a', '1')
      await store.close()
      await expect(store.get('keys', 'a')).rejects.toThrow()
      await expect(rowsOf(store, 'keys')).rejects.toThrow()
      await expect(store.put('keys', 'a', '1')).rejects.toThrow()
      await expect(followed(store)).rejects.toThrow()
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
