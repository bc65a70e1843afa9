import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { isObject, parseObject } from './json.js'

/** A private EC key in JWK form. */
export interface DevKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly d: string
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

export interface DevKeys {
  readonly keys: readonly [DevKey, ...DevKey[]]
  /** Of the client `batch`, so that others can ask for its tokens by the real grant. */
  readonly batchSecret: string
}

export function makeDevKeys(): DevKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y, d } = privateKey.export({ format: 'jwk' })
  if (x === undefined || y === undefined || d === undefined) throw new Error('an EC key without x, y or d')
  // RFC 7638 section 3.2: the required members alone, in lexicographic order, without white space.
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url')
  return {
    keys: [{ kty: 'EC', crv: 'P-256', x, y, d, kid, alg: 'ES256', use: 'sig' }],
    batchSecret: randomBytes(24).toString('base64url'),
  }
}

export function parseDevKeys(text: string): DevKeys | undefined {
  const value = parseObject(text)
  if (value === undefined) return undefined
  const { keys, batchSecret } = value
  if (typeof batchSecret !== 'string' || batchSecret === '' || !Array.isArray(keys)) return undefined
  const [first, ...rest] = keys.map(parseDevKey)
  if (first === undefined || rest.includes(undefined)) return undefined
  return { keys: [first, ...rest.filter((key) => key !== undefined)], batchSecret }
}

function parseDevKey(value: unknown): DevKey | undefined {
  if (!isObject(value)) return undefined
  const { kty, crv, x, y, d, kid } = value
  if (kty !== 'EC' || crv !== 'P-256') return undefined
  if (typeof x !== 'string' || typeof y !== 'string' || typeof d !== 'string' || typeof kid !== 'string')
    return undefined
  return { kty, crv, x, y, d, kid, alg: 'ES256', use: 'sig' }
}
