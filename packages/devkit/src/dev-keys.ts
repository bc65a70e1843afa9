import { hkdfSync, randomBytes } from 'node:crypto'
import { type EcKey, makeEcKey, parseEcKey, thumbprintOf } from './ec-key.js'
import { isObject, parseObject } from './json.js'
import { readLoginCode, writeLoginCode } from './login-code.js'

/** What the issuer signs with. */
export interface DevKey extends EcKey {
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

export interface DevKeys {
  readonly keys: readonly [DevKey, ...DevKey[]]
  /** Of the client `batch`, so that others can ask for its tokens by the real grant. */
  readonly batchSecret: string
  /** Of the client `ostiary-gateway`, the resource server that may introspect tokens. */
  readonly gatewaySecret: string
  /** What a person must know to log in. */
  readonly loginCode: string
}

export function makeDevKeys(): DevKeys {
  const key = makeEcKey()
  return {
    keys: [{ ...key, kid: thumbprintOf(key), alg: 'ES256', use: 'sig' }],
    batchSecret: randomBytes(24).toString('base64url'),
    gatewaySecret: randomBytes(24).toString('base64url'),
    loginCode: writeLoginCode(randomBytes(16)),
  }
}

export function parseDevKeys(text: string): DevKeys | undefined {
  const value = parseObject(text)
  if (value === undefined) return undefined
  const { keys, batchSecret } = value
  if (typeof batchSecret !== 'string' || batchSecret === '' || !Array.isArray(keys)) return undefined
  const {
    gatewaySecret = earlier(batchSecret, 'ostiary-gateway', 24).toString('base64url'),
    loginCode = writeLoginCode(earlier(batchSecret, 'ostiary-login', 16)),
  } = value
  if (typeof gatewaySecret !== 'string' || gatewaySecret === '') return undefined
  if (typeof loginCode !== 'string' || readLoginCode(loginCode) === undefined) return undefined
  const [first, ...rest] = keys.map(parseDevKey)
  if (first === undefined || rest.includes(undefined)) return undefined
  return { keys: [first, ...rest.filter((key) => key !== undefined)], batchSecret, gatewaySecret, loginCode }
}

function parseDevKey(value: unknown): DevKey | undefined {
  const key = parseEcKey(value)
  if (key === undefined || !isObject(value) || typeof value['kid'] !== 'string') return undefined
  return { ...key, kid: value['kid'], alg: 'ES256', use: 'sig' }
}

/** A secret for a folder that was made before the issuer had it. */
function earlier(batchSecret: string, info: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', batchSecret, '', info, bytes))
}
