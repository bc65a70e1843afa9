import { shiftedBy13, turned } from './shifted.js'
import { COMMON, COMMON_MIN } from './words.js'

/** Of a common word: as it stands, with its letters shifted by 13, backwards. */
export const PLAIN = 1
export const SHIFTED = 2
export const TURNED = 4
/** Shorter words, and longer ones, are not told of. */
export const KNOWN_MIN: number = COMMON_MIN
export const KNOWN_MAX = 16
const MASK = 0xffff

/** Powers of the base that words are hashed by: the hash of a word is the sum of its small letters, each times the power of its place. */
export const POWERS: Int32Array = Int32Array.from({ length: KNOWN_MAX }, (_, exponent) => power(exponent))
/** By the hash of a word, which of the three it is. One in a hundred words is taken for one that it is not. */
const KNOWN = known()

function power(exponent: number): number {
  let product = 1
  for (let i = 0; i < exponent; i++) product = Math.imul(product, 31)
  return product
}

function known(): Uint8Array {
  const flags = new Uint8Array(MASK + 1)
  const add = (word: string, flag: number): void => {
    const at = slot(hashOf(word), word.length)
    flags[at] = (flags[at] ?? 0) | flag
  }
  for (const word of COMMON) {
    add(word, PLAIN)
    add(shiftedBy13(word), SHIFTED)
    add(turned(word), TURNED)
  }
  return flags
}

function hashOf(word: string): number {
  let hash = 0
  for (let at = 0; at < word.length; at++) hash = (hash + Math.imul(word.charCodeAt(at), POWERS[at] ?? 0)) | 0
  return hash
}

function slot(hash: number, length: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 16) ^ length
}

/** @param length of the word, from `KNOWN_MIN` to `KNOWN_MAX` */
export function flagsOf(hash: number, length: number): number {
  return KNOWN[slot(hash, length)] ?? 0
}
