import type { Amount, Clock, OpaqueProvider, Principal, Row, Store } from '../spec/index.js'
import { API_KEY_BYTES, formatApiKey, hashOf } from './format.js'
import { KeyRing, type KeyState } from './key-ring.js'
import { createLastUses } from './last-use.js'
import { apiKeyProvider } from './provider.js'
import { type ApiKeyRecord, amountOf, formatKeyId, ID_BYTES, type KeyId, parseKeyId, revokedKey } from './record.js'
import { LIFETIME_SECONDS, type Named, type NewKey, type Rotation } from './request.js'

export interface ApiKeysParts {
  readonly store: Store
  readonly clock: Clock
  /** That many unguessable bytes. */
  readonly random: (bytes: number) => Uint8Array
  /** What it means that the store is away: `closed` takes no key then, `open` goes on with those that are known. */
  readonly failure: 'closed' | 'open'
  /** The store went away, with a reason, or is back. */
  readonly onIll: (why: string | undefined) => void
  /** Keys are good for less than they were, here or by another process: verifications of them must be made afresh. */
  readonly onNarrowed: () => void
  /** One line for the operator. Never a secret. */
  readonly report: (message: string) => void
}

/** What a principal that came by a key is counted in. */
export interface KeyAccount {
  /** Of the first key of its rotations: they share one budget. */
  readonly name: KeyId
  readonly amount: Amount | undefined
}

export interface MadeKey {
  /** The secret itself: shown once, kept nowhere. */
  readonly text: string
  readonly state: KeyState
}

/** What a configuration says of keys. */
export interface KeyChoices {
  /** `publicUrl`: owners of keys are subjects of the gateway itself. */
  readonly issuer: string
  /** `apiKeys.direct`. */
  readonly allowDirect: boolean
}

export interface KeyProviders {
  /** Takes keys made `direct`, where the operator allows that, and no other. */
  readonly dataPlane: OpaqueProvider
  /** Takes every key. */
  readonly tokenEndpoint: OpaqueProvider
}

