import { randomBytes } from 'node:crypto'
import { isJsonObject, parseStrictJson } from '../../json/strict.js'
import { signedDigestOf } from '../../jws/read.js'
import {
  type IdentityProvider,
  NO_RETRY,
  type OpaqueProvider,
  type Principal,
  type Refusal,
  refuse,
  type Step,
  type TokenRead,
} from '../../spec/index.js'
import { Answers } from './answers.js'
import { bad, checkClaims } from './claims.js'
import { fetchJson, type Post } from './fetch.js'
import { checkIntrospection, claimRulesOf, type IntrospectionOptions, principalRulesOf, reachOf } from './options.js'
import type { Payload } from './payload.js'
import { buildPrincipal } from './principal.js'

/** An issuer whose endpoint is asked what each token means (RFC 7662). Asks nothing until a token comes. */
export interface IntrospectedIssuer {
  /** For tokens that say nothing themselves. */
  readonly opaque: OpaqueProvider
  /** For JWTs that are asked about all the same: their own claims prove nothing, but must not contradict the answer. */
  readonly jwt: IdentityProvider
  /** Asks about a token that nobody issued. `false`: the endpoint was not reached, or does not take our credential. */
  refresh(): Promise<boolean>
}

/** Calls under way at once. An endpoint that hangs holds no more callers than these, and those of no other issuer. */
const IN_FLIGHT_MAX = 64
const ENTRIES_MAX = 10_000
const ANSWER_MAX_BYTES = 64 * 1024
const REPORT_EVERY_MS = 1000

type Answer =
  | { readonly kind: 'active'; readonly claims: Payload }
  | { readonly kind: 'inactive' }
  /** The endpoint is ill: what it said is no answer. */
  | { readonly kind: 'ill'; readonly why: string }

interface Asked {
  readonly token: string
  readonly digest: string
  /** Where it is a JWT. */
  readonly jwt: Pick<TokenRead, 'payload' | 'signingInput'> | undefined
}

/**
 * Sees whatever the endpoint says. Does not see an answer that is another token's, where it is as sound as the right one would be:
 * only that an opaque token was another's in an earlier answer, or that a JWT's own claims say otherwise.
 */
