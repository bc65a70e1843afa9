import {
  type IdentityProvider,
  NO_RETRY,
  type OpaqueProvider,
  type Principal,
  type Refusal,
  type RefusalCode,
  refuse,
  type Step,
} from '../../spec/index.js'
import { principalAtSeam, type SeamRules, type TokenAtSeam } from './principal.js'

export interface GuardParts extends SeamRules {
  /** One line for the operator. */
  readonly report: (text: string) => void
}

/** What a module may refuse with; anything else is an `invalid_token`. */
const CODES: readonly RefusalCode[] = ['invalid_token', 'expired_token', 'revoked_token', 'overloaded']
const TIME_MAX_MS = 10_000
const IN_FLIGHT_MAX = 256
const REPORT_EVERY_MS = 1000
const LOG_MAX = 200
// Forged lines in the log.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

type Verified = Step<Principal> | Promise<Step<Principal>>

export function guardIdentity(inner: IdentityProvider, parts: GuardParts): IdentityProvider {
  return {
    issuer: inner.issuer,
    verify: guarded((token) => inner.verify(token), parts),
    onRotation: (listener) => inner.onRotation(listener),
    close: () => inner.close(),
  }
}

export function guardOpaque(inner: OpaqueProvider, parts: GuardParts): OpaqueProvider {
  return {
    issuer: inner.issuer,
    prefix: inner.prefix,
    verify: guarded((token) => inner.verify(token), parts),
    close: () => inner.close(),
  }
}

/** One that throws, hangs or answers nonsense refuses, and holds nobody but its own callers. */
function guarded<T extends TokenAtSeam>(verify: (token: T) => unknown, parts: GuardParts): (token: T) => Verified {
  let running = 0
  let reportedAtMs = Number.NEGATIVE_INFINITY

  function ill(why: string): Refusal {
    const nowMs = parts.clock.now()
    if (nowMs - reportedAtMs >= REPORT_EVERY_MS) {
      reportedAtMs = nowMs
      parts.report(`issuer \`${parts.issuer}\`: module: ${why}`)
    }
    return refuse('overloaded', `module: ${why}`, {
      message: 'What this access token means cannot be found out at the moment.',
      headers: NO_RETRY,
    })
  }

  function checked(step: unknown, token: T): Step<Principal> {
    if (typeof step !== 'object' || step === null || !('kind' in step)) return ill('answer is no step')
    if (step.kind === 'refuse') return refusalAtSeam(step)
    if (step.kind !== 'proceed' || !('value' in step)) return ill('answer is no step')
    const principal = principalAtSeam(step.value, token, parts)
    if (typeof principal !== 'string') return principal
    // The operator's own fault: whoever presents the token can do nothing about it.
    return ill(principal)
  }

  async function waited(answer: Promise<unknown>, token: T): Promise<Step<Principal>> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<typeof LATE>((resolve) => {
      timer = setTimeout(() => resolve(LATE), TIME_MAX_MS)
      timer.unref()
    })
    running += 1
    try {
      const step = await Promise.race([answer, late])
      return step === LATE ? ill(`no answer in ${TIME_MAX_MS / 1000} s`) : checked(step, token)
    } catch (error) {
      return ill(thrown(error))
    } finally {
      running -= 1
      clearTimeout(timer)
    }
  }

  return (token) => {
    if (running >= IN_FLIGHT_MAX) return ill(`more than ${IN_FLIGHT_MAX} tokens asked about at once`)
    try {
      const answer = verify(token)
      return answer instanceof Promise ? waited(answer, token) : checked(answer, token)
    } catch (error) {
      return ill(thrown(error))
    }
  }
}

const LATE: unique symbol = Symbol('late')

/** Its kind alone: a message may hold the token. */
function thrown(error: unknown): string {
  return `threw ${error instanceof Error ? error.name : 'what is no error'}`
}

/** The public text is ours: a module must not tell a stranger more than the gateway does. */
function refusalAtSeam(step: object): Refusal {
  const { code, forLog } = step as { readonly code?: unknown; readonly forLog?: unknown }
  const said = typeof forLog === 'string' ? forLog.replace(CONTROL, ' ').slice(0, LOG_MAX) : 'refused'
  return refuse(CODES.find((one) => one === code) ?? 'invalid_token', `module: ${said}`)
}
