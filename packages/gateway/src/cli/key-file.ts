import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isJsonObject, type JsonObject, parseStrictJson } from '../json/strict.js'
import { ALGORITHMS } from '../jws/algorithms.js'
import { parseJwk } from '../jws/jwk.js'
import { thumbprintOf } from '../jws/thumbprint.js'
import { codeOf } from './ailment.js'
import { CommandError, EXIT } from './output.js'

/** The thumbprint (RFC 7638) of the key in a file: a JWK or PEM, private or public. Nothing private of it is kept or shown. */
export function jktOfFile(path: string): string {
  const jwk = publicJwk(path)
  const read = parseJwk(jwk, [...ALGORITHMS.values()])
  const jkt = thumbprintOf(jwk)
  if (typeof read === 'string' || jkt === undefined)
    throw unfit(path, typeof read === 'string' ? read : 'a key without a thumbprint')
  return jkt
}

const LIMITS = { maxDepth: 4, maxBytes: 64 * 1024 }

function publicJwk(path: string): JsonObject {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw unfit(path, codeOf(error))
  }
  const read = parseStrictJson(text, LIMITS)
  try {
    const key = read.kind === 'value' && isJsonObject(read.value) ? ofJwk(read.value) : createPublicKey(text)
    const exported: unknown = key.export({ format: 'jwk' })
    if (isJsonObject(exported)) return exported
  } catch {
    // The words of OpenSSL might repeat what is in the file.
  }
  throw unfit(path, 'neither a JWK nor a key in PEM')
}

function ofJwk(jwk: JsonObject): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' })
}

function unfit(path: string, why: string): CommandError {
  return new CommandError(`--dpop \`${path}\`: ${why}`, EXIT.usage)
}
