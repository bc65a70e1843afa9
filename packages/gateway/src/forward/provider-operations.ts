import {
  keyText,
  type OperationInput,
  type OperationResult,
  type Operations,
  proceed,
  refuse,
  SECRET_NAME,
  type Step,
} from '../spec/index.js'
import type { KeyRings } from './key-rings.js'

export interface ProviderOperationsParts {
  readonly rings: KeyRings
  /** Where no gateway runs nothing is in any state, and there is nothing to read anew. */
  readonly running: boolean
  /** Seals and stores a secret, durable once it is fulfilled. */
  readonly putSecret: (name: string, secret: string) => Promise<void>
  /** Writes the entry. */
  readonly note: (what: Readonly<Record<string, unknown>>) => Promise<void>
}

/** `GET /providers`; `POST /providers/rotate` with `{name}`; `POST /secrets` with `{name, secret}`. None gives a secret back. */
export function providerOperations(parts: ProviderOperationsParts): Operations {
  const scope = 'admin:providers'
  return new Map([
    ['GET /providers', { scope, run: async () => list(parts) }],
    ['POST /providers/rotate', { scope, run: (input: OperationInput) => rotate(parts, input) }],
    ['POST /secrets', { scope, run: (input: OperationInput) => store(parts, input) }],
  ])
}

function list({ rings, running }: ProviderOperationsParts): Step<OperationResult> {
  const providers = rings.list().map(({ keys, ...provider }) => ({
    ...provider,
    keys: keys.map(({ state, ...key }) => ({ ...key, state: running ? state : null })),
  }))
  return proceed({ providers })
}

async function rotate(
  { rings, running, note }: ProviderOperationsParts,
  input: OperationInput,
): Promise<Step<OperationResult>> {
  const { name, ...others } = input
  if (typeof name !== 'string' || Object.keys(others).length > 0) return invalid('write {"name": PROVIDER}')
  if (!rings.list().some((one) => one.name === name)) return invalid('no provider has this name')
  if (!running) return invalid('no gateway runs here; one reads its keys when it starts')
  const ring = rings.of(name)
  if (ring === undefined) return invalid('this provider has no keys')
  const read = await ring.rotate()
  const unreadable = ring.states().flatMap(({ key }, index) => (read[index] === false ? [key] : []))
  await note({ provider: name, what: 'keys_rotated', keys: read.length, unreadable })
  return proceed({ provider: name, keys: read.length, unreadable })
}

async function store(
  { putSecret, note }: ProviderOperationsParts,
  input: OperationInput,
): Promise<Step<OperationResult>> {
  const { name, secret, ...others } = input
  if (typeof name !== 'string' || !SECRET_NAME.test(name) || Object.keys(others).length > 0) {
    return invalid('a name is 1 to 128 letters, digits and `._-`')
  }
  const key = typeof secret === 'string' ? keyText(secret) : undefined
  if (key === undefined) {
    return invalid('a secret is 1 to 8192 characters of printable ASCII without spaces')
  }
  await putSecret(name, key)
  await note({ secret: name, what: 'secret_stored' })
  return proceed({ stored: name })
}

function invalid(message: string): Step<never> {
  return refuse('invalid_request', 'providers: input', { message: `Nothing was done: ${message}.` })
}
