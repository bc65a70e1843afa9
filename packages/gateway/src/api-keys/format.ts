import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Brand } from '../spec/index.js'

/** The text of a key whose form and checksum hold: `ostk_`, 43 characters for 256 random bits, 6 for the checksum. */
export type ApiKey = Brand<string, 'ApiKey'>

export type ApiKeyRead =
  | { readonly kind: 'key'; readonly key: ApiKey }
  | { readonly kind: 'fault'; readonly why: string }

export const API_KEY_PREFIX = 'ostk_'
/** Random bytes of a key. */
export const API_KEY_BYTES = 32

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6
const BODY_END = API_KEY_PREFIX.length + SECRET_LENGTH

/** What scanners look for; the checksum tells a real one (docs/guides/api-keys.md). */
const PATTERN = /^ostk_[0-9A-Za-z]{49}$/

/** @param secret 32 random bytes */
export function formatApiKey(secret: Uint8Array): ApiKey {
  const body = API_KEY_PREFIX + base62(BigInt(`0x${Buffer.from(secret).toString('hex')}`), SECRET_LENGTH)
  return (body + checksum(body)) as ApiKey
}

/** Takes the one spelling of a key and nothing else. `why` repeats nothing of what was written. */
export function parseApiKey(text: string): ApiKeyRead {
  if (!PATTERN.test(text)) return { kind: 'fault', why: 'malformed' }
  const body = text.slice(0, BODY_END)
  if (text.slice(BODY_END) !== checksum(body)) return { kind: 'fault', why: 'the checksum does not hold' }
  // 43 characters have room for a little more than 256 bits.
  return secretOf(text) >> 256n === 0n
    ? { kind: 'key', key: text as ApiKey }
    : { kind: 'fault', why: 'more than 256 bits' }
}

/** SHA-256 of the 256 random bits, hexadecimal: all that is kept of a key. */
export function hashOf(key: ApiKey): string {
  return hash(
    'sha256',
    Buffer.from(
      secretOf(key)
        .toString(16)
        .padStart(2 * API_KEY_BYTES, '0'),
      'hex',
    ),
    'hex',
  )
}

function secretOf(text: string): bigint {
  let value = 0n
  for (let at = API_KEY_PREFIX.length; at < BODY_END; at += 1) {
    value = value * 62n + BigInt(ALPHABET.indexOf(text.charAt(at)))
  }
  return value
}

/** CRC-32 (ISO-HDLC, that of zip files) over all that is before it. */
function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH)
}

function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; rest > 0n; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text
  return text.padStart(length, '0')
}
