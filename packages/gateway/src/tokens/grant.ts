import { digestOf } from '../jws/read.js'
import {
  type OpaqueProvider,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  type Revocable,
  type Revocations,
  refuse,
  revocableName,
  type Step,
} from '../spec/index.js'
import { type ClientCredentials, notAuthenticated, notTaken, readClient } from './client.js'
import { type Denied, denied, deny } from './denied.js'
import { type Exchange, exchange, type Shown } from './exchange.js'
import { type Form, parameter, readForm } from './form.js'
import { type Issued, type Issuing, issue } from './issue.js'
import { isWithin } from './networks.js'
import { CLIENT_GRANT, EXCHANGE_GRANT, readExchange, readWanted } from './request.js'
import { TOKEN_LIFETIME_MAX_MS } from './signing-keys.js'

export interface GrantParts {
  readonly issuing: Issuing
  readonly lifetimeMs: number
  /**
   * The DPoP proof of this request (RFC 9449 section 5: for our address and method, without `ath`); undefined where none was
   * presented.
   */
  readonly proof: (received: Received) => Promise<Step<{ readonly jkt: string } | undefined>>
  /**
   * Verifies an access token of any configured issuer, our own too, and asks whether it was revoked. API keys are none. What it is
   * bound to, and where it may be used from, is asked here.
   */
  readonly authenticateToken: (token: string, received: Received) => Promise<Step<Principal>>
  /** Undefined: there are no API keys. */
  readonly apiKeys: Pick<OpaqueProvider, 'prefix' | 'verify'> | undefined
  readonly revocations: Revocations
}

/** Whom a request has shown itself to be from, as far as it came. */
export type Known = Pick<Exchange, 'subject'> & Partial<Pick<Exchange, 'actor'>>

export interface Granted {
  readonly kind: 'granted'
  readonly issued: Issued
  readonly known: Known
  /** What the answer calls the token (RFC 8693 section 2.2.1); undefined at other grants. */
  readonly issuedTokenType: string | undefined
}

export interface NotGranted {
  readonly kind: 'refused'
  readonly denied: Denied
  readonly known: Known | undefined
}

/** Decides on a request at the token endpoint, from its form on. */
export async function grantToken(parts: GrantParts, received: Received, body: Buffer): Promise<Granted | NotGranted> {
  const form = readForm(body)
  if ('kind' in form) return no(form)
  const client = readClient(received.rawHeaders, form)
  if (client !== undefined && 'kind' in client) return no(client)
  const type = parameter(form, 'grant_type')
  switch (type) {
    case EXCHANGE_GRANT:
      // Nobody would have verified them.
      return client === undefined ? byExchange(parts, received, form) : no(notTaken('credentials with an exchange'))
    case CLIENT_GRANT:
      return client === undefined ? no(notTaken('no credentials')) : byKey(parts, received, form, client)
    case undefined:
      return no(deny('invalid_request', 'invalid_request', 'no grant type', 'A `grant_type` is needed.'))
    default:
      return no(deny('unsupported_grant_type', 'invalid_request', 'grant type', 'This `grant_type` is not served.'))
  }
}

async function byExchange(parts: GrantParts, received: Received, form: Form): Promise<Granted | NotGranted> {
  const request = readExchange(form)
  if ('kind' in request) return no(request)
  const wanted = readWanted(form)
  if ('kind' in wanted) return no(wanted)
  const subject = usable(await parts.authenticateToken(request.subjectToken, received), received)
  if (subject.kind === 'refuse') return no(denied(subject))
  const known = { subject: subject.value }
  const actor =
    request.actorToken === undefined
      ? undefined
      : usable(await parts.authenticateToken(request.actorToken, received), received)
  if (actor?.kind === 'refuse') return no(denied(actor), known)
  const shown = await shownBy(parts, received)
  if (shown.kind === 'refuse') return no(denied(shown))
  const asked = { ...known, actor: actor?.value, ...wanted, shown: shown.value }
  return ruled(parts, asked, request.issuedTokenType)
}

