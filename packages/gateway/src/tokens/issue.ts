import { randomBytes } from 'node:crypto'
import { digestOf } from '../jws/read.js'
import type { Clock, Principal } from '../spec/index.js'
import { type Denied, deny } from './denied.js'
import { type Grant, readClaims, writeClaims } from './own-claims.js'
import type { SigningKeys } from './signing-keys.js'

/** Headers hold what others add too: a larger token would be refused by somebody on its way. */
export const TOKEN_BYTES_MAX: number = 8 * 1024

export interface Issuing {
  readonly keys: SigningKeys
  readonly clock: Clock
  /** Our own `iss`: the public URL. */
  readonly issuer: string
  /** Groups of agents, by `<iss>#<sub>`. */
  readonly agentGroups: ReadonlyMap<string, readonly string[]>
}

export interface Issued {
  readonly kind: 'issued'
  readonly token: string
  /** Who presents it will be this. */
  readonly principal: Principal
  readonly expiresInSeconds: number
}

/** Signs a token (RFC 9068). */
export function issue({ keys, clock, issuer, agentGroups }: Issuing, grant: Grant): Issued | Denied {
  const nowMs = clock.now()
  const issuedAt = Math.floor(nowMs / 1000)
  const claims = writeClaims(grant, issuer, randomBytes(16).toString('base64url'), issuedAt)
  const key = keys.current()
  const input = `${part({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid })}.${part(claims)}`
  const token = `${input}.${key.sign(Buffer.from(input, 'latin1')).toString('base64url')}`
  if (token.length > TOKEN_BYTES_MAX) {
    return deny('invalid_request', 'invalid_request', 'the token would be over 8 KiB', TOO_LARGE)
  }
  const reading = { issuer, kid: key.kid, agentGroups, verifiedAtMs: nowMs, tokenDigest: digestOf(token) }
  // By the very reader that will read it: what would not come back the same is not given away.
  const principal = readClaims(claims, reading)
  if (principal === undefined) return deny('invalid_request', 'invalid_request', 'the subject fits no token', NO_TOKEN)
  return { kind: 'issued', token, principal, expiresInSeconds: grant.expiresAt - issuedAt }
}

const TOO_LARGE = 'The chain of tokens behind this one has become too long.'
const NO_TOKEN = 'No token can be issued for this subject.'

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
