import { X509Certificate } from 'node:crypto'
import { DevIssuerError } from './dev-error.js'
import { DEV_PEOPLE, type DevPerson, devPerson } from './people.js'

export const DEFAULT_SCOPE = 'models:invoke models:list'
export const DEFAULT_LIFETIME_SECONDS = 300
export const LIFETIME_MAX_SECONDS = 86_400

/** What whoever holds the issuer may have put into a token: more than any flow would give. */
export interface DevTokenRequest {
  /** `alice`, `bob`, `carol`, `batch` or `scout`. */
  readonly as: string
  /** Space-separated; default `models:invoke models:list`. The development issuer grants whatever is asked; '' asks for none. */
  readonly scope?: string
  /** Default 300, at most a day. 0 or less gives a token that has already expired. */
  readonly expiresInSeconds?: number
  /** Another audience than the issuer's own, or several. */
  readonly audience?: string | readonly [string, ...string[]]
  /** Thumbprint of a DPoP key: the token is bound to it (`cnf.jkt`). */
  readonly jkt?: string
  /** A certificate as PEM, or its SHA-256 thumbprint: the token is bound to it (`cnf["x5t#S256"]`, RFC 8705 section 3.1). */
  readonly certificate?: string
  /** How the person proved who they are (RFC 9068 section 2.2.1). */
  readonly acr?: string
  /** When they did: seconds since the epoch. */
  readonly authTime?: number
  /** The login session that the token belongs to. */
  readonly sid?: string
  /** Who may act for the subject: `may_act.sub` (RFC 8693 section 4.4). */
  readonly mayAct?: string
}

/** A request without faults. */
export interface CheckedTokenRequest {
  readonly person: DevPerson
  readonly scope: string
  readonly expiresInSeconds: number
  /** The claim `aud`, as it will stand. */
  readonly audience: string | readonly [string, ...string[]]
  readonly jkt: string | undefined
  /** Of the certificate. */
  readonly thumbprint: string | undefined
  readonly claims: MintedClaims
}

/** Claims that only a token made in process has. */
export interface MintedClaims {
  readonly acr?: string
  readonly auth_time?: number
  readonly sid?: string
  readonly may_act?: { readonly sub: string }
}

// RFC 6749 section 3.3: scope = scope-token *( SP scope-token ), scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** @throws {DevIssuerError} that says how to mend it */
export function checkTokenRequest(request: DevTokenRequest, audienceOfIssuer: string): CheckedTokenRequest {
  const {
    as,
    scope = DEFAULT_SCOPE,
    expiresInSeconds = DEFAULT_LIFETIME_SECONDS,
    audience = audienceOfIssuer,
    jkt,
    certificate,
  } = request
  const person = devPerson(as)
  if (person === undefined) {
    throw new DevIssuerError(`no \`${as}\` here: say ${DEV_PEOPLE.map(({ name }) => name).join(', ')}`)
  }
  if (scope !== '' && !SCOPE.test(scope))
    throw new DevIssuerError(`\`${scope}\` is not a scope: write names with single spaces between`)
  if (!Number.isSafeInteger(expiresInSeconds) || Math.abs(expiresInSeconds) > LIFETIME_MAX_SECONDS) {
    throw new DevIssuerError(`a token lasts a whole number of seconds, at most ${LIFETIME_MAX_SECONDS}`)
  }
  if (audience.length === 0 || [audience].flat().includes('')) throw new DevIssuerError('a token needs an audience')
  if (jkt !== undefined && certificate !== undefined) {
    throw new DevIssuerError('a token is bound to a key or to a certificate, not to both')
  }
  const thumbprint = certificate === undefined ? undefined : certificateThumbprint(certificate)
  return { person, scope, expiresInSeconds, audience, jkt, thumbprint, claims: claimsAsked(request) }
}

function claimsAsked({ acr, authTime, sid, mayAct }: DevTokenRequest): MintedClaims {
  for (const [name, value] of Object.entries({ acr, sid, mayAct })) {
    if (value === '') throw new DevIssuerError(`\`${name}\` is empty: say what it is, or leave it out`)
  }
  if (authTime !== undefined && (!Number.isSafeInteger(authTime) || authTime < 0)) {
    throw new DevIssuerError('`authTime` is a whole number of seconds since the epoch')
  }
  return {
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    ...(sid === undefined ? {} : { sid }),
    ...(mayAct === undefined ? {} : { may_act: { sub: mayAct } }),
  }
}

function certificateThumbprint(certificate: string): string {
  if (/^[A-Za-z0-9_-]{43}$/.test(certificate)) return certificate
  try {
    return Buffer.from(new X509Certificate(certificate).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
  } catch {
    throw new DevIssuerError('a certificate is given as PEM, or by its SHA-256 thumbprint in base64url')
  }
}