async function byKey(
  parts: GrantParts,
  received: Received,
  form: Form,
  client: ClientCredentials,
): Promise<Granted | NotGranted> {
  const wanted = readWanted(form)
  if ('kind' in wanted) return no(wanted)
  const key = usable(await verifyKey(parts, client.secret), received)
  if (key.kind === 'refuse') return no(notAuthenticated(denied(key, 'invalid_client')))
  // A key under another's id would be counted and revoked under that.
  if (!key.value.revocableBy.includes(revocableName({ kind: 'key', id: client.id }))) {
    return no(notTaken('`client_id` is not the id of the key'))
  }
  const shown = await shownBy(parts, received)
  if (shown.kind === 'refuse') return no(denied(shown))
  return ruled(parts, { subject: key.value, actor: undefined, ...wanted, shown: shown.value }, undefined)
}

async function verifyKey({ apiKeys, revocations }: GrantParts, secret: string): Promise<Step<Principal>> {
  if (apiKeys?.prefix === undefined || !secret.startsWith(apiKeys.prefix)) {
    return refuse('invalid_token', 'client: secret is no API key', { message: 'The client is not authenticated.' })
  }
  const found = await apiKeys.verify({ token: secret, digest: digestOf(secret) })
  if (found.kind === 'refuse') return found
  switch (revocations.state(found.value)) {
    case 'live':
      return found
    case 'revoked':
      return refuse('revoked_token', 'client: API key revoked', { message: 'The API key has been revoked.' })
    case 'unknown':
      return refuse('overloaded', 'revocations cannot be checked: the store is away')
  }
}

/** Last: every proof is remembered, and what it is made with, so nobody's are who has no token or key. */
async function shownBy(parts: GrantParts, received: Received): Promise<Step<Shown>> {
  const proof = await parts.proof(received)
  return proof.kind === 'refuse' ? proof : proceed({ jkt: proof.value?.jkt, certificate: received.certificate() })
}

function usable(found: Step<Principal>, { sourceIp }: Received): Step<Principal> {
  if (found.kind === 'refuse' || isWithin(found.value.networks, sourceIp)) return found
  return refuse('invalid_token', 'used from outside its networks')
}

function ruled(parts: GrantParts, asked: Exchange, issuedTokenType: string | undefined): Granted | NotGranted {
  const { issuing, lifetimeMs } = parts
  // Whatever is configured: a key is published no longer than that after it signed.
  const limits = { nowMs: issuing.clock.now(), lifetimeMs: Math.min(lifetimeMs, TOKEN_LIFETIME_MAX_MS) }
  const rule = exchange(asked, limits)
  // Not `asked` whole: what is told of the known is about each member.
  const known: Known = { subject: asked.subject, actor: asked.actor }
  if (rule.kind === 'deny') return no(rule, known)
  const issued = issue(issuing, rule.grant)
  return issued.kind === 'deny' ? no(issued, known) : { kind: 'granted', issued, known, issuedTokenType }
}

function no(denied: Denied, known?: Known): NotGranted {
  return { kind: 'refused', denied, known }
}

/** What a revocation request came to. `unknown`: the token is nobody's here, or ended already. */
export type RevocationRead = { readonly kind: 'revocable'; readonly what: Revocable } | Refusal | Denied

/** Reads a revocation request (RFC 7009 section 2.1): whoever holds a token may end it. */
export async function readRevocation(
  parts: Pick<GrantParts, 'authenticateToken' | 'apiKeys'>,
  received: Received,
  body: Buffer,
): Promise<RevocationRead> {
  const form = readForm(body)
  if ('kind' in form) return form
  const client = readClient(received.rawHeaders, form)
  if (client !== undefined) return 'kind' in client ? client : notTaken('credentials with a revocation')
  const token = parameter(form, 'token')
  if (token === undefined) return deny('invalid_request', 'invalid_request', 'no token', 'A `token` is needed.')
  if (parts.apiKeys !== undefined && token.startsWith(parts.apiKeys.prefix)) {
    const message = 'API keys are revoked by who administers them.'
    return deny('unsupported_token_type', 'invalid_request', 'an API key to revoke', message)
  }
  const found = await parts.authenticateToken(token, received)
  if (found.kind === 'refuse') return found.status >= 500 || found.undecided === true ? denied(found) : found
  const { tokenId, tokenIssuer, signedDigest } = found.value
  return {
    kind: 'revocable',
    what:
      tokenId === undefined
        ? { kind: 'digest', id: signedDigest }
        : { kind: 'token', issuer: tokenIssuer, id: tokenId },
  }
}
