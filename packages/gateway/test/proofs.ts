import { hash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { createMemoryReplay, newKeyPair } from '@ostiary/testkit'
import type { AuthenticateParts } from '../src/authenticate/authenticate.js'
import type { JsonObject } from '../src/json/strict.js'
import { thumbprintOf } from '../src/jws/thumbprint.js'
import type { Clock } from '../src/spec/index.js'

/** For a stage whose tokens are bound to nothing, or whose test is about something else. */
export function withoutProofs(clock: Clock = Date): Pick<AuthenticateParts, 'opaque' | 'proofs' | 'networksOf'> {
  return {
    opaque: [],
    networksOf: () => ({ has: () => false }),
    proofs: {
      algorithms: ['ES256', 'Ed25519'],
      windowMs: 60_000,
      nonces: 'required',
      nonceKey: Buffer.alloc(32, 7),
      replay: createMemoryReplay(clock),
      replayFailure: 'closed',
      onUnchecked: () => undefined,
      startedAtMs: clock.now(),
    },
  }
}

export interface ClientKey {
  readonly alg: string
  readonly jwk: JsonObject
  readonly jkt: string
  readonly privateKey: KeyObject
  sign(input: Buffer): Buffer
}

/** A client's own key, by `node:crypto` and nobody's library. */
export function clientKey(alg: 'ES256' | 'Ed25519' | 'RS256' = 'ES256'): ClientKey {
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? newKeyPair({ type: 'ec', namedCurve: 'P-256' })
      : alg === 'Ed25519'
        ? newKeyPair({ type: 'ed25519' })
        : newKeyPair({ type: 'rsa', modulusLength: 2048 })
  const jwk = publicKey.export({ format: 'jwk' }) as unknown as JsonObject
  return {
    alg,
    jwk,
    jkt: thumbprintOf(jwk) ?? '',
    privateKey,
    sign: (input) =>
      alg === 'ES256'
        ? sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' })
        : sign(alg === 'RS256' ? 'sha256' : null, input, privateKey),
  }
}

export function part(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64url')
}

export function athOf(token: string): string {
  return hash('sha256', token, 'base64url')
}

export interface ProofSays {
  readonly key: ClientKey
  /** Members that differ; undefined leaves one out. A text is the whole part as it is. */
  readonly header?: Readonly<Record<string, unknown>> | string
  readonly claims: Readonly<Record<string, unknown>> | string
  readonly signature?: (good: Buffer) => Buffer
}

/** One proof, as wrong as it is told to be. */
export function proofOf({ key, header = {}, claims, signature = (good) => good }: ProofSays): string {
  const head = typeof header === 'string' ? header : { typ: 'dpop+jwt', alg: key.alg, jwk: key.jwk, ...header }
  const body = typeof claims === 'string' ? claims : { jti: randomBytes(12).toString('base64url'), ...claims }
  const signed = `${part(head)}.${part(body)}`
  return `${signed}.${signature(key.sign(Buffer.from(signed))).toString('base64url')}`
}
