import { hash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  dataPlane,
  openBench,
  PUBLIC_URL,
  refused,
  START_MS,
  taken,
  tokenEndpoint,
  WANTED,
} from '../../test/keys-bench.js'
import { until } from '../../test/until.js'
import { openSqliteStore } from '../adapters/store-sqlite/store.js'
import { rowsOf } from '../spec/index.js'
import { formatApiKey, hashOf, parseApiKey } from './format.js'
import { openApiKeys } from './service.js'

const DAY_MS = 86_400_000
const START = START_MS / 1000
const JKT = Buffer.alloc(32, 7).toString('base64url')

describe('a key at the token endpoint', () => {
  test('is a service of its owner, with what it was made for [keys.principal] [keys.narrowed]', async () => {
    const { keys } = await openBench()
    const { text, state } = await keys.create({
      ...WANTED,
      scopes: ['models:invoke', 'models:list'],
      models: ['a', 'b'],
      groups: ['analysts'],
      networks: ['192.0.2.0/24'],
      jkt: JKT,
    })
    const { id } = state.record
    const principal = taken(tokenEndpoint(keys), text)
    expect(principal).toMatchObject({
      actor: {
        kind: 'Service',
        uid: `${PUBLIC_URL}#billing`,
        issuer: PUBLIC_URL,
        subject: 'billing',
        groups: ['analysts'],
      },
      onBehalfOf: undefined,
      proof: 'dpop',
      confirmation: { jkt: JKT, certificate: undefined },
      issuedAt: START,
      expiresAt: START + 90 * 86_400,
      clientId: id,
      tokenId: undefined,
      audiences: [PUBLIC_URL],
      networks: ['192.0.2.0/24'],
      verifiedAtMs: START_MS,
      tokenDigest: hash('sha256', text, 'hex'),
    })
    expect([...principal.scopes]).toEqual(['models:invoke:a', 'models:invoke:b', 'models:list'])
    // Whoever revokes the owner ends the key, and whoever revokes the key what was exchanged from it.
    expect(principal.revocableBy).toContain(`key ${id}`)
    expect(principal.revocableBy).toContain(`subject ${PUBLIC_URL} billing`)
    expect(id).toMatch(/^key_[0-9a-z]{12}$/)
    await keys.close()
  })

  test('the store holds a hash of the random bits, and nothing that opens anything [keys.stored-as-hash]', async () => {
    const { keys, store } = await openBench()
    const { text, state } = await keys.create(WANTED)
    taken(tokenEndpoint(keys), text)
    await keys.close()
    const spaces = ['api-keys', 'api-key-uses', 'api-key-spending']
    const rows = (await Promise.all(spaces.map((space) => rowsOf(store, space)))).flat()
    expect(rows.length).toBe(2)
    const all = JSON.stringify(rows)
    const read = parseApiKey(text)
    expect(all).toContain(read.kind === 'key' && hashOf(read.key))
    expect(all).not.toContain(text.slice(5, 48))
    expect(all).not.toContain(hash('sha256', text, 'hex'))
    expect(state.record.hash).not.toBe(hash('sha256', text, 'hex'))
  })

  test('each way of being no good has its own code and reason [keys.refused-precisely]', async () => {
    const { keys, pass } = await openBench()
    const { text, state } = await keys.create({ ...WANTED, lifetimeSeconds: 60 })
    const { text: revoked, state: its } = await keys.create(WANTED)
    await keys.revoke(its.record.id)
    const endpoint = tokenEndpoint(keys)
    const told = (key: string): string => {
      const { code, status, forLog } = refused(endpoint, key)
      expect(status).toBe(401)
      return `${code}: ${forLog}`
    }
    const unknown = formatApiKey(randomBytes(32))
    const damaged = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
    expect(told('ostk_short')).toBe('invalid_token: api key: malformed')
    expect(told(damaged)).toBe('invalid_token: api key: the checksum does not hold')
    expect(told(unknown)).toBe('invalid_token: api key: unknown')
    expect(told(revoked)).toBe(`revoked_token: api key ${its.record.id}: revoked`)
    pass(59_999)
    taken(endpoint, text)
    pass(1)
    expect(told(text)).toBe(`expired_token: api key ${state.record.id}: expired`)
    // Revoked is told for good: that it has expired too changes nothing.
    pass(90 * DAY_MS)
    expect(told(revoked)).toMatch(/^revoked_token/)
    await keys.close()
  })
})

