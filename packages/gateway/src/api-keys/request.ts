import { isIP } from 'node:net'
import { type OperationInput, proceed, refuse, type Step } from '../spec/index.js'
import { type ApiKey, parseApiKey } from './format.js'
import { type Budget, type Grants, isBudget, type KeyId, PERIODS, parseKeyId } from './record.js'
import { isScopeToken, narrowsSome, scopeFault, strayName } from './scopes.js'

const DAY_SECONDS = 86_400
export const LIFETIME_SECONDS: { readonly default: number; readonly max: number } = {
  default: 90 * DAY_SECONDS,
  max: 366 * DAY_SECONDS,
}
const OVERLAP_SECONDS = { default: DAY_SECONDS, max: 30 * DAY_SECONDS } as const
const ENTRIES_MAX = 64
const TOKENS_MAX = 1e15

/** A key that somebody asks for. */
export interface NewKey extends Grants {
  readonly lifetimeSeconds: number
}

export interface Rotation {
  readonly id: KeyId
  /** How long the old key is still good, seconds. */
  readonly overlapSeconds: number
  /** Undefined: as long as the old one was made for. */
  readonly lifetimeSeconds: number | undefined
}

/** What is wrong with each member, by its name. */
type Faults = Map<string, string>

const MEMBERS = new Set([
  ...['owner', 'scopes', 'models', 'datasets', 'networks', 'groups'],
  ...['expiresInSeconds', 'jkt', 'direct', 'budget'],
])

/** Reads what `POST /keys` is asked for, and tells every fault at once. */
export function newKeyOf(input: OperationInput): Step<NewKey> {
  const faults: Faults = new Map()
  for (const name of Object.keys(input)) if (!MEMBERS.has(name)) faults.set(name, 'is not known')
  const scopes = scopesOf(input['scopes'], faults)
  const models = namesOf(input, 'models', faults)
  const datasets = namesOf(input, 'datasets', faults)
  narrows({ scopes, models, datasets }, faults)
  const direct = directOf(input['direct'], scopes, faults)
  const wanted: NewKey = {
    owner: ownerOf(input['owner'], faults),
    scopes,
    models,
    datasets,
    networks: textsOf(input, 'networks', networkFault, faults),
    groups: textsOf(input, 'groups', groupFault, faults),
    jkt: jktOf(input['jkt'], faults),
    direct,
    budget: budgetOf(input['budget'], faults),
    lifetimeSeconds: lifetimeOf(input, faults) ?? LIFETIME_SECONDS.default,
  }
  return faults.size === 0 ? proceed(wanted) : faulty('No key was made', faults)
}

/** Reads what `POST /keys/rotate` is asked for. */
export function rotationOf(input: OperationInput): Step<Rotation> {
  const faults: Faults = new Map()
  const id = idOf(input, ['overlapSeconds', 'expiresInSeconds'], faults)
  const overlap = secondsOf(input['overlapSeconds'] ?? OVERLAP_SECONDS.default, 0, OVERLAP_SECONDS.max)
  if (overlap === undefined) faults.set('overlapSeconds', 'is 0 to 30 days, in seconds')
  const lifetimeSeconds = lifetimeOf(input, faults)
  return id === undefined || overlap === undefined || faults.size > 0
    ? faulty('No key was rotated', faults)
    : proceed({ id, overlapSeconds: overlap, lifetimeSeconds })
}

/** Names a key by its id, or by its text: who finds a leaked one has nothing else. */
export type Named = { readonly id: KeyId } | { readonly key: ApiKey }

/** Reads what `POST /keys/revoke` is asked for. */
export function revokedOf(input: OperationInput): Step<Named> {
  const faults: Faults = new Map()
  const { key, ...rest } = input
  if (key === undefined) {
    const id = idOf(rest, [], faults)
    return id === undefined || faults.size > 0 ? faulty('No key was revoked', faults) : proceed({ id })
  }
  const read = typeof key === 'string' ? parseApiKey(key) : undefined
  if (read?.kind === 'key' && Object.keys(rest).length === 0) return proceed({ key: read.key })
  // What was written is not repeated: it may be a secret that was damaged.
  faults.set('key', 'is no API key, or does not stand alone')
  return faulty('No key was revoked', faults)
}

function faulty(what: string, faults: Faults): Step<never> {
  const [param = ''] = faults.keys()
  const each = [...faults].map(([name, why]) => `\`${name}\` ${why}`)
  return refuse('invalid_request', 'api key: input', { message: `${what}: ${each.join('; ')}.`, param })
}

function idOf(input: OperationInput, others: readonly string[], faults: Faults): KeyId | undefined {
  for (const name of Object.keys(input)) {
    if (name !== 'id' && !others.includes(name)) faults.set(name, 'is not known')
  }
  const id = parseKeyId(input['id'])
  if (id === undefined) faults.set('id', 'is `key_` and 12 characters, as `keys list` shows it')
  return id
}

