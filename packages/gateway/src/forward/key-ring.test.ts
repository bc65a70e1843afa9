import { createMemorySecret, type MemorySecret } from '@ostiary/testkit'
import { describe, expect, it } from 'vitest'
import { type KeyChange, type KeyEntry, KeyRing } from './key-ring.js'
import { KeyRings } from './key-rings.js'
import type { ProviderKey } from './provider-key.js'
import { turnsOf } from './turns.js'

interface Bench {
  readonly ring: KeyRing
  readonly secrets: readonly MemorySecret[]
  readonly told: KeyChange[]
  pass(ms: number): void
  /** The text that the next call gets, or why it gets none. */
  take(): string
  key(): ProviderKey
  states(): readonly string[]
}

function benchOf(...weights: readonly number[]): Bench {
  let now = 1_700_000_000_000
  const secrets = weights.map((_, index) => createMemorySecret(`key-${index + 1}`))
  const told: KeyChange[] = []
  const entries = secrets.map((secret, index) => entryOf(`${index}`, secret, weights[index]))
  const tell = (change: KeyChange): void => void told.push(change)
  const ring = new KeyRing({ provider: 'p', entries, clock: { now: () => now }, tell })
  const key = (): ProviderKey => ring.take() as ProviderKey
  return {
    ring,
    secrets,
    told,
    key,
    pass(ms) {
      now += ms
    },
    take() {
      try {
        return key().reveal()
      } catch (error) {
        return error instanceof Error ? error.message : 'threw'
      }
    },
    states: () => ring.states().map(({ state }) => state),
  }
}

function entryOf(id: string, { source }: MemorySecret, weight = 1, name?: string): KeyEntry {
  return { id, name, weight, source }
}

const what = (told: readonly KeyChange[]): readonly string[] => told.map((one) => `${one.key} ${one.what}`)

describe('turns', () => {
  it.each([
    [[1], 'a'],
    [[1, 1], 'ab'],
    [[3, 1], 'aaba'],
    [[5, 1, 1], 'aabacaa'],
    [[50, 10, 10], 'aabacaa'],
    [[2, 2], 'ab'],
  ])('by weights %j are %s, spread over the round [provider.weights]', (weights, order) => {
    const items = weights.map((weight, index) => ({ weight, name: 'abc'[index] }))
    expect(
      turnsOf(items)
        .map((one) => one.name)
        .join(''),
    ).toBe(order)
  })

  it('of nobody are none', () => {
    expect(turnsOf([])).toEqual([])
  })
})

