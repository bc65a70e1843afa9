import { randomBytes } from 'node:crypto'
import { createMemoryPlace, createMemoryStore, type MemoryPlace } from '@ostiary/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { principal } from '../../test/principals.js'
import type { Store } from '../spec/index.js'
import { type LedgerRules, type OpenLedger, openLedger } from './ledger.js'
import { createSessions } from './sessions.js'

const TTL_MS = 3_600_000
const ALICE = 'https://idp.example#alice'

let nowMs: number
let place: MemoryPlace
let rules: LedgerRules
let risen: number
let puts: number
let away: boolean
const opened: OpenLedger[] = []

beforeEach(() => {
  nowMs = 1_700_000_000_000
  place = createMemoryPlace()
  rules = { ttlMs: TTL_MS, scope: 'principal', actors: false }
  risen = 0
  puts = 0
  away = false
})
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

const clock = { now: () => nowMs }
const alice = principal()
const bob = principal({ subject: 'bob' })
/** Scout, for alice. */
const scout = principal({ actors: [{ issuer: 'https://idp.example', subject: 'scout' }] })
const scoutForBob = principal({ subject: 'bob', actors: [{ issuer: 'https://idp.example', subject: 'scout' }] })

function storeAt(): Store {
  const store = createMemoryStore(clock, place)
  return {
    ...store,
    put(...args) {
      puts += 1
      return away ? Promise.reject(new Error('away')) : store.put(...args)
    },
  }
}

async function open(store = storeAt()): Promise<OpenLedger> {
  const ledger = await openLedger({
    store,
    clock,
    rules: () => rules,
    sessions: SESSIONS,
    onRisen: () => {
      risen += 1
    },
    onIll: () => undefined,
  })
  opened.push(ledger)
  return ledger
}

const SESSIONS = createSessions(randomBytes(32))

const labels = (ledger: OpenLedger, of = alice, session?: string): readonly string[] => ledger.labelsOf(of, session)

