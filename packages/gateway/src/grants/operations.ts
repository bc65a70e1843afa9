import {
  type Operation,
  type OperationInput,
  type Operations,
  proceed,
  type Revocable,
  refuse,
  type Step,
} from '../spec/index.js'

export interface RevocationOperationsParts {
  /** Rejects where it could not be persisted. */
  readonly revoke: (what: readonly Revocable[]) => Promise<void>
  /** Writes the entry; identifiers of people are keyed there. */
  readonly note: (what: Revocable) => Promise<void>
}

/** `POST /revocations`: `{jti, issuer?}`, `{sub, issuer?}`, `{session, issuer?}` or `{all: true}`. API keys have an operation of their own. */
export function revocationOperations(parts: RevocationOperationsParts): Operations {
  return new Map([
    ['POST /revocations', { scope: 'admin:revoke', run: (input) => revoke(parts, input) } satisfies Operation],
  ])
}

async function revoke(
  { revoke, note }: RevocationOperationsParts,
  input: OperationInput,
): ReturnType<Operation['run']> {
  const what = revocableOf(input)
  if (what.kind === 'refuse') return what
  try {
    await revoke([what.value])
  } catch (error) {
    return notPersisted(error)
  }
  await note(what.value)
  return proceed({ revoked: what.value.kind })
}

const NAMES = { jti: 'token', sub: 'subject', session: 'session' } as const
type Name = keyof typeof NAMES
const ID_MAX = 512
// C0, DEL and C1, as for names in tokens.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

function revocableOf(input: OperationInput): Step<Revocable> {
  const { issuer, all, ...rest } = input
  const [first, ...others] = Object.keys(rest)
  if (issuer !== undefined && !isId(issuer)) return invalid('`issuer` is no text')
  if (all !== undefined) {
    return all === true && first === undefined && issuer === undefined
      ? proceed({ kind: 'all' })
      : invalid('`all` is true, and stands alone')
  }
  if (first === undefined || others.length > 0 || !Object.hasOwn(NAMES, first)) {
    return invalid('name one of `jti`, `sub`, `session`, or `all`')
  }
  const id = rest[first]
  if (!isId(id)) return invalid(`\`${first}\` is 1 to ${ID_MAX} characters`)
  const kind = NAMES[first as Name]
  return proceed({ kind, issuer, id })
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= ID_MAX && !CONTROL.test(value)
}

/** RFC 7009 section 2.2.1: 503, and whoever asked tries again. Never a yes that a restart would take back. */
function notPersisted(error: unknown): Step<never> {
  return refuse('overloaded', `revocation not persisted: ${error instanceof Error ? error.name : 'threw'}`, {
    message: 'The revocation could not be stored; it holds here, but might not after a restart.',
    headers: { 'retry-after': '5' },
  })
}

function invalid(message: string): Step<never> {
  return refuse('invalid_request', 'revocation: input', { message: `Nothing was revoked: ${message}.` })
}
