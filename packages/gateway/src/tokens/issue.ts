import { digestOf } from '../jws/read.js'
import type { Clock, Principal } from '../spec/index.js'
import { type Denied, deny } from './denied.js'
import { type Grant, writeClaims } from './own-grant.js'
import { principalOfGrant } from './own-principal.js'
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
  /** An id of 128 bits that nobody can guess. */
  readonly newTokenId: () => string
}

export interface Issued {
  readonly kind: 'issued'
  readonly token: string
  /** Who presents it will be this. */
  readonly principal: Principal
  readonly expiresInSeconds: number
}

/** Signs a token (RFC 9068). */
export function issue({ keys, clock, issuer, agentGroups, newTokenId }: Issuing, grant: Grant): Issued | Denied {
  const nowMs = clock.now()
  const issuedAt = Math.floor(nowMs / 1000)
  const tokenId = newTokenId()
  const key = keys.current()
  const claims = JSON.stringify(writeClaims(grant, issuer, tokenId, issuedAt))
  const input = `${key.header}.${Buffer.from(claims).toString('base64url')}`
  const token = `${input}.${key.sign(Buffer.from(input, 'latin1')).toString('base64url')}`
  if (token.length > TOKEN_BYTES_MAX) {
    return deny('invalid_request', 'invalid_request', 'the token would be over 8 KiB', TOO_LARGE)
  }
  const reading = { issuer, kid: key.kid, agentGroups, verifiedAtMs: nowMs, tokenDigest: digestOf(token) }
  const principal = principalOfGrant(grant, tokenId, reading)
  if (principal === undefined) return deny('invalid_request', 'invalid_request', 'the subject fits no token', NO_TOKEN)
  return { kind: 'issued', token, principal, expiresInSeconds: grant.expiresAt - issuedAt }
}

const TOO_LARGE = 'The chain of tokens behind this one has become too long.'
const NO_TOKEN = 'No token can be issued for this subject.'
