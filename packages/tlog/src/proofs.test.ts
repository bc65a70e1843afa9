import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeHash } from './node.js'
import {
  type Consistency,
  consistencyRanges,
  type HashSource,
  type Inclusion,
  inclusionRanges,
  proofOver,
  verifyConsistency,
  verifyInclusion,
} from './proofs.js'
import { CompactRange, createTree } from './tree.js'

const tree = createTree(nodeHash)
const LEAVES = Array.from({ length: 520 }, (_, i) => tree.leaf(Buffer.from(`entry ${i}`)))
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 255, 256, 257, 511, 512, 513]

/** Compared with the recursive definition in `tree.test.ts`. */
function rootOf(leafHashes: readonly Uint8Array[]): Uint8Array {
  const range = new CompactRange(tree)
  for (const hash of leafHashes) range.add(hash)
  return range.root()
}

function sourceOf(leafHashes: readonly Uint8Array[]): HashSource {
  return (height, index) => rootOf(leafHashes.slice(index * 2 ** height, (index + 1) * 2 ** height))
}

async function inclusion(index: number, size: number): Promise<Inclusion> {
  const leaves = LEAVES.slice(0, size)
  const proof = await proofOver(tree, sourceOf(leaves), inclusionRanges(index, size))
  return { index, size, leafHash: LEAVES[index] ?? tree.empty, root: rootOf(leaves), proof }
}