describe('the ledger', () => {
  it('has no labels of whoever gathered none', async () => {
    const ledger = await open()
    expect(labels(ledger)).toEqual([])
    await ledger.gather(alice, undefined, ['restricted'])
    expect(labels(ledger, bob)).toEqual([])
  })

  it('holds a label at once, and tells that it rose', async () => {
    const ledger = await open()
    const written = ledger.gather(alice, undefined, ['restricted', 'phi'])
    expect(labels(ledger)).toEqual(['phi', 'restricted'])
    expect(risen).toBe(1)
    await written
    expect(labels(ledger)).toEqual(['phi', 'restricted'])
    expect(risen).toBe(1)
  })

  it('has it of issuer and subject, whoever acts and whatever session the caller names', async () => {
    const ledger = await open()
    await ledger.gather(scout, 'one', ['restricted'])
    expect(labels(ledger, alice)).toEqual(['restricted'])
    expect(labels(ledger, scout, 'another')).toEqual(['restricted'])
    expect(labels(ledger, principal({ issuer: 'https://other.example' }))).toEqual([])
  })

  it('writes nothing for what holds for long enough, and renews what does not', async () => {
    const ledger = await open()
    await ledger.gather(alice, undefined, ['restricted'])
    expect(puts).toBe(1)
    nowMs += TTL_MS / 4
    expect(ledger.gather(alice, undefined, ['restricted'])).toBeUndefined()
    nowMs += TTL_MS / 2
    await ledger.gather(alice, undefined, ['restricted'])
    expect(puts).toBe(2)
    nowMs += TTL_MS - 1
    expect(labels(ledger)).toEqual(['restricted'])
    nowMs += 1
    expect(labels(ledger)).toEqual([])
  })

  it('ages out one label at a time', async () => {
    const ledger = await open()
    await ledger.gather(alice, undefined, ['pii'])
    nowMs += TTL_MS / 2
    await ledger.gather(alice, undefined, ['secret'])
    nowMs += TTL_MS / 2
    expect(labels(ledger)).toEqual(['secret'])
    ledger.sweep()
    expect(ledger.size).toBe(1)
    nowMs += TTL_MS
    ledger.sweep()
    expect(ledger.size).toBe(0)
  })

  it('is kept by the store, and seen by others on it', async () => {
    const one = await open()
    const other = await open()
    await one.gather(alice, undefined, ['restricted'])
    await vi.waitFor(() => expect(labels(other)).toEqual(['restricted']))
    expect(labels(await open())).toEqual(['restricted'])
  })

  it('loses nothing where several gather at once', async () => {
    const several = await Promise.all(Array.from({ length: 5 }, () => open()))
    const names = Array.from({ length: 40 }, (_, index) => `label-${index}`)
    await Promise.all(names.map((name, index) => several[index % 5]?.gather(alice, undefined, [name])))
    expect(labels(await open())).toEqual([...names].sort())
    for (const one of several) await vi.waitFor(() => expect(labels(one)).toEqual([...names].sort()))
  })

  it('writes together what is gathered while it writes', async () => {
    const ledger = await open()
    await Promise.all(Array.from({ length: 100 }, (_, index) => ledger.gather(alice, undefined, [`label-${index}`])))
    expect(puts).toBeLessThanOrEqual(2)
    expect(labels(await open())).toHaveLength(100)
  })

  it('rejects where the store is away, holds here all the same, and tries again with the next', async () => {
    const ledger = await open()
    away = true
    await expect(ledger.gather(alice, undefined, ['restricted'])).rejects.toThrow('away')
    expect(labels(ledger)).toEqual(['restricted'])
    await expect(ledger.gather(alice, undefined, ['restricted'])).rejects.toThrow('away')
    away = false
    await ledger.gather(alice, undefined, ['restricted'])
    expect(labels(await open())).toEqual(['restricted'])
  })

  it('writes nothing over a row that it cannot read', async () => {
    const store = createMemoryStore(clock, place)
    await store.put('labels', `subject ${ALICE}`, '["a later version"]')
    const ledger = await open()
    await expect(ledger.gather(alice, undefined, ['pii'])).rejects.toThrow('a row of the ledger cannot be read')
    expect(labels(ledger)).toEqual(['pii'])
    expect(await store.get('labels', `subject ${ALICE}`)).toBe('["a later version"]')
  })

  it('lowers by name alone, at every process', async () => {
    const one = await open()
    const other = await open()
    await one.gather(alice, undefined, ['pii', 'restricted'])
    await vi.waitFor(() => expect(other.of(ALICE)).toEqual(['pii', 'restricted']))
    await other.lower(ALICE, ['restricted'])
    expect(other.of(ALICE)).toEqual(['pii'])
    await vi.waitFor(() => expect(labels(one)).toEqual(['pii']))
    await one.lower(ALICE, ['pii'])
    await vi.waitFor(() => expect(labels(other)).toEqual([]))
    expect(labels(await open())).toEqual([])
    // What was lowered may be gathered again.
    await one.gather(alice, undefined, ['pii'])
    expect(labels(one)).toEqual(['pii'])
  })

  it('has labels of an actor too, where the operator wants that', async () => {
    rules = { ...rules, actors: true }
    const ledger = await open()
    await ledger.gather(scout, undefined, ['restricted'])
    expect(labels(ledger, alice)).toEqual(['restricted'])
    expect(labels(ledger, scoutForBob)).toEqual(['restricted'])
    expect(labels(ledger, bob)).toEqual([])
  })

  it('lets labels stay with a session, where the operator wants that', async () => {
    rules = { ...rules, scope: 'session' }
    const ledger = await open()
    await ledger.gather(alice, 'one', ['restricted'])
    await ledger.gather(alice, undefined, ['pii'])
    expect(labels(ledger, alice, 'one')).toEqual(['restricted'])
    expect(labels(ledger, alice, 'two')).toEqual([])
    expect(labels(ledger, alice)).toEqual(['pii'])
    expect(labels(ledger, bob, 'one')).toEqual([])
  })

  it('counts again what was gathered under another rule once that is in force', async () => {
    const ledger = await open()
    await ledger.gather(alice, undefined, ['restricted'])
    rules = { ...rules, scope: 'session' }
    expect(labels(ledger)).toEqual(['restricted'])
    expect(labels(ledger, alice, 'one')).toEqual([])
  })

  it('takes a session that was minted for the very principal, and no other', async () => {
    const ledger = await open()
    expect(ledger.sessionOf(alice, 'anything')).toEqual({ kind: 'proceed', value: undefined })
    rules = { ...rules, scope: 'session' }
    const minted = SESSIONS.mint(alice)
    expect(ledger.sessionOf(alice, minted)).toEqual({ kind: 'proceed', value: minted })
    expect(ledger.sessionOf(scout, minted)).toEqual({ kind: 'proceed', value: minted })
    expect(ledger.sessionOf(alice, '')).toEqual({ kind: 'proceed', value: undefined })
    const last = minted.endsWith('0') ? '1' : '0'
    const others = [
      'anything',
      `${minted.slice(0, -1)}${last}`,
      createSessions(randomBytes(32)).mint(alice),
      `${minted}0`,
    ]
    for (const one of others) expect(ledger.sessionOf(alice, one)).toMatchObject({ code: 'invalid_request' })
    expect(ledger.sessionOf(bob, minted)).toMatchObject({ code: 'invalid_request' })
  })
})