/** It becomes the subject of every token: one spelling, no space, nothing that a terminal obeys. */
function ownerOf(value: unknown, faults: Faults): string {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value)) return value
  faults.set('owner', 'is 1 to 256 printable ASCII characters without spaces')
  return ''
}

function scopesOf(value: unknown, faults: Faults): readonly string[] {
  const input = { scopes: typeof value === 'string' ? value.split(' ').filter((one) => one !== '') : value }
  const scopes = textsOf(input, 'scopes', scopeFault, faults)
  if (scopes.length === 0 && !faults.has('scopes'))
    faults.set('scopes', 'names no scope: a key without one opens nothing')
  return scopes
}

function namesOf(input: OperationInput, list: 'models' | 'datasets', faults: Faults): readonly string[] {
  return textsOf(
    input,
    list,
    (name) => (isScopeToken(name) ? undefined : 'has characters that no scope can name'),
    faults,
  )
}

const NARROWED = {
  models: '`models:invoke`, `models:train` and `embeddings:create`',
  datasets: '`datasets:read`',
} as const

function narrows(wanted: Pick<Grants, 'scopes' | 'models' | 'datasets'>, faults: Faults): void {
  if (faults.has('scopes')) return
  for (const list of ['models', 'datasets'] as const) {
    if (wanted[list].length > 0 && !narrowsSome(wanted.scopes, list))
      faults.set(list, `narrows ${NARROWED[list]}, which the scopes do not have`)
  }
  const stray = strayName(wanted.scopes, wanted)
  if (stray !== undefined) faults.set('scopes', `has \`${stray}\`, which the list of names leaves out`)
}

/** Which texts a list holds, each once. */
function textsOf(
  input: OperationInput,
  name: string,
  fault: (text: string) => string | undefined,
  faults: Faults,
): readonly string[] {
  const value = input[name] ?? []
  if (!Array.isArray(value) || value.length > ENTRIES_MAX || !value.every((one) => typeof one === 'string')) {
    faults.set(name, `is a list of at most ${ENTRIES_MAX} texts`)
    return []
  }
  for (const text of value) {
    const why = fault(text)
    // Only what can be shown safely: what was written may hold anything.
    if (why !== undefined) faults.set(name, `${isScopeToken(text) ? `\`${text}\` ` : ''}${why}`)
  }
  return [...new Set(value)]
}

function networkFault(text: string): string | undefined {
  const [address = '', bits = '', ...rest] = text.split('/')
  const version = text.includes('%') ? 0 : isIP(address)
  const sized = /^(?:0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
  if (version !== 0 && sized && rest.length === 0) return undefined
  return version !== 0 && bits === ''
    ? `is no network: write ${address}/${version === 4 ? 32 : 128} for one address`
    : 'is no network in CIDR form, such as 192.0.2.0/24'
}

// C0, DEL and C1, as for names in tokens.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

function groupFault(text: string): string | undefined {
  return text !== '' && text.length <= 256 && text.isWellFormed() && !CONTROL.test(text)
    ? undefined
    : 'is no name of 1 to 256 characters'
}

function jktOf(value: unknown, faults: Faults): string | undefined {
  if (value === undefined) return undefined
  // RFC 7638 section 3: SHA-256, base64url; the one spelling of 32 bytes.
  if (typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value)) {
    if (Buffer.from(value, 'base64url').toString('base64url') === value) return value
  }
  faults.set('jkt', 'is no SHA-256 thumbprint of a JWK: 43 characters of base64url')
  return undefined
}

function directOf(value: unknown, scopes: readonly string[], faults: Faults): boolean {
  if (value !== undefined && typeof value !== 'boolean') faults.set('direct', 'is true or false')
  if (value !== true) return false
  if (scopes.some((one) => one.startsWith('admin:')))
    faults.set('direct', 'is for old clients on the data plane: a key with an `admin:` scope is exchanged for a token')
  return true
}

function budgetOf(value: unknown, faults: Faults): Budget | undefined {
  if (value === undefined) return undefined
  if (isBudget(value) && Object.keys(value).length === 2 && value.tokens <= TOKENS_MAX) return value
  faults.set('budget', `is {"tokens": N, "per": P}, N a whole number from 1 and P one of ${PERIODS.join(', ')}`)
  return undefined
}

function lifetimeOf(input: OperationInput, faults: Faults): number | undefined {
  const value = input['expiresInSeconds']
  if (value === undefined) return undefined
  const seconds = secondsOf(value, 1, LIFETIME_SECONDS.max)
  if (seconds === undefined) faults.set('expiresInSeconds', 'is 1 second to 366 days, in seconds')
  return seconds
}

function secondsOf(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined
}