async function consistency(older: number, size: number): Promise<Consistency> {
  const leaves = LEAVES.slice(0, size)
  const proof = await proofOver(tree, sourceOf(leaves), consistencyRanges(older, size))
  return { older, olderRoot: rootOf(LEAVES.slice(0, older)), size, root: rootOf(leaves), proof }
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(hash)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

const bits = fc.integer({ min: 0, max: 255 })

describe('inclusion [log.proofs]', () => {
  test('every entry of the small trees, and entries of the larger ones, are proven', async () => {
    for (const size of SIZES) {
      const step = size < 20 ? 1 : 31
      for (let index = 0; index < size; index += step) {
        expect(verifyInclusion(tree, await inclusion(index, size))).toBe(true)
      }
    }
  })

  test('with one bit, the index or the size changed nothing is', async () => {
    const cases = fc
      .integer({ min: 1, max: 130 })
      .chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)))
    await fc.assert(
      fc.asyncProperty(cases, bits, fc.nat(), async ([index, size], bit, which) => {
        const good = await inclusion(index, size)
        expect(verifyInclusion(tree, good)).toBe(true)
        expect(verifyInclusion(tree, { ...good, root: flipped(good.root, bit) })).toBe(false)
        expect(verifyInclusion(tree, { ...good, leafHash: flipped(good.leafHash, bit) })).toBe(false)
        expect(verifyInclusion(tree, { ...good, proof: [...good.proof, good.root] })).toBe(false)
        for (const other of [index - 1, index + 1, size, index + 0.5, Number.NaN]) {
          expect(verifyInclusion(tree, { ...good, index: other })).toBe(false)
        }
        if (good.proof.length === 0) return
        const at = which % good.proof.length
        const bent = good.proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash))
        expect(verifyInclusion(tree, { ...good, proof: bent })).toBe(false)
        expect(verifyInclusion(tree, { ...good, proof: good.proof.slice(0, -1) })).toBe(false)
        expect(verifyInclusion(tree, { ...good, proof: good.proof.slice(1) })).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  test('a proof is for one shape of tree: where another size gives another path it is refused', async () => {
    for (let size = 2; size <= 40; size++) {
      for (let index = 0; index < size; index++) {
        const good = await inclusion(index, size)
        for (const other of [size - 1, size + 1]) {
          // The same path may serve two sizes: RFC 6962 binds the size by the signed root, not by the path.
          if (index < other && samePath(index, size, other)) continue
          expect(verifyInclusion(tree, { ...good, size: other })).toBe(false)
        }
      }
    }
  })

  test('there is no proof beyond the size, and none of a size that a number cannot hold', () => {
    expect(() => inclusionRanges(5, 5)).toThrow(RangeError)
    expect(() => inclusionRanges(-1, 5)).toThrow(RangeError)
    expect(() => inclusionRanges(0, 2 ** 53)).toThrow(RangeError)
    expect(inclusionRanges(0, 2 ** 53 - 1).length).toBe(53)
  })
})

/** Whether both sizes give sides and number of steps alike, which is all that a path tells. */
function samePath(index: number, a: number, b: number): boolean {
  const sides = (size: number) => inclusionRanges(index, size).map((range) => range.start > index)
  return JSON.stringify(sides(a)) === JSON.stringify(sides(b))
}

describe('consistency [log.proofs]', () => {
  test('every prefix of the small trees is proven', async () => {
    for (const size of SIZES) {
      const step = size < 20 ? 1 : 37
      for (let older = 1; older <= size; older += step) {
        expect(verifyConsistency(tree, await consistency(older, size))).toBe(true)
      }
    }
  })

  test('with one bit or a size changed nothing is', async () => {
    const cases = fc
      .integer({ min: 1, max: 130 })
      .chain((size) => fc.tuple(fc.integer({ min: 1, max: size }), fc.constant(size)))
    await fc.assert(
      fc.asyncProperty(cases, bits, fc.nat(), async ([older, size], bit, which) => {
        const good = await consistency(older, size)
        expect(verifyConsistency(tree, good)).toBe(true)
        expect(verifyConsistency(tree, { ...good, root: flipped(good.root, bit) })).toBe(false)
        expect(verifyConsistency(tree, { ...good, olderRoot: flipped(good.olderRoot, bit) })).toBe(false)
        expect(verifyConsistency(tree, { ...good, proof: [...good.proof, good.root] })).toBe(false)
        expect(verifyConsistency(tree, { ...good, older: 0 })).toBe(false)
        expect(verifyConsistency(tree, { ...good, older: size + 1 })).toBe(false)
        if (good.proof.length === 0) return
        const at = which % good.proof.length
        const bent = good.proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash))
        expect(verifyConsistency(tree, { ...good, proof: bent })).toBe(false)
        expect(verifyConsistency(tree, { ...good, proof: good.proof.slice(1) })).toBe(false)
        expect(verifyConsistency(tree, { ...good, proof: good.proof.slice(0, -1) })).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  test('a fork is not consistent', async () => {
    const good = await consistency(100, 130)
    const forked = [...LEAVES.slice(0, 99), tree.leaf(Buffer.from('another history'))]
    expect(verifyConsistency(tree, { ...good, olderRoot: rootOf(forked) })).toBe(false)
  })
})

const root = fileURLToPath(new URL('../../..', import.meta.url))
const shared = process.env['OSTIARY_SHARED_DATA'] ?? join(root, '../shared/data')
const vectors = join(shared, 'merkle-rfc6962')
if (!existsSync(vectors)) {
  console.info('the Merkle vectors of transparency-dev are not here: name their parent folder in OSTIARY_SHARED_DATA')
}

describe.runIf(existsSync(vectors))('the vectors of transparency-dev/merkle (needs OSTIARY_SHARED_DATA)', () => {
  test('inclusion', () => {
    const cases = Object.entries(read('inclusion.json'))
    expect(cases.length).toBe(98)
    for (const [name, vector] of cases) {
      const verified = verifyInclusion(tree, {
        index: Number(vector['leafIdx']),
        size: Number(vector['treeSize']),
        root: bytes(vector['root']),
        leafHash: bytes(vector['leafHash']),
        proof: proofOf(vector['proof']),
      })
      expect([name, verified]).toEqual([name, vector['wantErr'] !== true])
    }
  })

  test('consistency', () => {
    const cases = Object.entries(read('consistency.json'))
    expect(cases.length).toBe(98)
    for (const [name, vector] of cases) {
      const verified = verifyConsistency(tree, {
        older: Number(vector['size1']),
        size: Number(vector['size2']),
        olderRoot: bytes(vector['root1']),
        root: bytes(vector['root2']),
        proof: proofOf(vector['proof']),
      })
      expect([name, verified]).toEqual([name, vector['wantErr'] !== true])
    }
  })
})

function read(name: string): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(join(vectors, name), 'utf8')) as Record<string, Record<string, unknown>>
}

function bytes(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : '', 'base64')
}

function proofOf(value: unknown): Uint8Array[] {
  return Array.isArray(value) ? value.map(bytes) : []
}
