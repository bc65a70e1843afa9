import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hex } from './bytes.js'
import { nodeHash } from './node.js'
import { sha256 } from './sha256.js'
import { CompactRange, createTree } from './tree.js'

const tree = createTree(nodeHash)

test('our own SHA-256 is that of the machine, at every length about a block', () => {
  for (let length = 0; length < 300; length++) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff)
    expect(hex(sha256(data))).toBe(hex(nodeHash(data)))
  }
})

describe('RFC 6962 section 2.1 [log.hashes]', () => {
  test('the empty tree is the hash of nothing', () => {
    expect(hex(tree.empty)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  test('a leaf of any length has the hash of 0x00 and its bytes', () => {
    for (const length of [0, 1, 4095, 4096, 4097, 65_535, 3]) {
      const entry = Buffer.alloc(length, 7)
      expect(hex(tree.leaf(entry))).toBe(hex(nodeHash(Buffer.concat([Buffer.of(0), entry]))))
    }
  })

  test('the compact range has the root of the recursive definition at every size', () => {
    const range = new CompactRange(tree)
    const leaves: Uint8Array[] = []
    expect(hex(range.root())).toBe(hex(tree.empty))
    for (let size = 1; size <= 300; size++) {
      const leaf = tree.leaf(Buffer.from(`entry ${size}`))
      leaves.push(leaf)
      range.add(leaf)
      expect(hex(range.root())).toBe(hex(naiveRoot(leaves)))
    }
    for (let size = 301; size <= 513; size++) {
      const leaf = tree.leaf(Buffer.from(`entry ${size}`))
      leaves.push(leaf)
      range.add(leaf)
      if (size > 510) expect(hex(range.root())).toBe(hex(naiveRoot(leaves)))
    }
  })
})

/** RFC 6962 section 2.1 and nothing else, as slow as it reads: what the fast code is compared with. */
function naiveRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  const first = leafHashes[0]
  if (first === undefined) return createHash('sha256').digest()
  if (leafHashes.length === 1) return first
  let k = 1
  while (k * 2 < leafHashes.length) k *= 2
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(naiveRoot(leafHashes.slice(0, k)))
    .update(naiveRoot(leafHashes.slice(k)))
    .digest()
}
