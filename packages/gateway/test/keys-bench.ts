import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '@ostiary/testkit'
import { expect } from 'vitest'
import { keyOperations } from '../src/api-keys/operations.js'
import type { NewKey } from '../src/api-keys/request.js'
import { type ApiKeys, type ApiKeysParts, openApiKeys } from '../src/api-keys/service.js'
import { type Accounts, createAccounts } from '../src/budgets/accounts.js'
import { leftOfKeys } from '../src/compose/budgets.js'
import { digestOf } from '../src/jws/read.js'
import type {
  OpaqueProvider,
  Operation,
  OperationInput,
  OperationResult,
  Operations,
  Principal,
  Refusal,
  Revocable,
  Step,
  Store,
} from '../src/spec/index.js'

export const PUBLIC_URL = 'https://gateway.example'
export const START_MS: number = Date.UTC(2026, 9, 15, 12)

/** A store that can go away, as one over a network does: nothing is answered, and followers are told. */
interface FickleStore extends Store {
  goAway(): void
  comeBack(): void
  /** From now on followers are told of changes only when `tellLate` is called, as over a network. */
  lag(): void
  tellLate(): void
}

function fickle(store: Store): FickleStore {
  const ills = new Set<(why: string | undefined) => void>()
  const late: (() => void)[] = []
  let away = false
  let lags = false
  const there = <T>(ask: () => Promise<T>): Promise<T> => (away ? Promise.reject(new Error('store away')) : ask())
  const tell = (why: string | undefined): void => {
    away = why !== undefined
    for (const ill of ills) ill(why)
  }
  return {
    get: (...args) => there(() => store.get(...args)),
    put: (...args) => there(() => store.put(...args)),
    follow(space, see, ill = () => undefined) {
      ills.add(ill)
      return there(() =>
        store.follow(space, (rows) => {
          if (lags) late.push(() => see(rows))
          else see(rows)
        }),
      )
    },
    close: () => store.close(),
    goAway: () => tell('the store does not answer'),
    comeBack: () => tell(undefined),
    lag() {
      lags = true
    },
    tellLate() {
      for (const one of late.splice(0)) one()
    },
  }
}

export interface Bench {
  readonly store: FickleStore
  readonly keys: ApiKeys
  readonly operations: Operations
  readonly accounts: Accounts
  readonly clock: { now(): number }
  readonly reports: readonly string[]
  readonly ills: readonly (string | undefined)[]
  readonly notes: readonly Readonly<Record<string, unknown>>[]
  readonly revoked: readonly Revocable[]
  narrowed(): number
  pass(ms: number): void
  /** Another process on the same store. */
  another(parts?: Partial<ApiKeysParts>): Promise<ApiKeys>
}

export async function openBench(parts: Partial<ApiKeysParts> = {}): Promise<Bench> {
  let nowMs = START_MS
  let narrowed = 0
  const clock = { now: () => nowMs }
  const store = fickle(createMemoryStore(clock))
  const reports: string[] = []
  const ills: (string | undefined)[] = []
  const notes: Readonly<Record<string, unknown>>[] = []
  const revoked: Revocable[] = []
  const open = (more: Partial<ApiKeysParts>): Promise<ApiKeys> =>
    openApiKeys({
      store,
      clock,
      random: (bytes) => randomBytes(bytes),
      failure: 'closed',
      onIll: (why) => void ills.push(why),
      onNarrowed: () => {
        narrowed += 1
      },
      report: (message) => void reports.push(message),
      ...more,
    })
  const keys = await open(parts)
  const accounts = createAccounts({
    ...{ store, clock, spender: 'bench' },
    failure: () => 'closed',
    onIll: (why) => void reports.push(`budgets: ${why}`),
  })
  const operations = keyOperations({
    keys,
    left: leftOfKeys(accounts),
    revoke: async (what) => void revoked.push(...what),
    note: async (what) => void notes.push(what),
    known: () => ({ models: new Set(['gpt-5-mini']), datasets: new Set() }),
    allowDirect: () => false,
    now: () => clock.now(),
  })
  return {
    ...{ store, keys, operations, accounts, clock, reports, ills, notes, revoked },
    narrowed: () => narrowed,
    pass(ms) {
      nowMs += ms
    },
    another: (more = {}) => open(more),
  }
}

export const WANTED: NewKey = {
  owner: 'billing',
  scopes: ['models:invoke'],
  models: [],
  datasets: [],
  networks: [],
  groups: [],
  jkt: undefined,
  direct: false,
  budget: undefined,
  lifetimeSeconds: 90 * 86_400,
}

export function tokenEndpoint(keys: ApiKeys): OpaqueProvider {
  return keys.providers({ issuer: PUBLIC_URL, allowDirect: false }).tokenEndpoint
}

export function dataPlane(keys: ApiKeys, allowDirect: boolean): OpaqueProvider {
  return keys.providers({ issuer: PUBLIC_URL, allowDirect }).dataPlane
}

function verified(provider: OpaqueProvider, token: string): Step<Principal> {
  const step = provider.verify({ token, digest: digestOf(token) })
  if (step instanceof Promise) throw new Error('keys are verified by what is in memory')
  return step
}

export function taken(provider: OpaqueProvider, token: string): Principal {
  const step = verified(provider, token)
  if (step.kind === 'refuse') throw new Error(`refused: ${step.code} (${step.forLog})`)
  return step.value
}

export function refused(provider: OpaqueProvider, token: string): Refusal {
  const step = verified(provider, token)
  if (step.kind !== 'refuse') throw new Error('was taken')
  expect(`${step.forLog} ${step.message}`).not.toContain(token)
  return step
}

export async function asked(
  operations: Operations,
  name: string,
  input: OperationInput = {},
): ReturnType<Operation['run']> {
  const operation = operations.get(name)
  if (operation === undefined) throw new Error(`no operation ${name}`)
  return await operation.run(input)
}

export async function done(operations: Operations, name: string, input: OperationInput = {}): Promise<OperationResult> {
  const step = await asked(operations, name, input)
  if (step.kind === 'refuse') throw new Error(`refused: ${step.message}`)
  return step.value
}
