import { randomBytes } from 'node:crypto'
import { createMemoryPlace, createMemoryStore, type MemoryPlace } from '@ostiary/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Principal, principalOf, type Store, type VaultSession } from '../spec/index.js'
import { type OpenVault, openVault, type VaultParts } from './vault.js'

const TTL_MS = 3_600_000
const EMAIL = 'ann@example.com'
const key = randomBytes(32)

let nowMs: number
let place: MemoryPlace
const opened: OpenVault[] = []
let said: string[]
let reads: number

beforeEach(() => {
  nowMs = 1_700_000_000_000
  place = createMemoryPlace()
  said = []
  reads = 0
})
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

function storeAt(): Store {
  const store = createMemoryStore({ now: () => nowMs }, place)
  return {
    ...store,
    get(space, name) {
      reads += 1
      return store.get(space, name)
    },
  }
}

async function open(more: Partial<VaultParts> = {}): Promise<OpenVault> {
  const vault = await openVault({
    store: storeAt(),
    clock: { now: () => nowMs },
    ttlMs: TTL_MS,
    formats: new Map(),
    secretsKey: () => key,
    isKeyUnused: async () => true,
    report: (message) => void said.push(message),
    ...more,
  })
  opened.push(vault)
  return vault
}

function person(subject: string, issuer = 'https://idp.example', agent?: string): Principal {
  return principalOf({
    issuer,
    subject,
    audiences: [],
    issuedAt: 0,
    expiresAt: 0,
    verifiedAtMs: 0,
    tokenDigest: subject,
    ...(agent === undefined ? {} : { actors: [{ issuer, subject: agent }] }),
  })
}

const ann = person('ann')

function sessionOf(vault: OpenVault, principal = ann, session?: string): VaultSession {
  const step = vault.open(principal, session)
  if (step.kind === 'refuse') throw new Error(step.forLog)
  return step.value
}

async function kept(vault: OpenVault, value = EMAIL, principal = ann, session?: string): Promise<string> {
  const view = sessionOf(vault, principal, session)
  const placeholder = view.tokenize('pii.email', value)
  await view.keep()
  return placeholder
}

/** What a principal's session puts in the place of a text; undefined where the vault knows of nothing. */
async function restored(
  vault: OpenVault,
  text: string,
  principal = ann,
  session?: string,
): Promise<string | undefined> {
  const found = await vault.at(principal, session)
  return found?.scan(text, 0, true).found[0]?.value
}

describe('a vault', () => {
  it('has nothing for whom nothing was tokenized, and asks no store and no key for that', async () => {
    const vault = await open({
      secretsKey: () => {
        throw new Error('no key')
      },
    })
    expect(vault.at(ann, undefined)).toBeUndefined()
    expect([said, reads]).toEqual([[], 0])
  })

  it('restores for the same principal and session alone [vault.isolated]', async () => {
    const vault = await open()
    const placeholder = await kept(vault)
    expect(await restored(vault, placeholder)).toBe(EMAIL)
    // Another token of the same person.
    expect(await restored(vault, placeholder, person('ann'))).toBe(EMAIL)
    expect(await restored(vault, placeholder, person('ann', 'https://idp.example', 'scout'))).toBe(EMAIL)
    for (const [principal, session] of [
      [person('bob'), undefined],
      [person('ann', 'https://other.example'), undefined],
      [ann, 'another'],
      [ann, ''],
    ] as const) {
      expect(vault.at(principal, session)).toBeUndefined()
      await kept(vault, 'other@example.com', principal, session)
      expect(await restored(vault, placeholder, principal, session)).toBeUndefined()
    }
    expect(reads).toBe(0)
  })

  it('restores what another process tokenized, and reads it once', async () => {
    const [one, other] = [await open(), await open()]
    const first = await kept(one)
    const found = other.at(ann, undefined)
    expect(found).toBeInstanceOf(Promise)
    // Whoever asks meanwhile waits for the same.
    expect(other.at(ann, undefined)).toBe(found)
    expect(await restored(other, first)).toBe(EMAIL)
    expect(reads).toBe(1)
    // What comes later is told.
    const second = await kept(one, 'bob@example.com')
    expect(other.at(ann, undefined)).not.toBeInstanceOf(Promise)
    expect(await restored(other, second)).toBe('bob@example.com')
    expect(reads).toBe(1)
    // And one that was opened when all was there.
    expect(await restored(await open(), second)).toBe('bob@example.com')
  })

  it('restores nothing where the store cannot be read, and does once it can be', async () => {
    const first = await kept(await open())
    let ill = true
    const store = storeAt()
    const vault = await open({
      store: { ...store, get: async (...args) => (ill ? Promise.reject(new Error('away')) : store.get(...args)) },
    })
    // Asked by one who does not wait: a rejection that nobody heard would end the process, and fails this run.
    expect(vault.at(ann, undefined)).toBeInstanceOf(Promise)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await expect(vault.at(ann, undefined)).rejects.toThrow('away')
    ill = false
    expect(await restored(vault, first)).toBe(EMAIL)
  })

  it('forgets what has expired, and whose it was', async () => {
    const vault = await open()
    const placeholder = await kept(vault)
    nowMs += TTL_MS
    expect(await restored(vault, placeholder)).toBeUndefined()
    expect((await vault.at(ann, undefined))?.types()).toEqual([])
    vault.sweep()
    expect(vault.at(ann, undefined)).toBeUndefined()
    expect(await kept(vault)).toBe(placeholder)
  })

  it('forgets a row that was deleted', async () => {
    const vault = await open()
    const placeholder = await kept(vault)
    const store = storeAt()
    for (const [name] of place.spaces.get('vault') ?? []) await store.put('vault', name, undefined)
    expect(vault.at(ann, undefined)).toBeUndefined()
    expect(sessionOf(vault).scan(placeholder, 0, true).found).toEqual([])
  })

  it('refuses to tokenize without its key, and says why once [vault.closed]', async () => {
    const vault = await open({
      secretsKey: () => {
        throw new Error('secrets.key is missing')
      },
    })
    for (let times = 0; times < 2; times++) {
      expect(vault.open(ann, undefined)).toMatchObject({ kind: 'refuse', code: 'obligation_failed' })
    }
    expect(said).toEqual(['vault: nothing can be tokenized: secrets.key is missing'])
    await expect(vault.prepare()).rejects.toThrow('secrets.key is missing')
  })

  it('may have its key made only where nothing was sealed with it', async () => {
    const asked: boolean[] = []
    const secretsKey = (make: boolean): Buffer => {
      asked.push(make)
      return key
    }
    const vault = await open({ secretsKey })
    await vault.prepare()
    await kept(vault)
    await (await open({ secretsKey })).prepare()
    await (await open({ secretsKey, isKeyUnused: async () => false })).prepare()
    expect(asked).toEqual([true, false, false])
  })

  it('says so where gateways of one store have different keys, and restores nothing of the others', async () => {
    const placeholder = await kept(await open())
    const other = await open({ secretsKey: () => randomBytes(32) })
    await other.prepare()
    expect(said).toEqual([expect.stringContaining('give every gateway of one store the same')])
    expect(other.at(ann, undefined)).toBeUndefined()
    expect(await kept(other)).not.toBe(placeholder)
    expect(new Set(said).size).toBe(1)
  })
})