export interface ApiKeys {
  /** The same objects for the same choices, so that a reload which leaves them keeps what was verified. */
  providers(choices: KeyChoices): KeyProviders
  /** The keys behind a principal: tokens that were exchanged from one have it there too. */
  accountsOf(principal: Principal): readonly KeyAccount[]
  /** Persisted once it is fulfilled, as everything here that changes a key. */
  create(wanted: NewKey): Promise<MadeKey>
  /** Makes a key that may do what the old one may; by the same write the old one ends after the overlap, if not before. */
  rotate(old: KeyState, rotation: Omit<Rotation, 'id'>): Promise<MadeKey>
  /** Holds here at once. */
  revoke(id: KeyId): Promise<void>
  find(named: Named): KeyState | undefined
  /** Those that are good, and those that were until lately. */
  all(): readonly KeyState[]
  /** Seconds since the epoch, by key. */
  lastUses(): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

const SPACE = 'api-keys'
/** So long a key is still told to be expired or revoked, rather than unknown. */
const KEPT_SECONDS = 30 * 86_400
/** A revocation outlives every key. */
const REVOKED_KEPT_SECONDS = LIFETIME_SECONDS.max + 2 * KEPT_SECONDS

/** All API keys, in memory, as the store has them: what other processes do to them is seen. */
export async function openApiKeys(parts: ApiKeysParts): Promise<ApiKeys> {
  const { store, clock, random, failure, onIll, report } = parts
  const ring = new KeyRing()
  let away = false

  function take(rows: readonly Row[]): void {
    const { narrowed, faulty } = ring.take(rows)
    for (const key of faulty)
      report(`api keys: the row ${JSON.stringify(key)} cannot be read, so that key is not taken`)
    if (narrowed) parts.onNarrowed()
  }
  const unfollow = await store.follow(SPACE, take, (why) => {
    away = why !== undefined
    onIll(why)
  })
  const uses = createLastUses({ store, clock, onLost: (why) => report(`api keys: last use not written (${why})`) })
  const providers = new Map<string, KeyProviders>()
  function providersOf({ issuer, allowDirect }: KeyChoices): KeyProviders {
    const shared = { ring, clock, issuer, blind: () => away && failure === 'closed', onUsed: uses.note }
    return {
      dataPlane: apiKeyProvider(shared, allowDirect ? 'data-plane-direct' : 'data-plane'),
      tokenEndpoint: apiKeyProvider(shared, 'token-endpoint'),
    }
  }
  const nowSeconds = (): number => Math.floor(clock.now() / 1000)

  async function make(grants: Omit<NewKey, 'lifetimeSeconds'>, life: Life): Promise<MadeKey> {
    const secret = formatApiKey(random(API_KEY_BYTES))
    const id = formatKeyId(random(ID_BYTES))
    const { account = id, expiresAt, replaces } = life
    const createdAt = nowSeconds()
    const record: ApiKeyRecord = {
      ...grants,
      ...{ id, hash: hashOf(secret), kind: 'Service', account, createdAt, expiresAt, replaces },
    }
    const value = JSON.stringify(record)
    // As long as the key that it ends: without this row that one would be good again.
    const keptUntil = Math.max(expiresAt, life.oldExpiresAt ?? 0) + KEPT_SECONDS
    if (!(await store.put(SPACE, id, value, { expiresAtMs: keptUntil * 1000, onlyNew: true })))
      throw new Error('an id was drawn twice')
    // The store may tell of it later.
    take([{ key: id, value }])
    return { text: secret, state: { record, expiresAt, revokedAt: undefined } }
  }

  return {
    providers(choices) {
      const name = `${choices.allowDirect} ${choices.issuer}`
      const held = providers.get(name) ?? providersOf(choices)
      providers.set(name, held)
      return held
    },
    accountsOf: (principal) => accountsOf(principal, ring),
    create: ({ lifetimeSeconds, ...grants }) => make(grants, { expiresAt: nowSeconds() + lifetimeSeconds }),
    rotate({ record }, { overlapSeconds, lifetimeSeconds }) {
      const { id, hash, kind, account, createdAt, expiresAt, replaces, ...grants } = record
      const now = nowSeconds()
      return make(grants, {
        account,
        expiresAt: now + (lifetimeSeconds ?? expiresAt - createdAt),
        replaces: { id, until: now + overlapSeconds },
        oldExpiresAt: expiresAt,
      })
    },
    async revoke(id) {
      const at = nowSeconds()
      const row = { key: revokedKey(id), value: String(at) }
      const put = store.put(SPACE, row.key, row.value, {
        expiresAtMs: (at + REVOKED_KEPT_SECONDS) * 1000,
        onlyNew: true,
      })
      // Before it is durable: nobody is told that it holds until it is, and meanwhile the key opens nothing here.
      take([row])
      await put
    },
    find: (named) => ('id' in named ? ring.byId(named.id) : ring.byHash(hashOf(named.key))),
    all: () => ring.all().filter(({ expiresAt }) => nowSeconds() < expiresAt + KEPT_SECONDS),
    lastUses: () => uses.all(),
    async close() {
      try {
        await uses.close()
      } finally {
        unfollow()
      }
    },
  }
}

interface Life {
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly account?: KeyId
  readonly replaces?: ApiKeyRecord['replaces']
  /** When the key that it replaces was to end by itself, seconds since the epoch. */
  readonly oldExpiresAt?: number
}

const KEY = 'key '

/** By what revokes the principal: no issuer of others can put a key there. */
function accountsOf({ revocableBy }: Principal, ring: KeyRing): readonly KeyAccount[] {
  const accounts = new Map<KeyId, KeyAccount>()
  for (const name of revocableBy) {
    const id = name.startsWith(KEY) ? parseKeyId(name.slice(KEY.length)) : undefined
    if (id === undefined) continue
    const account = keyAccountOf(ring.byId(id)?.record) ?? { name: id, amount: undefined }
    accounts.set(account.name, account)
  }
  return [...accounts.values()]
}

export function keyAccountOf(record: ApiKeyRecord): KeyAccount
export function keyAccountOf(record: ApiKeyRecord | undefined): KeyAccount | undefined
export function keyAccountOf(record: ApiKeyRecord | undefined): KeyAccount | undefined {
  if (record === undefined) return undefined
  const { account, budget } = record
  return { name: account, amount: budget === undefined ? undefined : amountOf(budget) }
}
