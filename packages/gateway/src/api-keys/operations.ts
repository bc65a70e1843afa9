import {
  type Amount,
  type Operation,
  type OperationResult,
  type Operations,
  proceed,
  type Revocable,
  refuse,
  type Step,
} from '../spec/index.js'
import type { KeyState } from './key-ring.js'
import type { KeyId } from './record.js'
import { newKeyOf, revokedOf, rotationOf } from './request.js'
import { type ApiKeys, keyAccountOf, type MadeKey } from './service.js'

export interface KeyOperationsParts {
  readonly keys: ApiKeys
  /** Persists the revocation: with the key end the tokens that were exchanged from it, and what runs under them. */
  readonly revoke: (what: readonly Revocable[]) => Promise<void>
  /** Writes an entry of the kind `config`. */
  readonly note: (what: Readonly<Record<string, unknown>>) => Promise<void>
  /** Names that the configuration in force has: a key may be made before its model is. */
  readonly known: () => { readonly models: ReadonlySet<string>; readonly datasets: ReadonlySet<string> }
  /** Whether the data plane takes keys at all. */
  readonly allowDirect: () => boolean
  /** Tokens left of budgets, in their order. Rejects where nobody can tell. */
  readonly left: (of: readonly { readonly name: string; readonly amount: Amount }[]) => Promise<readonly number[]>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What administrators do with API keys. Owners stand in no entry: they are identifiers, and the key's id names them. */
export function keyOperations(parts: KeyOperationsParts): Operations {
  const operation = (run: Operation['run']): Operation => ({
    scope: 'admin:keys',
    run: (input) => run(input).catch((error: unknown) => notDone(error)),
  })
  return new Map([
    ['POST /keys', operation((input) => create(parts, input))],
    ['GET /keys', operation(() => list(parts))],
    ['POST /keys/rotate', operation((input) => rotate(parts, input))],
    ['POST /keys/revoke', operation((input) => revoke(parts, input))],
  ])
}

/** The store or the log took nothing. What was begun may hold: a revocation does, and a key that was made is one that nobody has. */
function notDone(error: unknown): Step<never> {
  return refuse('overloaded', `api keys: not stored or not logged: ${error instanceof Error ? error.name : 'threw'}`, {
    message: 'This could not be stored, or not be logged. Look at the list of keys before you ask again.',
    headers: { 'retry-after': '5' },
  })
}

type Ran = ReturnType<Operation['run']>
type Input = Parameters<Operation['run']>[0]

async function create(parts: KeyOperationsParts, input: Input): Ran {
  const wanted = newKeyOf(input)
  if (wanted.kind === 'refuse') return wanted
  const made = await parts.keys.create(wanted.value)
  const { id, scopes, models, datasets, networks, direct, budget } = made.state.record
  const bound = made.state.record.jkt !== undefined
  await note(parts, 'created', made.state, { scopes, models, datasets, networks, direct, budget, bound })
  return proceed({ ...(await shown(parts, made)), warnings: warningsOf(parts, made.state), id })
}

async function list(parts: KeyOperationsParts): Ran {
  const uses = await parts.keys.lastUses()
  const states = [...parts.keys.all()].sort((a, b) => a.record.createdAt - b.record.createdAt)
  const left = await leftOf(parts, states)
  return proceed({
    keys: states.map((one) => ({
      ...view(parts, one, left.get(one.record.id)),
      lastUsedAt: isoOrNull(uses.get(one.record.id)),
    })),
  })
}

async function leftOf({ left }: KeyOperationsParts, states: readonly KeyState[]): Promise<ReadonlyMap<KeyId, number>> {
  const counted = states.flatMap(({ record }) => {
    const { name, amount } = keyAccountOf(record)
    return amount === undefined ? [] : [{ id: record.id, name, amount }]
  })
  const amounts = await left(counted)
  return new Map(counted.map(({ id }, index) => [id, amounts[index] ?? 0]))
}

async function rotate(parts: KeyOperationsParts, input: Input): Ran {
  const rotation = rotationOf(input)
  if (rotation.kind === 'refuse') return rotation
  const { id, overlapSeconds } = rotation.value
  const old = parts.keys.find({ id })
  if (old === undefined) return noSuchKey(id)
  const over = standing(parts, old)
  if (over !== 'active') return no(`The key ${id} is ${over}: make a new one.`)
  const made = await parts.keys.rotate(old, rotation.value)
  await note(parts, 'rotated', made.state, { from: id, overlap_seconds: overlapSeconds })
  // No overlap: what runs under the old one ends too.
  if (overlapSeconds === 0) await end(parts, id)
  const replaced = parts.keys.find({ id }) ?? old
  return proceed({ ...(await shown(parts, made)), replaced: { id, expiresAt: iso(replaced.expiresAt) } })
}

async function revoke(parts: KeyOperationsParts, input: Input): Ran {
  const asked = revokedOf(input)
  if (asked.kind === 'refuse') return asked
  const state = parts.keys.find(asked.value)
  if (state === undefined)
    return 'id' in asked.value ? noSuchKey(asked.value.id) : no('No key of this gateway has this text.')
  const { id } = state.record
  // First: it must hold even where the log takes nothing any more.
  await end(parts, id)
  await note(parts, 'revoked', state, {})
  return proceed({ id, revoked: true })
}

async function end({ keys, revoke }: KeyOperationsParts, id: KeyId): Promise<void> {
  await Promise.all([keys.revoke(id), revoke([{ kind: 'key', id }])])
}

async function note(
  { note }: KeyOperationsParts,
  did: string,
  { record, expiresAt }: KeyState,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  await note({ api_key: record.id, did, expires_at: iso(expiresAt), ...more })
}

function noSuchKey(id: KeyId): ReturnType<typeof refuse> {
  return no(`There is no key ${id}.`)
}

function no(message: string): ReturnType<typeof refuse> {
  return refuse('invalid_request', 'api key: cannot be done', { message })
}

/** The only place where a key itself is handed out. */
async function shown(parts: KeyOperationsParts, { text, state }: MadeKey): Promise<OperationResult> {
  const left = await leftOf(parts, [state])
  return { key: text, ...view(parts, state, left.get(state.record.id)) }
}

type Standing = 'active' | 'expired' | 'revoked'

function standing({ now }: KeyOperationsParts, { expiresAt, revokedAt }: KeyState): Standing {
  if (revokedAt !== undefined) return 'revoked'
  return now() / 1000 >= expiresAt ? 'expired' : 'active'
}

/** All that may be known of a key, without anything that opens something. */
function view(parts: KeyOperationsParts, state: KeyState, left: number | undefined): OperationResult {
  const { record, expiresAt, revokedAt } = state
  const { id, owner, scopes, models, datasets, networks, groups, direct, budget, replaces } = record
  return {
    ...{ id, owner, state: standing(parts, state), scopes, models, datasets, networks, groups, direct },
    // Whether the data plane takes it: made for that, and the configuration allows it.
    dataPlane: direct && parts.allowDirect(),
    jkt: record.jkt ?? null,
    budget: budget === undefined ? null : { ...budget, remaining: left ?? 0 },
    createdAt: iso(record.createdAt),
    expiresAt: iso(expiresAt),
    revokedAt: isoOrNull(revokedAt),
    rotatedFrom: replaces?.id ?? null,
  }
}

function warningsOf({ known, allowDirect }: KeyOperationsParts, { record }: KeyState): readonly string[] {
  const { models, datasets } = known()
  const unknown = (what: string, names: readonly string[], there: ReadonlySet<string>): readonly string[] =>
    names.filter((name) => !there.has(name)).map((name) => `no ${what} is configured as \`${name}\``)
  return [
    ...unknown('model', record.models, models),
    ...unknown('dataset', record.datasets, datasets),
    ...(record.direct && !allowDirect()
      ? [
          'the data plane refuses this key, though it was made `direct`: `apiKeys.direct` is off in the configuration. ' +
            'Set it to true, or have the key exchanged for tokens at /oauth/token, which takes it',
        ]
      : []),
  ]
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

function isoOrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : iso(seconds)
}
