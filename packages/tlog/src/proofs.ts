import { equalBytes, isIndex } from './bytes.js'
import { foldPeaks, HASH_BYTES, type Tree } from './tree.js'

/** Entries [start, end). */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Gives the root of the perfect tree of 2^height entries that begins at entry `index * 2^height`. */
export type HashSource = (height: number, index: number) => Uint8Array | Promise<Uint8Array>

/** RFC 6962 section 2.1.1: the ranges whose hashes prove entry `index` in a tree of `size`, leaf's sibling first. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!isIndex(index) || !isIndex(size) || index >= size) throw new RangeError('the index must be below the size')
  const ranges: Range[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.reverse()
}

/** RFC 6962 section 2.1.2: the ranges whose hashes prove that the tree of `older` is a prefix of that of `size`. */
export function consistencyRanges(older: number, size: number): readonly Range[] {
  if (!isIndex(older) || !isIndex(size) || older < 1 || older > size) {
    throw new RangeError('the older size must be between 1 and the size')
  }
  const ranges: Range[] = []
  let start = 0
  let end = size
  let oldIsWhole = true
  while (older !== end) {
    const middle = start + splitOf(end - start)
    if (older <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
      oldIsWhole = false
    }
  }
  if (!oldIsWhole) ranges.push({ start, end })
  return ranges.reverse()
}

/** Hash of a range that stands in a proof: it is perfect, or it ends where the tree does. */
export async function rangeHash(tree: Tree, source: HashSource, range: Range): Promise<Uint8Array> {
  const peaks: Uint8Array[] = []
  let start = range.start
  while (start < range.end) {
    let height = 0
    while (start % 2 ** (height + 1) === 0 && start + 2 ** (height + 1) <= range.end) height++
    peaks.push(await source(height, start / 2 ** height))
    start += 2 ** height
  }
  return foldPeaks(tree, peaks)
}

export async function proofOver(tree: Tree, source: HashSource, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const proof: Uint8Array[] = []
  for (const range of ranges) proof.push(await rangeHash(tree, source, range))
  return proof
}

export interface Inclusion {
  readonly index: number
  readonly size: number
  readonly leafHash: Uint8Array
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 section 2.1.3.2. */
export function verifyInclusion(tree: Tree, { index, size, leafHash, root, proof }: Inclusion): boolean {
  if (!isIndex(index) || !isIndex(size) || index >= size) return false
  if (!areHashes([leafHash, root]) || !areHashes(proof)) return false
  let fn = index
  let sn = size - 1
  let r = leafHash
  for (const p of proof) {
    // "If sn is 0, then stop the iteration and fail the proof verification."
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      r = tree.node(p, r)
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      r = tree.node(r, p)
    }
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && equalBytes(r, root)
}

export interface Consistency {
  readonly older: number
  readonly olderRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 section 2.1.4.2. From size 0 there is nothing to prove, so a proof from there is refused. */
export function verifyConsistency(tree: Tree, { older, olderRoot, size, root, proof }: Consistency): boolean {
  if (!isIndex(older) || !isIndex(size) || older < 1 || older > size) return false
  if (older === size) return proof.length === 0 && equalBytes(olderRoot, root)
  if (!areHashes([olderRoot, root]) || !areHashes(proof)) return false

  // "If first is an exact power of 2, then prepend first_hash to the consistency_path array."
  const path = isPowerOfTwo(older) ? [olderRoot, ...proof] : proof
  const first = path[0]
  if (first === undefined) return false
  let fn = older - 1
  let sn = size - 1
  while (fn % 2 === 1) {
    fn = half(fn)
    sn = half(sn)
  }
  let fr = first
  let sr = first
  for (let i = 1; i < path.length; i++) {
    const c = path[i]
    if (c === undefined || sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = tree.node(c, fr)
      sr = tree.node(c, sr)
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      sr = tree.node(sr, c)
    }
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && equalBytes(fr, olderRoot) && equalBytes(sr, root)
}

/** "the largest power of two smaller than n" */
function splitOf(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

// Sizes pass 2^31: no bitwise operator may touch them.
function half(n: number): number {
  return Math.floor(n / 2)
}

function isPowerOfTwo(n: number): boolean {
  while (n % 2 === 0) n /= 2
  return n === 1
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES)
}
