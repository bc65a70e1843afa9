import { hash } from 'node:crypto'
import { keccak256 } from './keccak.js'

const BYTES_MAX = 26

/** What each character counts, -1 where it is none of the alphabet. */
function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  return values
}

const BASE58: Int8Array = valuesOf('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz')
/** The XRP Ledger's order of the same letters. */
const BASE58_XRP: Int8Array = valuesOf('rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz')

/**
 * First bytes of what base58check holds: Bitcoin 0 and 5, Litecoin 48 and 50, Dogecoin 30 and 22, Dash 76 and 16, Tron 65;
 * Zcash has two of them.
 */
const VERSIONS: ReadonlySet<number> = new Set([0, 5, 48, 50, 30, 22, 76, 16, 65])
const ZCASH: ReadonlySet<number> = new Set([0x1cb8, 0x1cbd])

/** Human-readable parts of bech32 addresses: Bitcoin, Litecoin, Cardano, Cosmos. */
const BECH32_PARTS: ReadonlySet<string> = new Set(['bc', 'ltc', 'addr', 'cosmos'])
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** The longest that is looked at: a base address of Cardano. */
export const CRYPTO_MAX = 104
export const CRYPTO_MIN = 25

/** Whether a word is an address of a crypto currency: in its form, and by its checksum where it has one. */
export function isCryptoAddress(word: string): boolean {
  const { length } = word
  if (length < CRYPTO_MIN || length > CRYPTO_MAX) return false
  if (word.startsWith('0x')) return length === 42 && isEthereum(word.slice(2))
  if (length <= 36 && (base58Holds(word) || xrpHolds(word))) return true
  return bech32Holds(word)
}

/** ERC-55: "if the ith digit is a letter … print it in uppercase if the 4*ith bit of the hash … is 1". In one case it says nothing. */
function isEthereum(digits: string): boolean {
  if (!/^[0-9A-Fa-f]{40}$/.test(digits) || !/[1-9A-Fa-f]/.test(digits)) return false
  const lower = digits.toLowerCase()
  if (digits === lower || digits === digits.toUpperCase()) return true
  const hash = keccak256(new TextEncoder().encode(lower))
  for (let i = 0; i < 40; i++) {
    const nibble = ((hash[i >> 1] ?? 0) >> (i % 2 === 0 ? 4 : 0)) & 0xf
    const letter = lower.charAt(i)
    if (digits.charAt(i) !== (nibble >= 8 ? letter.toUpperCase() : letter)) return false
  }
  return true
}

/** The 25 or 26 bytes of a number in base 58; undefined where a letter is none of it, or where it has more. */
function base58(word: string, alphabet: Int8Array, zero: string): Uint8Array | undefined {
  const bytes = new Uint8Array(BYTES_MAX)
  let low = BYTES_MAX
  for (let at = 0; at < word.length; at++) {
    let carry = alphabet[word.charCodeAt(at)] ?? -1
    if (carry < 0) return undefined
    let i = BYTES_MAX - 1
    for (; i >= low || carry > 0; i--) {
      if (i < 0) return undefined
      carry += (bytes[i] as number) * 58
      bytes[i] = carry & 0xff
      carry >>= 8
    }
    low = i + 1
  }
  for (let at = 0; at < word.length && word.charAt(at) === zero; at++) low--
  return low < 0 ? undefined : bytes.subarray(low)
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** The last four bytes are the first of the double SHA-256 of those before them. */
function checksumHolds(bytes: Uint8Array): boolean {
  const body = bytes.subarray(0, -4)
  const sum = sha256(sha256(body))
  return bytes.subarray(-4).every((byte, at) => byte === sum[at])
}

function base58Holds(word: string): boolean {
  if (!/^[13LMD9AX7Tt]/.test(word) || word.length < 26) return false
  const bytes = base58(word, BASE58, '1')
  if (bytes === undefined) return false
  const version = bytes[0] ?? -1
  const isKnown =
    (bytes.length === 25 && VERSIONS.has(version)) ||
    (bytes.length === 26 && ZCASH.has(version * 256 + (bytes[1] ?? 0)))
  return isKnown && checksumHolds(bytes)
}

function xrpHolds(word: string): boolean {
  if (!word.startsWith('r')) return false
  const bytes = base58(word, BASE58_XRP, 'r')
  return bytes?.length === 25 && bytes[0] === 0 && checksumHolds(bytes)
}

const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** BIP 350: Bitcoin's version 1 and above. */
const BECH32M = 0x2bc830a3

function step(sum: number, value: number): number {
  const top = sum >>> 25
  let next = ((sum & 0x1ffffff) << 5) ^ value
  for (let i = 0; i < 5; i++) if (((top >>> i) & 1) === 1) next ^= GENERATOR[i] ?? 0
  return next
}

/** BIP 173: "The human-readable part … a separator, which is always 1 … the data part", in one case, with a checksum of six letters. */
function bech32Holds(word: string): boolean {
  const lower = word.toLowerCase()
  if (word !== lower && word !== word.toUpperCase()) return false
  const separator = lower.lastIndexOf('1')
  const part = lower.slice(0, Math.max(0, separator))
  if (!BECH32_PARTS.has(part)) return false
  let sum = 1
  for (const letter of part) sum = step(sum, letter.charCodeAt(0) >>> 5)
  sum = step(sum, 0)
  for (const letter of part) sum = step(sum, letter.charCodeAt(0) & 31)
  for (const letter of lower.slice(separator + 1)) {
    const value = BECH32.indexOf(letter)
    if (value === -1) return false
    sum = step(sum, value)
  }
  return sum === 1 || sum === BECH32M
}