describe('a ring', () => {
  it('gives keys in turn by their weights [provider.weights]', () => {
    const { take } = benchOf(3, 1)
    expect(Array.from({ length: 8 }, take).filter((one) => one === 'key-1')).toHaveLength(6)
  })

  it('takes a refused key out of use while there is another, and says so [provider.refused-out]', () => {
    const { ring, key, take, told, states } = benchOf(1, 1)
    const first = key()
    expect(first.reveal()).toBe('key-1')
    ring.refused(first)
    expect([take(), take(), take()]).toEqual(['key-2', 'key-2', 'key-2'])
    expect(told).toEqual([{ provider: 'p', key: '#1', what: 'key_out_of_use' }])
    expect(states()).toEqual(['out_of_use', 'in_use'])
    // Calls that were under way with it: it is out already.
    ring.refused(first)
    expect(told).toHaveLength(1)
    expect(take()).toBe('key-2')
  })

  it('keeps the last one, and lets one call try it after 1, 2, 4 … 60 seconds [provider.last-stays]', () => {
    const { ring, key, take, told, pass, states } = benchOf(1, 1)
    ring.refused(key())
    ring.refused(key())
    expect(what(told)).toEqual(['#1 key_out_of_use', '#2 key_backing_off'])
    expect(states()).toEqual(['out_of_use', 'backing_off'])
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
      expect(take()).toBe('backing_off')
      pass(seconds * 1000 - 1)
      expect(take()).toBe('backing_off')
      pass(1)
      const tried = key()
      expect(tried.reveal()).toBe('key-2')
      expect(take()).toBe('backing_off')
      ring.refused(tried)
    }
    expect(told).toHaveLength(2)
    pass(60_000)
    ring.accepted(key())
    expect([take(), take()]).toEqual(['key-2', 'key-2'])
    expect(what(told).at(-1)).toBe('#2 key_back_in_use')
    expect(states()).toEqual(['out_of_use', 'in_use'])
    // From the beginning.
    ring.refused(key())
    pass(1000)
    expect(take()).toBe('key-2')
  })

  it('lets the next one try where nobody answered the one that tried', () => {
    const { ring, key, take, pass } = benchOf(1)
    ring.refused(key())
    pass(1000)
    expect(take()).toBe('key-1')
    expect(take()).toBe('backing_off')
    pass(1000)
    expect(take()).toBe('key-1')
  })

  it('hears of a key only what was said of its present use', () => {
    const { ring, key, take, pass, told } = benchOf(1)
    const under = [key(), key(), key()]
    ring.refused(key())
    // A hundred calls were under way: they say nothing new, neither a no nor a yes from before.
    for (const one of under) ring.refused(one)
    for (const one of under) ring.accepted(one)
    expect(what(told)).toEqual(['#1 key_backing_off'])
    expect(take()).toBe('backing_off')
    pass(1000)
    ring.refused(key())
    pass(1999)
    expect(take()).toBe('backing_off')
    pass(1)
    expect(take()).toBe('key-1')
  })

  it('uses a refused key again once its secret has changed [provider.back]', () => {
    const { ring, secrets, key, take, pass, told } = benchOf(1, 1)
    ring.refused(key())
    pass(5000)
    expect([take(), take()]).toEqual(['key-2', 'key-2'])
    secrets[0]?.put('key-1-new')
    pass(1000)
    expect([take(), take()].sort()).toEqual(['key-1-new', 'key-2'])
    expect(what(told)).toEqual(['#1 key_out_of_use', '#1 key_back_in_use'])
  })

  it('uses the last one again at once, its secret changed, whatever time is left to wait [provider.back]', () => {
    const { ring, secrets, key, take, pass, states } = benchOf(1)
    ring.refused(key())
    for (const seconds of [1, 2, 4, 8]) {
      pass(seconds * 1000)
      ring.refused(key())
    }
    secrets[0]?.put('key-1-new')
    pass(1000)
    expect([take(), take()]).toEqual(['key-1-new', 'key-1-new'])
    expect(states()).toEqual(['in_use'])
  })

  it('takes the one that backs off out once another is back [provider.last-stays]', () => {
    const { ring, secrets, key, take, pass, states, told } = benchOf(1, 1)
    ring.refused(key())
    ring.refused(key())
    secrets[0]?.put('key-1-new')
    pass(1000)
    expect([take(), take()]).toEqual(['key-1-new', 'key-1-new'])
    expect(states()).toEqual(['in_use', 'out_of_use'])
    expect(what(told).slice(2)).toEqual(['#2 key_out_of_use', '#1 key_back_in_use'])
  })

  it('reads every secret at once when it is rotated, and puts all back in use [provider.back]', async () => {
    const { ring, secrets, key, take, told } = benchOf(1, 1, 1)
    ring.refused(key())
    secrets[1]?.put('key-2-new')
    secrets[2]?.put(undefined)
    expect(await ring.rotate()).toEqual([true, true, false])
    expect(new Set([take(), take(), take(), take()])).toEqual(new Set(['key-1', 'key-2-new']))
    expect(what(told)).toEqual(['#1 key_out_of_use', '#3 key_unreadable', '#1 key_back_in_use'])
    expect(ring.states().map(({ state }) => state)).toEqual(['in_use', 'in_use', 'unreadable'])
  })

  it('passes over a key that cannot be read, says so once, and takes it again when it can be', () => {
    const { secrets, take, told, pass } = benchOf(1, 1)
    secrets[0]?.put(undefined)
    expect([take(), take(), take()]).toEqual(['key-2', 'key-2', 'key-2'])
    expect(told).toEqual([{ provider: 'p', key: '#1', what: 'key_unreadable', why: 'memory: nothing is there' }])
    secrets[1]?.put(undefined)
    pass(1000)
    expect([take(), take()]).toEqual(['unreadable', 'unreadable'])
    expect(what(told)).toEqual(['#1 key_unreadable', '#2 key_unreadable'])
    secrets[0]?.put('key-1')
    pass(1000)
    expect([take(), take()]).toEqual(['key-1', 'key-1'])
  })

  it('waits for a key that takes time to read, and goes on to the next where that fails', async () => {
    const fast = createMemorySecret('fast')
    const slow = (text: string | undefined): KeyEntry => ({
      id: `${text}`,
      name: undefined,
      weight: 1,
      source: {
        kind: 'command',
        freshMs: 60_000,
        read: () => (text === undefined ? Promise.reject(new Error('away')) : Promise.resolve(text)),
      },
    })
    const clock = { now: () => 0 }
    const one = new KeyRing({ provider: 'p', entries: [slow('slow')], clock, tell: () => undefined })
    expect((await one.take()).reveal()).toBe('slow')
    expect((one.take() as ProviderKey).reveal()).toBe('slow')
    const two = new KeyRing({
      provider: 'p',
      entries: [slow(undefined), entryOf('f', fast)],
      clock,
      tell: () => undefined,
    })
    expect((await two.take()).reveal()).toBe('fast')
    const none = new KeyRing({ provider: 'p', entries: [slow(undefined)], clock, tell: () => undefined })
    await expect(none.take()).rejects.toThrow('unreadable')
  })

  it('reads nothing and makes nothing for a call while all is well: a key is a look into a list', () => {
    const { ring, secrets } = benchOf(1, 1)
    const first = [ring.take(), ring.take()]
    for (let round = 0; round < 10; round++) expect([ring.take(), ring.take()]).toEqual(first)
    for (let round = 0; round < 10; round++) {
      expect(ring.take()).toBe(first[0])
      expect(ring.take()).toBe(first[1])
    }
    expect(secrets.map((one) => one.reads)).toEqual([1, 1])
  })
})

