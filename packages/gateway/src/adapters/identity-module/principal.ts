import { signedDigestOf } from '../../jws/read.js'
import {
  type Clock,
  type OpaqueToken,
  type Principal,
  principalOf,
  proceed,
  refuse,
  type Step,
  type TokenRead,
} from '../../spec/index.js'
import { isObject, isOfType, isSubject, unfitMember } from './forms.js'

/** What a module was asked about. */
export type TokenAtSeam = Pick<TokenRead, 'digest' | 'signingInput'> | Pick<OpaqueToken, 'digest'>

/** What the entry of a module says of its issuer, whatever the module says. */
export interface SeamRules {
  readonly issuer: string
  readonly audience: string
  readonly maxTokenLifetimeMs: number
  readonly clockToleranceMs: number
  readonly streamGraceMs: number
  readonly dpop: 'optional' | 'required'
  /** Attributes that policies know, by name: those that the entry's `claims` maps. */
  readonly attributes: ReadonlyMap<string, 'String' | 'Long' | 'Bool' | 'Set<String>'>
  /** The name that Cedar knows a group by; undefined: this issuer may put nobody in it. */
  readonly groupName: (said: string) => string | undefined
  /** Groups of an agent, by its subject. */
  readonly agents: ReadonlyMap<string, readonly string[]>
  readonly clock: Clock
}

/**
 * Checks what a module calls a principal and makes it anew, so that what follows from the rest (uid, proof, groups of agents, by
 * what it can be revoked) is never its to say. A text says why it is none; a token that is not for us, or over, is refused.
 */
export function principalAtSeam(value: unknown, token: TokenAtSeam, rules: SeamRules): Step<Principal> | string {
  if (!isPrincipal(value)) return faultOf(value)
  const { actors, confirmation, expiresAt } = value
  const subject = value.onBehalfOf ?? value.actor
  const why = strangeness(value, rules)
  if (why !== undefined || !isSubject(subject)) return why ?? faultOf(value)

  if (!value.audiences.includes(rules.audience)) return refuse('invalid_token', 'module: `audiences` does not name us')
  if (rules.dpop === 'required' && confirmation === undefined) {
    return refuse('invalid_token', 'module: not bound to a key (`dpop: required`)')
  }
  const nowMs = rules.clock.now()
  const times = timesFault(value, rules, nowMs)
  if (times !== undefined) return refuse('invalid_token', `module: ${times}`)
  if (nowMs >= expiresAt * 1000 + rules.clockToleranceMs) return refuse('expired_token', 'expired')
  return proceed(
    principalOf({
      ...value,
      issuer: rules.issuer,
      subject: subject.subject,
      kind: subject.kind,
      groups: subject.groups.map(rules.groupName).filter((name) => name !== undefined),
      attributes: { ...subject.attributes },
      agentGroups: (actors[0] && rules.agents.get(actors[0].subject)) ?? [],
      scopes: new Set(value.scopes),
      streamGraceMs: rules.streamGraceMs,
      verifiedAtMs: nowMs,
      tokenDigest: token.digest,
      signedDigest: 'signingInput' in token ? signedDigestOf(token) : token.digest,
    }),
  )
}

function isPrincipal(value: unknown): value is Principal {
  return isObject(value) && isSubject(value['onBehalfOf'] ?? value['actor']) && unfitMember(value) === undefined
}

function faultOf(value: unknown): string {
  if (!isObject(value)) return 'its principal is no object'
  if (!isSubject(value['onBehalfOf'] ?? value['actor'])) return 'its principal has no subject that is one'
  return `its principal's \`${unfitMember(value)}\` is not what it must be`
}

/** Why a principal cannot be one of this entry's. */
function strangeness({ actor, onBehalfOf, actors }: Principal, rules: SeamRules): string | undefined {
  const subject = onBehalfOf ?? actor
  if (subject.issuer !== rules.issuer) return 'its principal is of another issuer'
  if ((onBehalfOf === undefined) !== (actors.length === 0))
    return 'its principal acts for somebody, or not: `actors` differs'
  // Its uid is under our issuer, so that of another would take the place of ours.
  if (actors[0] !== undefined && actors[0].issuer !== rules.issuer) return 'its outermost actor is of another issuer'
  for (const [name, value] of Object.entries(subject.attributes)) {
    const type = rules.attributes.get(name)
    if (type === undefined || !isOfType(value, type))
      return 'an attribute is not mapped in `claims`, or of another type'
  }
  return undefined
}

function timesFault({ issuedAt, expiresAt }: Principal, rules: SeamRules, nowMs: number): string | undefined {
  if (expiresAt <= issuedAt) return '`expiresAt` is not after `issuedAt`'
  if ((expiresAt - issuedAt) * 1000 > rules.maxTokenLifetimeMs) return 'lives longer than the maximum lifetime'
  return issuedAt * 1000 > nowMs + rules.clockToleranceMs ? '`issuedAt` is ahead' : undefined
}
