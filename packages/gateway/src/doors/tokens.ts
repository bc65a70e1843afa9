import type { Audit } from '../audit/audit.js'
import { errorName, headerLines, type Received, type Refusal, type Revocable, refuse } from '../spec/index.js'
import { type Denied, denied } from '../tokens/denied.js'
import {
  type Granted,
  type GrantParts,
  grantToken,
  type Known,
  type NotGranted,
  readRevocation,
} from '../tokens/grant.js'
import {
  JWKS_PATH,
  type MetadataParts,
  REVOKE_PATH,
  SERVER_PATH,
  serverMetadata,
  TOKEN_PATH,
} from '../tokens/metadata.js'

export interface TokensDoorParts extends GrantParts {
  readonly audit: Pick<Audit, 'stranger' | 'tell'>
  /** Revokes, and writes so into the log: once it is fulfilled it holds everywhere. */
  readonly revoke: (what: readonly Revocable[], cause: string) => Promise<void>
}

/**
 * The doors of OAuth: `POST /oauth/token` and `/oauth/revoke`. Who comes here is known by what the form holds, so they are served
 * without a credential. Gives undefined for what is neither; what it gives never rejects.
 */
export function tokensDoor(parts: TokensDoorParts): (received: Received) => Promise<void> | undefined {
  return (received) => {
    if (received.method !== 'POST') return undefined
    if (received.path === TOKEN_PATH) return answering(parts, received, token)
    return received.path === REVOKE_PATH ? answering(parts, received, revoke) : undefined
  }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>> | undefined
}

type Serve = (parts: TokensDoorParts, received: Received, body: Buffer) => Promise<Answer>

async function answering(parts: TokensDoorParts, received: Received, serve: Serve): Promise<void> {
  let answer: Answer
  try {
    const body = await received.body('form')
    answer = body.kind === 'refuse' ? stranger(parts, unread(body)) : await serve(parts, received, body.value)
  } catch (error) {
    answer = stranger(parts, denied(refuse('overloaded', `threw ${errorName(error)}`)))
  }
  const { status, headers, body } = answer
  const bytes = body === undefined ? NOTHING : Buffer.from(JSON.stringify(body))
  // RFC 6749 section 5.1: "The authorization server MUST include the HTTP "Cache-Control" response header field".
  const own = { 'cache-control': 'no-store', 'x-request-id': received.id }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  received.caller.head(status, headerLines(headers, type, own), bytes.length)
  received.caller.end(bytes)
}

const NOTHING: Buffer = Buffer.alloc(0)

/** How much of a body came is the stranger's to choose: each length would be a reason of its own in the log. */
function unread(body: Refusal): Denied {
  return denied({ ...body, forLog: `form: ${body.forLog.replace(/\d+/g, 'n')}` })
}

async function token(parts: TokensDoorParts, received: Received, body: Buffer): Promise<Answer> {
  const outcome = await grantToken(parts, received, body)
  if (outcome.kind === 'refused') return refused(parts, outcome)
  const { issued, known, issuedTokenType } = outcome
  const { scopes, audiences, expiresAt, confirmation } = issued.principal
  const scope = [...scopes].join(' ')
  // Before the token leaves: what nobody can trace is not given.
  const told = await parts.audit.tell(
    'token',
    issued.principal,
    { did: 'issued', grant: grantOf(outcome), audiences, expires_at: expiresAt, scope },
    known,
  )
  if (told.kind === 'refuse') return wire(denied(told), 'forbid')
  return {
    status: 200,
    headers: { 'ostiary-decision': 'permit' },
    body: {
      access_token: issued.token,
      token_type: confirmation?.jkt === undefined ? 'Bearer' : 'DPoP',
      expires_in: issued.expiresInSeconds,
      ...(issuedTokenType === undefined ? {} : { issued_token_type: issuedTokenType }),
      ...(scope === '' ? {} : { scope }),
    },
  }
}

function grantOf({ issuedTokenType }: Granted): string {
  return issuedTokenType === undefined ? 'client-credentials' : 'token-exchange'
}

/** Who is known gets an entry, a stranger is counted. */
async function refused(parts: TokensDoorParts, { denied: no, known }: NotGranted): Promise<Answer> {
  if (known === undefined) return stranger(parts, no)
  const { code, forLog } = no.refusal
  const what = { did: 'refused', error: no.error, reason: code, reason_detail: forLog }
  // It is refused either way.
  await parts.audit.tell('token', known.subject, what, actorOf(known))
  return wire(no, 'forbid')
}

function actorOf({ actor }: Known): Pick<Known, 'actor'> {
  return actor === undefined ? {} : { actor }
}

async function revoke(parts: TokensDoorParts, received: Received, body: Buffer): Promise<Answer> {
  const read = await readRevocation(parts, received, body)
  switch (read.kind) {
    case 'deny':
      return stranger(parts, read)
    case 'refuse':
      // RFC 7009 section 2.2: "invalid tokens do not cause an error response".
      count(parts, read)
      return REVOKED
    case 'revocable':
      try {
        await parts.revoke([read.what], 'presented at /oauth/revoke')
      } catch (error) {
        // The same section: 503, and the client "must assume the token still exists".
        const why = `not revoked: ${errorName(error)}`
        return stranger(parts, denied(refuse('overloaded', why, { message: 'The token could not be revoked.' })))
      }
      return REVOKED
  }
}

const REVOKED: Answer = { status: 200, headers: {}, body: undefined }

function stranger(parts: TokensDoorParts, no: Denied): Answer {
  count(parts, no.refusal)
  return wire(no, undefined)
}

function count(parts: TokensDoorParts, { code, forLog }: Refusal): void {
  parts.audit.stranger(code, forLog)
}

/** RFC 6749 section 5.2. */
function wire({ error, refusal }: Denied, decision: string | undefined): Answer {
  const { status, headers = {}, message, code } = refusal
  return {
    status,
    headers: decision === undefined ? headers : { ...headers, 'ostiary-decision': decision },
    body: { error, error_description: message, code },
  }
}

/** What everybody may read of it, by path (RFC 8414; RFC 7517 section 5). */
export function tokenDocuments(
  { keys, issuer }: Pick<GrantParts['issuing'], 'keys' | 'issuer'>,
  supported: Pick<MetadataParts, 'scopes' | 'dpopAlgorithms'>,
): ReadonlyMap<string, () => Buffer> {
  const metadata = serverMetadata({ issuer, ...supported })
  return new Map([
    [JWKS_PATH, () => keys.jwks()],
    [SERVER_PATH, () => metadata],
  ])
}