describe('a key on the data plane [keys.exchanged-or-direct]', () => {
  test('is exchanged first, unless it was made direct and the operator allows that', async () => {
    const { keys } = await openBench()
    const exchanged = (await keys.create(WANTED)).text
    const direct = (await keys.create({ ...WANTED, direct: true })).text
    for (const [text, allowed] of [
      [exchanged, true],
      [exchanged, false],
      [direct, false],
    ] as const) {
      expect(refused(dataPlane(keys, allowed), text)).toMatchObject({
        code: 'invalid_token',
        message: expect.stringContaining('/oauth/token'),
      })
      taken(tokenEndpoint(keys), text)
    }
    taken(dataPlane(keys, true), direct)
    await keys.close()
  })

  test('who has no key is not told that there is an exchange', async () => {
    const { keys } = await openBench()
    expect(refused(dataPlane(keys, false), formatApiKey(randomBytes(32))).message).not.toContain('/oauth/token')
    await keys.close()
  })

  test('a reload that leaves the choice leaves the provider', async () => {
    const { keys } = await openBench()
    expect(dataPlane(keys, true)).toBe(dataPlane(keys, true))
    expect(dataPlane(keys, true)).not.toBe(dataPlane(keys, false))
    expect(dataPlane(keys, true).prefix).toBe('ostk_')
    // The gateway closes what a reload put out of use; the keys go on.
    await dataPlane(keys, true).close()
    taken(dataPlane(keys, true), (await keys.create({ ...WANTED, direct: true })).text)
    await keys.close()
  })
})

describe('rotation [keys.rotation]', () => {
  test('the new key may do the same, the old one ends with the overlap', async () => {
    const { keys, pass, narrowed } = await openBench()
    const old = await keys.create({ ...WANTED, models: ['a'], budget: { tokens: 100, per: 'total' } })
    pass(DAY_MS)
    const made = await keys.rotate(old.state, { overlapSeconds: 3600, lifetimeSeconds: undefined })
    expect(narrowed()).toBe(1)
    const { id, hash: _hash, createdAt, expiresAt, replaces, ...same } = made.state.record
    const { id: oldId, hash: _oldHash, createdAt: _c, expiresAt: _e, replaces: _r, ...before } = old.state.record
    expect(same).toEqual(before)
    expect({ createdAt, expiresAt }).toEqual({ createdAt: START + 86_400, expiresAt: START + 91 * 86_400 })
    expect(replaces).toEqual({ id: oldId, until: START + 86_400 + 3600 })
    const endpoint = tokenEndpoint(keys)
    expect(taken(endpoint, old.text).expiresAt).toBe(START + 86_400 + 3600)
    expect(taken(endpoint, made.text).clientId).toBe(id)
    // One owner: labels and revocations go on.
    expect(taken(endpoint, made.text).actor).toEqual(taken(endpoint, old.text).actor)
    pass(3_600_000)
    expect(refused(endpoint, old.text).code).toBe('expired_token')
    taken(endpoint, made.text)
    await keys.close()
  })

  test('it never lengthens a life, and of two rotations the shorter overlap holds', async () => {
    const { keys, pass } = await openBench()
    const old = await keys.create({ ...WANTED, lifetimeSeconds: 60 })
    await keys.rotate(old.state, { overlapSeconds: 3600, lifetimeSeconds: undefined })
    expect(taken(tokenEndpoint(keys), old.text).expiresAt).toBe(START + 60)
    await keys.rotate(old.state, { overlapSeconds: 10, lifetimeSeconds: undefined })
    await keys.rotate(old.state, { overlapSeconds: 30, lifetimeSeconds: undefined })
    expect(taken(tokenEndpoint(keys), old.text).expiresAt).toBe(START + 10)
    pass(10_000)
    expect(refused(tokenEndpoint(keys), old.text).code).toBe('expired_token')
    await keys.close()
  })

  test('a key that was brought to its end stays there, though its successor lived shorter than it was to', async () => {
    const { keys, pass, another } = await openBench()
    const old = await keys.create(WANTED)
    await keys.rotate(old.state, { overlapSeconds: 60, lifetimeSeconds: 60 })
    await keys.close()
    // The successor is long gone, the old key's own expiry is still to come.
    pass(80 * DAY_MS)
    const later = await another()
    expect(refused(tokenEndpoint(later), old.text).code).toBe('expired_token')
    await later.close()
  })

  test('a revocation cannot be undone by a rotation that goes on beside it', async () => {
    const { keys, another } = await openBench()
    const other = await another()
    const old = await keys.create(WANTED)
    await Promise.all([
      other.revoke(old.state.record.id),
      keys.rotate(old.state, { overlapSeconds: 60, lifetimeSeconds: undefined }),
    ])
    for (const one of [keys, other]) expect(refused(tokenEndpoint(one), old.text).code).toBe('revoked_token')
    await Promise.all([keys.close(), other.close()])
  })
})

