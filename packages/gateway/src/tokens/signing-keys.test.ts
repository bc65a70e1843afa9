import { createMemoryStore } from '@ostiary/testkit'
import { afterEach, describe, expect, it, test } from 'vitest'
import { isJsonObject, parseStrictJson } from '../json/strict.js'
import { rowsOf, type Store } from '../spec/index.js'
import { readKeyRow, type SigningAlgorithm } from './key.js'
import { signingKeyOperations } from './operations.js'
import { openSigningKeys, type SigningKeys } from './signing-keys.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = 1_800_000_000_000

const opened: SigningKeys[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

interface Bench {
  readonly store: Store
  readonly notes: Readonly<Record<string, unknown>>[]
  readonly reports: string[]
  nowMs: number
  open(algorithm?: SigningAlgorithm): Promise<SigningKeys>
}

function bench(): Bench {
  const notes: Record<string, unknown>[] = []
  const reports: string[] = []
  const all: Bench = {
    store: createMemoryStore({ now: () => all.nowMs }),
    notes,
    reports,
    nowMs: START,
    async open(algorithm = 'ES256') {
      const keys = await openSigningKeys({
        store: all.store,
        clock: { now: () => all.nowMs },
        algorithm,
        rotationMs: 30 * DAY,
        note: async (what) => void notes.push({ ...what }),
        report: (text) => void reports.push(text),
      })
      opened.push(keys)
      return keys
    },
  }
  return all
}

function published(keys: SigningKeys): readonly Readonly<Record<string, unknown>>[] {
  const read = parseStrictJson(keys.jwks(), { maxDepth: 4, maxBytes: 100_000 })
  if (read.kind === 'fault' || !isJsonObject(read.value)) throw new Error('not a key set')
  return read.value['keys'] as readonly Readonly<Record<string, unknown>>[]
}

const kids = (keys: SigningKeys): readonly unknown[] => published(keys).map((one) => one['kid'])

describe('signing keys', () => {
  test.each<[SigningAlgorithm, string, string]>([
    ['ES256', 'EC', 'P-256'],
    ['Ed25519', 'OKP', 'Ed25519'],
  ])('are made on first start: %s', async (algorithm, kty, crv) => {
    const at = bench()
    const keys = await at.open(algorithm)
    const key = keys.current()
    expect(key.algorithm).toBe(algorithm)
    expect(published(keys)).toEqual([key.jwk])
    expect(key.jwk).toMatchObject({ kty, crv, alg: algorithm, use: 'sig', kid: key.kid })
    const data = Buffer.from('what is signed')
    expect(key.verify(data, key.sign(data))).toBe(true)
    expect(key.verify(Buffer.from('what is not'), key.sign(data))).toBe(false)
    expect(at.notes).toEqual([])
    const { made: next } = await keys.rotate(false)
    const from = START + 10 * MINUTE
    expect(at.notes).toEqual([{ did: 'signing-key-made', kid: next.kid, algorithm, signs_from: from }])
  })

  it('publishes no private part [own-token.public-keys-only]', async () => {
    const at = bench()
    const keys = await at.open()
    await keys.rotate(false)
    expect(published(keys)).toHaveLength(2)
    for (const jwk of published(keys))
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    const [row] = await rowsOf(at.store, 'signing-keys')
    // What would be caught above, had it slipped in.
    expect(JSON.parse(row?.value ?? '')).toHaveProperty('jwk.d')
    expect(JSON.stringify([at.notes, at.reports])).not.toContain(JSON.parse(row?.value ?? '').jwk.d)
  })

  it('are the same for all replicas, which ever is first, and after a restart', async () => {
    const at = bench()
    const [one, other] = await Promise.all([at.open(), at.open()])
    expect(one.current().kid).toBe(other.current().kid)
    expect(await rowsOf(at.store, 'signing-keys')).toHaveLength(1)
    expect((await at.open()).current().kid).toBe(one.current().kid)
    const data = Buffer.from('signed by one')
    expect(other.find(one.current().kid)?.verify(data, one.current().sign(data))).toBe(true)
  })

  it('a key is published ten minutes before it signs, and seen at once by the other replica [own-token.published-first]', async () => {
    const at = bench()
    const [one, other] = [await at.open(), await at.open()]
    const first = one.current().kid
    at.nowMs = START + 30 * DAY - 10 * MINUTE - 1
    await one.keep()
    expect(kids(one)).toEqual([first])
    at.nowMs += 1
    await Promise.all([one.keep(), other.keep()])
    const [, second] = kids(one)
    expect(kids(other)).toEqual([first, second])
    at.nowMs = START + 30 * DAY - 1
    expect([one.current().kid, other.current().kid]).toEqual([first, first])
    at.nowMs += 1
    expect([one.current().kid, other.current().kid]).toEqual([second, second])
  })

  it('a key that is due late is published as long before it signs', async () => {
    const at = bench()
    const keys = await at.open()
    const first = keys.current().kid
    at.nowMs = START + 90 * DAY
    await keys.keep()
    at.nowMs += 10 * MINUTE - 1
    expect(keys.current().kid).toBe(first)
    at.nowMs += 1
    expect(keys.current().kid).not.toBe(first)
  })

  it('the key before stays published until its last token has expired, and is then removed [own-token.published-after]', async () => {
    const at = bench()
    const keys = await at.open()
    const first = keys.current().kid
    const second = (await keys.rotate(false)).made.kid
    at.nowMs += 10 * MINUTE + 60 * MINUTE
    await keys.keep()
    expect(kids(keys)).toEqual([first, second])
    expect(keys.find(first)).toBeDefined()
    at.nowMs += MINUTE
    expect(kids(keys)).toEqual([second])
    expect(keys.find(first)).toBeUndefined()
    await keys.keep()
    expect(await rowsOf(at.store, 'signing-keys')).toHaveLength(1)
    expect(at.notes.at(-1)).toEqual({ did: 'signing-key-removed', kid: first, why: 'expired' })
  })

  it('a compromised key verifies nothing more, at no replica [own-token.compromised]', async () => {
    const at = bench()
    const [one, other] = [await at.open(), await at.open()]
    const first = one.current().kid
    const next = (await one.rotate(false)).made.kid
    let told = 0
    const off = other.onRemoved(() => {
      told += 1
    })
    const { made, removed } = await one.rotate(true)
    expect(removed).toEqual([first, next])
    expect(one.current().kid).toBe(made.kid)
    expect(other.current().kid).toBe(made.kid)
    expect([other.find(first), other.find(next)]).toEqual([undefined, undefined])
    expect(kids(other)).toEqual([made.kid])
    expect(told).toBeGreaterThan(0)
    expect(at.notes.slice(-2).map((one) => [one['did'], one['kid'], one['why']])).toEqual([
      ['signing-key-removed', first, 'compromised'],
      ['signing-key-removed', next, 'compromised'],
    ])
    off()
    told = 0
    await one.rotate(true)
    expect(told).toBe(0)
  })

  it('another algorithm in the configuration makes the next key, once', async () => {
    const at = bench()
    const before = await at.open('ES256')
    const now = await at.open('Ed25519')
    expect(published(now).map((one) => one['alg'])).toEqual(['ES256', 'Ed25519'])
    expect(now.current().algorithm).toBe('ES256')
    at.nowMs += 10 * MINUTE
    expect(now.current().algorithm).toBe('Ed25519')
    expect(before.current().algorithm).toBe('Ed25519')
    await Promise.all([before.keep(), now.keep()])
    await at.open('Ed25519')
    expect(kids(now)).toHaveLength(2)
  })

  it('a row that this version cannot read is reported, and its number is not used again', async () => {
    const at = bench()
    await at.store.put('signing-keys', '00000007', '{"algorithm":"ML-DSA-44"}')
    const keys = await at.open()
    expect(at.reports).toEqual(['signing keys: row 00000007 holds no key'])
    expect(kids(keys)).toHaveLength(1)
    expect((await rowsOf(at.store, 'signing-keys')).map((one) => one.key)).toEqual(['00000007', '00000008'])
  })

  it('without the store there is no gateway, rather than one with keys of its own', async () => {
    const at = bench()
    await at.store.close()
    await expect(at.open()).rejects.toThrow('closed')
  })

  test.each([
    ['', 'no JSON'],
    ['{}', 'nothing'],
    ['{"algorithm":"ES256","signs_from":1,"jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}}', 'no point'],
    ['{"algorithm":"HS256","signs_from":1,"jwk":{"kty":"oct","k":"AAAA"}}', 'a symmetric key'],
  ])('a row that holds `%s` is no key: %s', (row) => {
    expect(readKeyRow(row)).toBeUndefined()
  })
})

describe('POST /signing-keys/rotate', () => {
  const rotateWith = async (keys: SigningKeys, input: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const done = await signingKeyOperations(
      async () => keys,
      async () => undefined,
    )
      .get('POST /signing-keys/rotate')
      ?.run(input)
    return done?.kind === 'proceed' ? done.value : done?.code
  }

  it('makes the next key, or, where the keys are compromised, one that signs at once', async () => {
    const at = bench()
    const keys = await at.open()
    const before = keys.current().kid
    expect(await rotateWith(keys, {})).toEqual({
      kid: kids(keys)[1],
      algorithm: 'ES256',
      signsFrom: new Date(START + 10 * MINUTE).toISOString(),
    })
    expect(keys.current().kid).toBe(before)
    expect(await rotateWith(keys, { compromised: true })).toMatchObject({ signsFrom: new Date(START).toISOString() })
    expect(kids(keys)).toEqual([keys.current().kid])
  })

  it.each([[{ compromised: 'yes' }], [{ compromise: true }], [{ compromised: true, kid: 'x' }]])(
    'does nothing for %j: what was meant is not known',
    async (input) => {
      const keys = await bench().open()
      const before = kids(keys)
      expect(await rotateWith(keys, input)).toBe('invalid_request')
      expect(kids(keys)).toEqual(before)
    },
  )

  it('needs a scope of its own', () => {
    const operations = signingKeyOperations(
      async () => bench().open(),
      async () => undefined,
    )
    expect([...operations].map(([name, { scope }]) => [name, scope])).toEqual([
      ['POST /signing-keys/rotate', 'admin:signing-keys'],
    ])
  })
})
