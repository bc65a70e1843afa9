import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto'
import { DevIssuerError } from './dev-error.js'
import { type EcKey, makeEcKey, parseEcKey, thumbprintOf } from './ec-key.js'
import { parseObject } from './json.js'
import { makePrivate, readPrivate } from './private-file.js'

/** The key of a client that proves possession, by RFC 9449. */
export interface DpopKey {
  readonly key: EcKey
  /** RFC 7638; what a token is bound to (`cnf.jkt`). */
  readonly jkt: string
}

export function makeDpopKey(): DpopKey {
  return dpopKeyOf(makeEcKey())
}

/** Reads a private ES256 key in JWK form, or makes the file (mode 0600) where there is none. */
export async function readOrMakeDpopKey(path: string): Promise<DpopKey> {
  const held = await readDpopKey(path)
  if (held !== undefined) return held
  const made = makeDpopKey()
  if (await makePrivate(path, { ...made.key, alg: 'ES256' }).catch(() => notHere(path))) return made
  return (await readDpopKey(path)) ?? notHere(path)
}

async function readDpopKey(path: string): Promise<DpopKey | undefined> {
  const text = await readPrivate(path)
  if (text === undefined) return undefined
  const key = parseEcKey(parseObject(text))
  if (key === undefined) {
    throw new DevIssuerError(`\`${path}\` is not a private ES256 key in JWK form: name a new file and one is made`)
  }
  return dpopKeyOf(key)
}

function dpopKeyOf(key: EcKey): DpopKey {
  return { key, jkt: thumbprintOf(key) }
}

function notHere(path: string): never {
  throw new DevIssuerError(`the key file \`${path}\` cannot be made there`)
}

export interface DpopProofParts {
  readonly key: DpopKey
  /** As the request will say it, case included. */
  readonly method: string
  /** Query and fragment do not matter. */
  readonly url: URL
  /** The token that the proof goes along with; none at a token endpoint. */
  readonly accessToken?: string
  /** What the server said in `DPoP-Nonce`. */
  readonly nonce?: string
  readonly clock?: { now(): number }
}

/** A DPoP proof JWT (RFC 9449 section 4.2), good for one request. */
export function makeDpopProof({ key, method, url, accessToken, nonce, clock = Date }: DpopProofParts): string {
  const { d: _secret, ...jwk } = key.key
  const htu = new URL(url)
  htu.search = htu.hash = ''
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk }
  const payload = {
    jti: randomUUID(),
    htm: method,
    htu: htu.href,
    iat: Math.floor(clock.now() / 1000),
    // "The value MUST be the result of a base64url encoding [...] the SHA-256 hash of the ASCII encoding of the
    // associated access token's value."
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    ...(nonce === undefined ? {} : { nonce }),
  }
  const signed = `${encoded(header)}.${encoded(payload)}`
  const privateKey = createPrivateKey({ key: { ...key.key }, format: 'jwk' })
  // RFC 7518 section 3.4: r and s, 32 bytes each, not DER.
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