describe('two processes on one store [keys.shared]', () => {
  test('what one does the other sees', async () => {
    const { keys, another } = await openBench()
    const other = await another()
    const made = await keys.create(WANTED)
    taken(tokenEndpoint(other), made.text)
    const next = await other.rotate(made.state, { overlapSeconds: 60, lifetimeSeconds: undefined })
    taken(tokenEndpoint(keys), next.text)
    expect(taken(tokenEndpoint(keys), made.text).expiresAt).toBe(START + 60)
    await other.revoke(next.state.record.id)
    expect(refused(tokenEndpoint(keys), next.text).code).toBe('revoked_token')
    // And one that starts later knows it all.
    const late = await another()
    expect(refused(tokenEndpoint(late), next.text).code).toBe('revoked_token')
    expect(taken(tokenEndpoint(late), made.text).expiresAt).toBe(START + 60)
    await Promise.all([keys.close(), other.close(), late.close()])
  })

  test('what was done here counts here at once, though the store tells late', async () => {
    const { keys, store } = await openBench()
    store.lag()
    const made = await keys.create(WANTED)
    taken(tokenEndpoint(keys), made.text)
    await keys.rotate(made.state, { overlapSeconds: 60, lifetimeSeconds: undefined })
    expect(taken(tokenEndpoint(keys), made.text).expiresAt).toBe(START + 60)
    await keys.revoke(made.state.record.id)
    expect(refused(tokenEndpoint(keys), made.text).code).toBe('revoked_token')
    store.tellLate()
    expect(refused(tokenEndpoint(keys), made.text).code).toBe('revoked_token')
    await keys.close()
  })

  test('keys outlive the process, on a real store', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-keys-'))
    const clock = { now: () => START_MS }
    const opened = async () => {
      const store = await openSqliteStore({ path: join(folder, 'ostiary.db'), clock })
      const keys = await openApiKeys({
        store,
        clock,
        random: (bytes) => randomBytes(bytes),
        failure: 'closed',
        onIll: () => undefined,
        onNarrowed: () => undefined,
        report: () => undefined,
      })
      const close = async (): Promise<void> => {
        await keys.close()
        await store.close()
      }
      return { keys, close }
    }
    const first = await opened()
    const live = await first.keys.create({ ...WANTED, budget: { tokens: 100, per: 'month' } })
    const dead = await first.keys.create(WANTED)
    await first.keys.revoke(dead.state.record.id)
    await first.close()
    const second = await opened()
    const principal = taken(tokenEndpoint(second.keys), live.text)
    expect(second.keys.accountsOf(principal)).toMatchObject([
      { name: live.state.record.id, amount: { measure: 'tokens', atMost: 100 } },
    ])
    expect(refused(tokenEndpoint(second.keys), dead.text).code).toBe('revoked_token')
    await second.close()
    await rm(folder, { recursive: true })
  })
})