export function createIntrospectedIssuer(options: IntrospectionOptions): IntrospectedIssuer {
  const { issuer, clock, clockToleranceMs, dpop = 'optional', introspection } = options
  const endpoint = checkIntrospection(options)
  const reach = reachOf(options)
  const get = options.fetchJson ?? fetchJson
  const claimRules = claimRulesOf(options, 'introspection', introspection.audience === 'optional')
  const principalRules = principalRulesOf(options, 'introspection')
  const answers = new Answers(ENTRIES_MAX)
  const inFlight = new Map<string, Promise<Step<Principal>>>()
  let reportedAtMs = Number.NEGATIVE_INFINITY
  let closed = false

  function ill(why: string): Refusal {
    const nowMs = clock.now()
    if (nowMs - reportedAtMs >= REPORT_EVERY_MS) {
      reportedAtMs = nowMs
      options.report?.(`issuer \`${issuer}\`: introspection: ${why}`)
    }
    return unanswered(why)
  }

  async function ask(token: string): Promise<Answer> {
    let authorization: string
    try {
      authorization = authorizationOf(introspection.credential)
    } catch {
      // The secret's file is away; what is wrong with it is for the operator to look at there.
      return { kind: 'ill', why: 'our own credential cannot be read' }
    }
    // Node throws at what could end a header, and its message would hold the secret.
    if (!/^[\x20-\x7e]+$/.test(authorization)) return { kind: 'ill', why: 'our own credential fits no header' }
    const form = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString()
    const post: Post = { form, authorization }
    const got = await get(endpoint, reach, post)
    return got.kind === 'failed' ? { kind: 'ill', why: got.why } : readAnswer(got.body)
  }

  async function judge({ token, digest, jwt }: Asked): Promise<Step<Principal>> {
    // From before the request: what was revoked while the answer was under way counts as revoked after it.
    const begunMs = clock.now()
    const answer = await ask(token)
    const nowMs = clock.now()
    switch (answer.kind) {
      case 'ill':
        return ill(answer.why)
      case 'inactive':
        return remember(digest, bad('the issuer calls the token inactive'), nowMs)
      case 'active':
        break
    }
    const { claims } = answer
    if (jwt !== undefined && contradicts(jwt.payload, claims)) return ill('answer about another token than the JWT')
    const step = principalOfAnswer(claims, { digest, jwt }, begunMs, nowMs)
    if (step.kind === 'refuse') return remember(digest, step, nowMs)
    const { expiresAt, recheckAtMs = nowMs } = step.value
    const fresh = Math.min(expiresAt * 1000, recheckAtMs)
    return answers.accept(digest, step, fresh) ? step : ill('answers about one token differ in whose it is')
  }

  function remember(digest: string, refusal: Refusal, nowMs: number): Refusal {
    answers.refuse(digest, refusal, nowMs)
    return refusal
  }

  function principalOfAnswer(
    claims: Payload,
    { digest, jwt }: Pick<Asked, 'digest' | 'jwt'>,
    begunMs: number,
    nowMs: number,
  ): Step<Principal> {
    if (dpop === 'required' && claims['cnf'] === undefined) return bad('not bound to a key (`dpop: required`)')
    const checked = checkClaims(claims, claimRules, nowMs)
    if (checked.kind === 'refuse') return checked
    const recheckAtMs = begunMs + introspection.cacheMaxMs
    const digests = { tokenDigest: digest, signedDigest: jwt === undefined ? digest : signedDigestOf(jwt) }
    const principal = buildPrincipal(claims, checked.value, principalRules, digests, nowMs, recheckAtMs)
    if (principal.kind === 'refuse') return principal
    return nowMs >= checked.value.expiresAt * 1000 + clockToleranceMs ? refuse('expired_token', 'expired') : principal
  }

  function verify(asked: Asked): Step<Principal> | Promise<Step<Principal>> {
    const known = answers.get(asked.digest, clock.now())
    if (known !== undefined) return known
    const waiting = inFlight.get(asked.digest)
    if (waiting !== undefined) return waiting
    if (closed) return unanswered('issuer closed')
    if (inFlight.size >= IN_FLIGHT_MAX) return ill(`more than ${IN_FLIGHT_MAX} tokens asked about at once`)
    const step = judge(asked).finally(() => inFlight.delete(asked.digest))
    inFlight.set(asked.digest, step)
    return step
  }

  const close = async (): Promise<void> => {
    closed = true
  }
  return {
    opaque: {
      issuer,
      prefix: introspection.prefix,
      verify: ({ token, digest }) => verify({ token, digest, jwt: undefined }),
      close,
    },
    jwt: {
      issuer,
      verify: (jwt) => verify({ token: jwt.jws, digest: jwt.digest, jwt }),
      // There are no keys.
      onRotation: () => () => undefined,
      close,
    },
    async refresh() {
      const answer = await ask(randomBytes(32).toString('base64url'))
      if (answer.kind === 'ill') ill(answer.why)
      if (answer.kind === 'active') ill('a token that nobody issued is called active')
      return answer.kind === 'inactive'
    },
  }
}

function unanswered(why: string): Refusal {
  return refuse('overloaded', `introspection: ${why}`, {
    message: 'What this access token means cannot be asked at the moment.',
    headers: NO_RETRY,
  })
}

/** RFC 6749 section 2.3.1: identifier and secret are each form-encoded before they are joined. */
function authorizationOf(credential: IntrospectionOptions['introspection']['credential']): string {
  switch (credential.kind) {
    case 'bearer':
      return `Bearer ${credential.token()}`
    case 'basic': {
      const pair = `${formEncoded(credential.clientId)}:${formEncoded(credential.clientSecret())}`
      return `Basic ${Buffer.from(pair).toString('base64')}`
    }
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function readAnswer(body: Buffer): Answer {
  const read = parseStrictJson(body, { maxDepth: 16, maxBytes: ANSWER_MAX_BYTES })
  if (read.kind === 'fault' || !isJsonObject(read.value)) return { kind: 'ill', why: 'answer is no strict JSON object' }
  const { active } = read.value
  // RFC 7662 section 2.2: "active REQUIRED. Boolean": the text "false" is as true as any other.
  if (typeof active !== 'boolean') return { kind: 'ill', why: '`active` is neither true nor false' }
  return active ? { kind: 'active', claims: read.value } : { kind: 'inactive' }
}

/** Whether what a JWT says of itself and what is said of it are of two tokens. */
function contradicts(own: Payload, said: Payload): boolean {
  return ['iss', 'sub', 'jti', 'iat', 'exp'].some(
    (name) => own[name] !== undefined && said[name] !== undefined && own[name] !== said[name],
  )
}