describe('a reload', () => {
  const provider = { name: 'p', dialect: 'openai', baseUrl: 'https://one.example' }

  it('leaves keys that did not change in the state that they are in [provider.reload]', () => {
    const { ring, secrets, key, take, told } = benchOf(1, 1)
    const [first, second] = secrets as readonly [MemorySecret, MemorySecret]
    ring.refused(key())
    const third = createMemorySecret('key-3')
    ring.use([entryOf('2', third), entryOf('1', second), entryOf('0', first, 9, 'blue')])
    expect(new Set([take(), take(), take(), take()])).toEqual(new Set(['key-3', 'key-2']))
    expect(ring.states()).toEqual([
      { key: '#1', source: 'value', weight: 1, state: 'in_use' },
      { key: '#2', source: 'value', weight: 1, state: 'in_use' },
      { key: '#3 blue', source: 'value', weight: 9, state: 'out_of_use' },
    ])
    expect(told).toHaveLength(1)
  })

  it('that takes away the last sound key has the others tried at once', () => {
    const { ring, secrets, key, take, pass, told } = benchOf(1, 1)
    const [first] = secrets as readonly [MemorySecret]
    ring.refused(key())
    ring.use([entryOf('0', first)])
    expect([take(), take()]).toEqual(['key-1', 'backing_off'])
    expect(what(told)).toEqual(['#1 key_out_of_use', '#1 key_backing_off'])
    pass(1000)
    ring.accepted(key())
    expect([take(), take()]).toEqual(['key-1', 'key-1'])
  })

  it('that names one secret twice keeps two keys of it', () => {
    const { ring, secrets, take } = benchOf(1)
    const [first] = secrets as readonly [MemorySecret]
    ring.use([entryOf('0', first), entryOf('0', first)])
    expect([take(), take()]).toEqual(['key-1', 'key-1'])
    expect(ring.states()).toHaveLength(2)
  })

  it('goes on with a ring for the same address, and begins another for another', () => {
    const rings = new KeyRings({ clock: { now: () => 0 }, tell: () => undefined })
    const secret = createMemorySecret('key-1')
    const entries = [entryOf('0', secret)]
    const one = { ...provider, shown: 'as usual' }
    rings.use([{ ...one, entries }])
    const before = rings.of('p')
    rings.use([{ ...one, entries }])
    expect(rings.of('p')).toBe(before)
    // What is under way still goes to the old address: it must not take the new address's key along.
    const two = { ...one, baseUrl: 'https://two.example', entries: [entryOf('1', createMemorySecret('key-2'))] }
    rings.use([two])
    const there = rings.of('p')
    expect(there).not.toBe(before)
    expect(before && (before.take() as ProviderKey).reveal()).toBe('key-1')
    // Keys that were refused as they were shown may be taken as they are shown now.
    rings.use([{ ...two, shown: 'in another header' }])
    expect(rings.of('p')).not.toBe(there)
    rings.use([{ ...one, entries: [] }])
    expect(rings.of('p')).toBeUndefined()
    expect(rings.list()).toEqual([{ ...provider, keys: [] }])
    rings.use([])
    expect(rings.list()).toEqual([])
  })
})