describe('the store is away [keys.store-away]', () => {
  test('closed: nothing is taken that cannot be checked, and what is known to be over is told as ever', async () => {
    const { keys, store, ills } = await openBench()
    const live = await keys.create(WANTED)
    const dead = await keys.create(WANTED)
    await keys.revoke(dead.state.record.id)
    store.goAway()
    const endpoint = tokenEndpoint(keys)
    expect(refused(endpoint, live.text)).toMatchObject({ code: 'overloaded', headers: { 'x-should-retry': 'false' } })
    // It may have been made elsewhere since.
    expect(refused(endpoint, formatApiKey(randomBytes(32))).code).toBe('overloaded')
    expect(refused(endpoint, dead.text).code).toBe('revoked_token')
    expect(refused(endpoint, 'ostk_x').code).toBe('invalid_token')
    await expect(keys.create(WANTED)).rejects.toThrow('store away')
    expect(ills).toEqual(['the store does not answer'])
    store.comeBack()
    taken(endpoint, live.text)
    expect(ills.at(-1)).toBeUndefined()
    await keys.close()
  })

  test('open: keys that are known go on, unknown ones are refused', async () => {
    const { keys, store, reports } = await openBench({ failure: 'open' })
    const { text } = await keys.create(WANTED)
    store.goAway()
    taken(tokenEndpoint(keys), text)
    expect(refused(tokenEndpoint(keys), formatApiKey(randomBytes(32))).code).toBe('invalid_token')
    await keys.close()
    expect(reports).toEqual(['api keys: last use not written (store away)'])
  })

  test('a revocation holds here though it could not be persisted, and nobody is told that it was', async () => {
    const { keys, store } = await openBench({ failure: 'open' })
    const { text, state } = await keys.create(WANTED)
    store.goAway()
    await expect(keys.revoke(state.record.id)).rejects.toThrow('store away')
    expect(refused(tokenEndpoint(keys), text).code).toBe('revoked_token')
    store.comeBack()
    await keys.close()
  })
})

describe('rows that this version cannot read', () => {
  test.each([
    ['no JSON', '{'],
    ['another kind of principal', { kind: 'User' }],
    ['a member of a later version', { onlyOnSundays: true }],
    ['scopes that are none', { scopes: 'models:invoke' }],
    ['no expiry', { expiresAt: undefined }],
    ['a budget of another shape', { budget: { tokens: -1, per: 'day' } }],
    ['another id', { id: 'key_000000000000' }],
  ])('%s: the key opens nothing, and the operator is told [keys.row-closed]', async (_, change) => {
    const { keys, store, another } = await openBench()
    const { text, state } = await keys.create(WANTED)
    const { id } = state.record
    const row: unknown = JSON.parse((await store.get('api-keys', id)) ?? '')
    await keys.close()
    await store.put(
      'api-keys',
      id,
      typeof change === 'string' ? change : JSON.stringify({ ...(row as object), ...change }),
    )
    const told: string[] = []
    const later = await another({ report: (message) => void told.push(message) })
    expect(refused(tokenEndpoint(later), text).forLog).toBe('api key: unknown')
    expect(told).toEqual([`api keys: the row "${id}" cannot be read, so that key is not taken`])
    await store.put('api-keys', id, JSON.stringify(row))
    taken(tokenEndpoint(later), text)
    await later.close()
  })

  test('whatever a row says that revokes, it revokes', async () => {
    const { keys, store } = await openBench()
    const { text, state } = await keys.create(WANTED)
    await store.put('api-keys', `revoked ${state.record.id}`, 'gibberish')
    expect(refused(tokenEndpoint(keys), text).code).toBe('revoked_token')
    await store.put('api-keys', `revoked ${state.record.id}`, undefined)
    expect(refused(tokenEndpoint(keys), text).code).toBe('revoked_token')
    await keys.close()
  })

  test('a key whose row is deleted is gone', async () => {
    const { keys, store, narrowed } = await openBench()
    const { text, state } = await keys.create(WANTED)
    await store.put('api-keys', state.record.id, undefined)
    expect(refused(tokenEndpoint(keys), text).forLog).toBe('api key: unknown')
    expect(narrowed()).toBe(1)
    await keys.close()
  })
})

describe('last use [keys.last-use]', () => {
  test('is written at most once a minute, and only for what was taken', async () => {
    const { keys, pass, store } = await openBench()
    const { text, state } = await keys.create(WANTED)
    const { id } = state.record
    const written = async (): Promise<number | undefined> => (await keys.lastUses()).get(id)
    refused(dataPlane(keys, true), text)
    expect(await written()).toBeUndefined()
    taken(tokenEndpoint(keys), text)
    expect(await until(written)).toBe(START)
    let writes = 0
    const end = await store.follow('api-key-uses', () => {
      writes += 1
    })
    const before = writes
    for (let at = 0; at < 59; at += 1) {
      pass(1000)
      taken(tokenEndpoint(keys), text)
    }
    expect(writes).toBe(before)
    pass(1000)
    taken(tokenEndpoint(keys), text)
    expect(await until(async () => (await written()) !== START && (await written()))).toBe(START + 60)
    expect(writes).toBe(before + 1)
    end()
    await keys.close()
  })
})
