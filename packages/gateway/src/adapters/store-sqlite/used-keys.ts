/** Bytes of a key: the first half of a SHA-256. Two keys that are the same by chance are not to be had for 2^64 tries. */
export const KEY_BYTES = 16

/** Keys in memory, told apart by how long they live: what is short-lived must not wait for what is not. */
export interface UsedKeys {
  has(key: Buffer): boolean
  add(keys: Buffer, lifetime: Lifetime, expiresAtMs: number): void
  /** Forgets what has expired, a generation at a time. */
  drop(nowMs: number): void
}

/** Keys of one lifetime live at most twice as long as one another, beyond the first minute. */
export type Lifetime = number

export function lifetimeOf(expiresAtMs: number, nowMs: number): Lifetime {
  const leftMs = Math.min(Math.max(expiresAtMs - nowMs, 0), 0xffff_ffff)
  return 32 - Math.clz32(leftMs >>> 16)
}

const WORDS = KEY_BYTES / 4
const SLOTS = 65_536
const FULL = SLOTS / 2

interface Generation {
  readonly lifetime: Lifetime
  /** A hash table with linear probing; a key of zeros is an empty slot. */
  readonly words: Uint32Array
  size: number
  expiresAtMs: number
}

/**
 * One MiB for each 32,768 keys, outside of what the collector walks through: a Set of as many would be old objects that come
 * and go. A generation takes keys until it is full and is dropped as a whole, so nothing is ever rebuilt.
 *
 * Slots are taken from the keys themselves: who could choose them could make all of them meet in one slot.
 */
export function createUsedKeys(): UsedKeys {
  let generations: readonly Generation[] = []

  const generationFor = (lifetime: Lifetime): Generation => {
    const open = generations.find((one) => one.lifetime === lifetime && one.size < FULL)
    if (open !== undefined) return open
    const made = { lifetime, words: new Uint32Array(SLOTS * WORDS), size: 0, expiresAtMs: 0 }
    generations = [made, ...generations]
    return made
  }

  return {
    has: (key) => generations.some(({ words }) => words[slotOf(words, key, 0)] !== 0),
    add(keys, lifetime, expiresAtMs) {
      for (let at = 0; at < keys.length; at += KEY_BYTES) {
        const generation = generationFor(lifetime)
        const { words } = generation
        const slot = slotOf(words, keys, at)
        if (words[slot] === 0) generation.size += 1
        for (let word = 0; word < WORDS; word += 1) words[slot + word] = keys.readUInt32LE(at + word * 4)
        generation.expiresAtMs = Math.max(generation.expiresAtMs, expiresAtMs)
      }
    },
    drop(nowMs) {
      generations = generations.filter((one) => one.expiresAtMs > nowMs)
    },
  }
}

/** Where in the words the key is, or else the empty slot where it would be. */
function slotOf(words: Uint32Array, keys: Buffer, at: number): number {
  const a = keys.readUInt32LE(at)
  const b = keys.readUInt32LE(at + 4)
  const c = keys.readUInt32LE(at + 8)
  const d = keys.readUInt32LE(at + 12)
  let slot = (a % SLOTS) * WORDS
  while (words[slot] !== 0) {
    if (words[slot] === a && words[slot + 1] === b && words[slot + 2] === c && words[slot + 3] === d) return slot
    slot = (slot + WORDS) % words.length
  }
  return slot
}
