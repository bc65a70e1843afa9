import { isJsonObject } from '../json/strict.js'
import { type Amount, type Brand, parseWindow } from '../spec/index.js'

/** `key_` and 12 characters: names a key to everybody, and opens nothing. */
export type KeyId = Brand<string, 'KeyId'>

const ID = /^key_[0-9a-hjkmnp-tv-z]{12}$/
/** Crockford's: no letter that looks like a digit or another one. */
const ID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
export const ID_BYTES = 12

export function parseKeyId(value: unknown): KeyId | undefined {
  return typeof value === 'string' && ID.test(value) ? (value as KeyId) : undefined
}

/** @param random 12 random bytes */
export function formatKeyId(random: Uint8Array): KeyId {
  return `key_${Array.from(random, (byte) => ID_ALPHABET.charAt(byte & 31)).join('')}` as KeyId
}

export const PERIODS = ['day', 'month', 'total'] as const
export type Period = (typeof PERIODS)[number]

export interface Budget {
  readonly tokens: number
  /** Days and months are those of UTC. */
  readonly per: Period
}

/** A budget in the words that all of them are counted by. */
export function amountOf({ tokens, per }: Budget): Amount {
  const window = parseWindow(per === 'day' ? '1d' : per)
  if (window === undefined) throw new RangeError(per)
  return { measure: 'tokens', atMost: tokens, window }
}

/** What a key may do, as it was asked for. */
export interface Grants {
  readonly owner: string
  readonly scopes: readonly string[]
  /** What `models:invoke`, `models:train` and `embeddings:create` are narrowed to; empty: not narrowed. */
  readonly models: readonly string[]
  /** What `datasets:read` is narrowed to; empty: not narrowed. */
  readonly datasets: readonly string[]
  /** Networks that it may be used from, in CIDR form; empty: any. */
  readonly networks: readonly string[]
  readonly groups: readonly string[]
  /** Thumbprint of the DPoP key that it is bound to (RFC 7638). */
  readonly jkt: string | undefined
  /** May be presented on the data plane itself, where the operator allows that. */
  readonly direct: boolean
  readonly budget: Budget | undefined
}

/** A key as it is kept. Never changed: what happens to it later is a row of its own, so no two writers can undo one another. */
export interface ApiKeyRecord extends Grants {
  readonly id: KeyId
  /** `hashOf` of the key. */
  readonly hash: string
  readonly kind: 'Service'
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** Seconds since the epoch; a rotation may bring it forward. */
  readonly expiresAt: number
  /** The first key of its rotations: they share one budget. */
  readonly account: KeyId
  /** The key whose place it takes, and when that one ends at the latest, seconds since the epoch. */
  readonly replaces: { readonly id: KeyId; readonly until: number } | undefined
}

/** A row of the space `api-keys`, read back. */
export type KeyRow =
  | { readonly kind: 'key'; readonly record: ApiKeyRecord }
  | { readonly kind: 'revoked'; readonly id: KeyId; readonly at: number }
  | { readonly kind: 'gone'; readonly id: KeyId }
  | { readonly kind: 'faulty' }

const REVOKED = 'revoked '

export function revokedKey(id: KeyId): string {
  return REVOKED + id
}

export function keyRowOf(key: string, value: string | undefined): KeyRow {
  const revoked = key.startsWith(REVOKED)
  const id = parseKeyId(revoked ? key.slice(REVOKED.length) : key)
  if (id === undefined) return { kind: 'faulty' }
  if (!revoked) return value === undefined ? { kind: 'gone', id } : recordRow(id, value)
  // Whatever it says: that the row is there is what ends the key.
  const at = Number(value)
  return { kind: 'revoked', id, at: Number.isSafeInteger(at) ? at : 0 }
}

function recordRow(id: KeyId, value: string): KeyRow {
  let read: unknown
  try {
    read = JSON.parse(value)
  } catch {
    return { kind: 'faulty' }
  }
  return isRecord(read) && read.id === id ? { kind: 'key', record: read } : { kind: 'faulty' }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value)
const isId = (value: unknown): boolean => parseKeyId(value) !== undefined
const absentOr =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || is(value)

const MEMBERS: Readonly<Record<keyof ApiKeyRecord, (value: unknown) => boolean>> = {
  id: isId,
  hash: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  kind: (value) => value === 'Service',
  owner: isText,
  scopes: isTexts,
  models: isTexts,
  datasets: isTexts,
  networks: isTexts,
  groups: isTexts,
  jkt: absentOr(isText),
  direct: (value) => typeof value === 'boolean',
  budget: absentOr(isBudget),
  createdAt: isWhole,
  expiresAt: isWhole,
  account: isId,
  replaces: absentOr((value) => isJsonObject(value) && isId(value['id']) && isWhole(value['until'])),
}

/** A member that this version does not know may narrow what the key is good for: such a row is of a later one. */
function isRecord(value: unknown): value is ApiKeyRecord {
  if (!isJsonObject(value) || Object.keys(value).some((name) => !Object.hasOwn(MEMBERS, name))) return false
  return Object.entries(MEMBERS).every(([name, is]) => is(value[name]))
}

export function isBudget(value: unknown): value is Budget {
  if (!isJsonObject(value)) return false
  const { tokens, per } = value
  return isWhole(tokens) && Number(tokens) > 0 && PERIODS.some((one) => one === per)
}
