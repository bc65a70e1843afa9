import { equalBytes } from './bytes.js'
import type { Hash } from './suite.js'

export const HASH_BYTES = 32

/** RFC 6962 section 2.1, over one hash function. */
export interface Tree {
  /** "The hash of an empty list is the hash of an empty string." */
  readonly empty: Uint8Array
  leaf(entry: Uint8Array): Uint8Array
  node(left: Uint8Array, right: Uint8Array): Uint8Array
}

export function createTree(hash: Hash): Tree {
  // Hashes are synchronous and copy their input, so one buffer of each kind is enough.
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = 0x01
  let leaf = new Uint8Array(4096)
  return {
    empty: hash(new Uint8Array(0)),
    leaf(entry) {
      if (entry.length >= leaf.length) leaf = new Uint8Array(2 * entry.length + 1)
      leaf.set(entry, 1)
      return hash(leaf.subarray(0, entry.length + 1))
    },
    node(left, right) {
      pair.set(left, 1)
      pair.set(right, 1 + HASH_BYTES)
      return hash(pair)
    },
  }
}

/** Bytes `at` of a row of hashes that stand one behind the other, as in a tile. */
export function hashAt(row: Uint8Array, at: number): Uint8Array {
  return row.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
}

/** The root of the perfect tree over `count` hashes of a row; `count` is a power of two. */
export function perfectRoot(tree: Tree, row: Uint8Array, from: number, count: number): Uint8Array {
  if (count === 1) return hashAt(row, from).slice()
  const half = count / 2
  return tree.node(perfectRoot(tree, row, from, half), perfectRoot(tree, row, from + half, half))
}

/** Roots of the perfect trees that `width` hashes of a row split into, largest first. */
export function peaksOf(tree: Tree, row: Uint8Array, width: number): Uint8Array[] {
  const peaks: Uint8Array[] = []
  let from = 0
  for (let count = 256; count >= 1; count /= 2) {
    if (width - from < count) continue
    peaks.push(perfectRoot(tree, row, from, count))
    from += count
  }
  return peaks
}

/** Joins perfect trees, largest first, to the root over all of them. */
export function foldPeaks(tree: Tree, peaks: readonly Uint8Array[]): Uint8Array {
  let root: Uint8Array | undefined
  for (let i = peaks.length - 1; i >= 0; i--) {
    const peak = peaks[i]
    if (peak !== undefined) root = root === undefined ? peak : tree.node(peak, root)
  }
  return root ?? tree.empty
}

/** The compact range over [0, size): a handful of hashes that grow a leaf at a time and know the root at each size. */
export class CompactRange {
  readonly #tree: Tree
  readonly #peaks: Uint8Array[] = []
  #size = 0

  constructor(tree: Tree) {
    this.#tree = tree
  }

  get size(): number {
    return this.#size
  }

  add(leafHash: Uint8Array): void {
    let hash = leafHash
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      const left = this.#peaks.pop()
      if (left !== undefined) hash = this.#tree.node(left, hash)
    }
    this.#peaks.push(hash)
    this.#size++
  }

  root(): Uint8Array {
    return foldPeaks(this.#tree, this.#peaks)
  }

  holds(root: Uint8Array): boolean {
    return equalBytes(this.root(), root)
  }
}
