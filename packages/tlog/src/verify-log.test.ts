import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeBundle } from './bundle.js'
import { hex } from './bytes.js'
import { signCheckpoint } from './checkpoint.js'
import { nodeHash, nodeSigner, nodeSuite } from './node.js'
import { prove, proveConsistency } from './prove.js'
import { verifyReceipt } from './receipt.js'
import { webSuite } from './suite.js'
import { type TileFile, TileTree } from './tile-tree.js'
import { CompactRange, createTree } from './tree.js'
import { verifyLog } from './verify-log.js'

const tree = createTree(nodeHash)
const ORIGIN = 'log.example/audit'
const signer = nodeSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey)
const other = nodeSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey)
const { vkey } = signer

type Files = Map<string, Uint8Array>
const entryOf = (index: number): Buffer => Buffer.from(`{"id":${index}}`)
const readerOf = (files: Files) => async (path: string) => files.get(path)

/** Compared with the recursive definition in `tree.test.ts`. */
function rootOf(leafHashes: readonly Uint8Array[]): Uint8Array {
  const range = new CompactRange(tree)
  for (const hash of leafHashes) range.add(hash)
  return range.root()
}

async function logOf(size: number, published: readonly number[] = [], entry = entryOf): Promise<Files> {
  const files: Files = new Map()
  const edge = new TileTree(tree)
  const put = (written: readonly TileFile[]) => {
    for (const { path, data } of written) files.set(path, data)
  }
  for (let index = 0; index < size; index++) {
    const full: TileFile[] = []
    edge.add(entry(index), full)
    put(full)
    if (published.includes(index + 1)) put(edge.partials())
  }
  put(edge.partials())
  files.set('checkpoint', Buffer.from(await signCheckpoint({ origin: ORIGIN, size, root: edge.root() }, signer)))
  return files
}

async function checkpointOf(size: number, by = signer): Promise<Buffer> {
  const leaves = Array.from({ length: size }, (_, i) => tree.leaf(entryOf(i)))
  return Buffer.from(await signCheckpoint({ origin: ORIGIN, size, root: rootOf(leaves) }, by))
}

async function verify(files: Files, options = {}) {
  return await verifyLog(readerOf(files), vkey, { suite: nodeSuite, ...options })
}

describe('the tiled edge', () => {
  test('uses the memory of a bundle again that was given back, once, and no other', () => {
    const plain = new TileTree(tree)
    const thrifty = new TileTree(tree)
    const held: { readonly file: TileFile; readonly wanted: Uint8Array | undefined }[] = []
    for (let index = 0; index < 3000; index++) {
      const wanted: TileFile[] = []
      const files: TileFile[] = []
      const entry = Buffer.from(`{"id":${index},"more":"${'x'.repeat(index % 700)}"}`)
      plain.add(entry, wanted)
      thrifty.add(entry, files)
      expect(files.map(({ path }) => path)).toEqual(wanted.map(({ path }) => path))
      files.forEach((file, at) => void held.push({ file, wanted: wanted[at]?.data }))
      // Each is read once more tiles have filled, and given back twice: two bundles must not get the same memory for that.
      for (const { file, wanted: data } of held.splice(0, Math.max(0, held.length - 4))) {
        expect(Buffer.compare(file.data, data ?? new Uint8Array())).toBe(0)
        // Later ones are kept, so that all that was given back is used.
        if (index > 1500) continue
        thrifty.recycle(file)
        thrifty.recycle(file)
      }
      if (index % 100 === 0) for (const one of thrifty.partials()) thrifty.recycle(one)
    }
    expect(hex(thrifty.root())).toBe(hex(plain.root()))
  })

  test('has the root of the recursive definition at every size', () => {
    const edge = new TileTree(tree)
    const leaves: Uint8Array[] = []
    expect(hex(edge.root())).toBe(hex(tree.empty))
    for (let size = 1; size <= 520; size++) {
      edge.add(entryOf(size), [])
      leaves.push(tree.leaf(entryOf(size)))
      if (size <= 300 || size >= 510) expect(hex(edge.root())).toBe(hex(rootOf(leaves)))
    }
  })

  test('goes on from its own tiles as if it had never stopped', async () => {
    for (const size of [0, 1, 255, 256, 257, 511, 512, 513]) {
      const files = await logOf(size)
      const loaded = await TileTree.load(tree, size, readerOf(files))
      const grown: TileFile[] = []
      for (let index = size; index < size + 300; index++) loaded?.add(entryOf(index), grown)
      const whole = await logOf(size + 300)
      for (const { path, data } of [...grown, ...(loaded?.partials() ?? [])]) expect(data).toEqual(whole.get(path))
    }
    const files = await logOf(300)
    files.delete('tile/0/001.p/44')
    expect(await TileTree.load(tree, 300, readerOf(files))).toBeUndefined()
  })
})

describe('verifyLog', () => {
  test.each([0, 1, 2, 255, 256, 257, 511, 512, 513])('a log of %i entries holds', async (size) => {
    const verified = await verify(await logOf(size))
    const leaves = Array.from({ length: size }, (_, i) => tree.leaf(entryOf(i)))
    expect(verified).toMatchObject({ kind: 'ok', size })
    expect(verified.kind === 'ok' && hex(verified.root)).toBe(hex(rootOf(leaves)))
  })

  test('a log of 65,537 entries, which has three levels, holds', async () => {
    const files = await logOf(65_537)
    expect([...files.keys()].filter((path) => path.startsWith('tile/2/'))).toEqual(['tile/2/000.p/1'])
    expect(await verify(files)).toMatchObject({ kind: 'ok', size: 65_537 })
    const tile = files.get('tile/1/000')?.slice() ?? new Uint8Array()
    tile[32 * 200] = (tile[32 * 200] ?? 0) ^ 1
    files.set('tile/1/000', tile)
    expect(await verify(files)).toMatchObject({ kind: 'broken', at: 200 * 256 })
  })

  test('the suite of the browser says the same', async () => {
    const files = await logOf(300)
    expect(await verifyLog(readerOf(files), vkey, { suite: webSuite })).toMatchObject({ kind: 'ok', size: 300 })
  })

  test('one byte of one entry changed: that entry is named [log.verify-names-entry]', async () => {
    for (const at of [0, 1, 100, 255, 256, 299]) {
      const files = await logOf(300)
      const path = at < 256 ? 'tile/entries/000' : 'tile/entries/001.p/44'
      const from = at < 256 ? 0 : 256
      const entries = Array.from({ length: at < 256 ? 256 : 44 }, (_, i) => entryOf(from + i))
      entries[at - from] = Buffer.from(entryOf(at).toString().replace('id', 'ie'))
      files.set(path, encodeBundle(entries))
      const verified = await verify(files)
      expect(verified).toMatchObject({ kind: 'broken', at })
      expect(verified.kind === 'broken' && verified.what).not.toContain('agree with the signed root')
    }
  })

  test('one byte of a hash tile changed: its first entry is named, and that the entries are right', async () => {
    const files = await logOf(600)
    for (const [path, byte, at] of [
      ['tile/0/001', 32 * 5 + 3, 261],
      ['tile/0/002.p/88', 31, 512],
      ['tile/1/000.p/2', 32, 256],
    ] satisfies [string, number, number][]) {
      const bent = new Map(files)
      const tile = files.get(path)?.slice() ?? new Uint8Array()
      tile[byte] = (tile[byte] ?? 0) ^ 0x80
      bent.set(path, tile)
      const verified = await verify(bent)
      expect(verified).toMatchObject({ kind: 'broken', at })
      expect(verified.kind === 'broken' && verified.what).toContain('agree with the signed root')
    }
  })

  test('a file missing, cut or made longer is found in every case [log.verify-every-file]', async () => {
    const files = await logOf(600)
    for (const [path, data] of files) {
      const without = new Map(files)
      without.delete(path)
      expect([path, (await verify(without)).kind]).toEqual([path, 'broken'])
      for (const bent of [data.subarray(0, -1), Buffer.concat([data, Buffer.of(0)]), new Uint8Array(0)]) {
        expect([path, (await verify(new Map(files).set(path, bent))).kind]).toEqual([path, 'broken'])
      }
    }
  })

  test('a partial tile that was dropped for the full one is no fault', async () => {
    const files = await logOf(300)
    const grown = await logOf(600)
    const moved = new Map(grown).set('checkpoint', files.get('checkpoint') ?? new Uint8Array())
    expect(moved.has('tile/0/001.p/44')).toBe(false)
    moved.set('tile/1/000.p/1', files.get('tile/1/000.p/1') ?? new Uint8Array())
    expect(await verify(moved)).toMatchObject({ kind: 'ok', size: 300 })
  })

  test('partial tiles of older checkpoints are compared when asked', async () => {
    const files = await logOf(300, [260, 290])
    expect(await verify(files, { olderPartials: true })).toMatchObject({ kind: 'ok' })
    for (const path of ['tile/entries/001.p/4', 'tile/0/001.p/34']) {
      const data = files.get(path)?.slice() ?? new Uint8Array()
      data[40] = (data[40] ?? 0) ^ 1
      const bent = new Map(files).set(path, data)
      expect(await verify(bent)).toMatchObject({ kind: 'ok' })
      const verified = await verify(bent, { olderPartials: true })
      expect(verified).toMatchObject({ kind: 'broken', at: path.includes('entries') ? 259 : 257 })
    }
  })

  test('a checkpoint of another key, and a log rewritten beneath its checkpoint, do not hold', async () => {
    const files = await logOf(300)
    expect(await verify(new Map(files).set('checkpoint', await checkpointOf(300, other)))).toMatchObject({
      kind: 'broken',
      what: expect.stringContaining('no_known_signature') as string,
    })
    const rewritten = await logOf(300, [], (i) => (i === 9 ? Buffer.from('{}') : entryOf(i)))
    rewritten.set('checkpoint', files.get('checkpoint') ?? new Uint8Array())
    expect(await verify(rewritten)).toMatchObject({ kind: 'broken', what: expect.stringContaining('root') as string })
  })

  test('against an older checkpoint: a prefix holds; a cut log and a fork do not [log.verify-against]', async () => {
    const files = await logOf(300)
    for (const size of [0, 1, 255, 256, 257, 300]) {
      expect(await verify(files, { against: await checkpointOf(size) })).toMatchObject({ kind: 'ok' })
    }
    expect(await verify(files, { against: await checkpointOf(301) })).toMatchObject({ kind: 'broken', at: 300 })
    const fork = await logOf(300, [], (i) => (i === 9 ? Buffer.from('{}') : entryOf(i)))
    expect(await verify(fork)).toMatchObject({ kind: 'ok' })
    expect(await verify(fork, { against: await checkpointOf(9) })).toMatchObject({ kind: 'ok' })
    expect(await verify(fork, { against: await checkpointOf(10) })).toMatchObject({
      kind: 'broken',
      what: expect.stringContaining('no prefix') as string,
    })
    expect(await verify(files, { against: await checkpointOf(10, other) })).toMatchObject({ kind: 'broken' })
  })
})

describe('receipts', () => {
  let files: Files
  beforeAll(async () => {
    files = await logOf(600)
  })

  test('prove an entry offline, with either suite, and no other entry [log.receipt]', async () => {
    for (const index of [0, 255, 256, 511, 512, 599]) {
      const proven = await prove(readerOf(files), index, vkey, { suite: nodeSuite, extra: Uint8Array.of(1) })
      if (proven.kind !== 'ok') throw new Error(proven.why)
      expect(Buffer.from(proven.entry)).toEqual(entryOf(index))
      expect(await verifyReceipt(proven.receipt, entryOf(index), vkey)).toMatchObject({ kind: 'ok', index })
      expect(await verifyReceipt(proven.receipt, entryOf(index + 1), vkey, nodeSuite)).toEqual({
        kind: 'refused',
        why: 'not_included',
      })
      const moved = proven.receipt.replace(`index ${index}`, `index ${index + 1}`)
      expect((await verifyReceipt(moved, entryOf(index), vkey, nodeSuite)).kind).toBe('refused')
      expect((await verifyReceipt(proven.receipt, entryOf(index), other.vkey, nodeSuite)).kind).toBe('refused')
    }
  })

  test('what the checkpoint does not cover, or the tiles do not prove, gets none', async () => {
    expect((await prove(readerOf(files), 600, vkey)).kind).toBe('refused')
    expect((await prove(readerOf(files), -1, vkey)).kind).toBe('refused')
    expect((await prove(readerOf(new Map()), 0, vkey)).kind).toBe('refused')
    const tile = files.get('tile/0/000')?.slice() ?? new Uint8Array()
    tile[0] = (tile[0] ?? 0) ^ 1
    expect((await prove(readerOf(new Map(files).set('tile/0/000', tile)), 1, vkey)).kind).toBe('refused')
  })

  test('tiles prove consistency between published sizes', async () => {
    const leaves = Array.from({ length: 600 }, (_, i) => tree.leaf(entryOf(i)))
    const later = { size: 600, root: rootOf(leaves) }
    for (const size of [1, 255, 256, 300, 600]) {
      const older = { size, root: rootOf(leaves.slice(0, size)) }
      expect(await proveConsistency(readerOf(files), older, later, nodeSuite)).toBeDefined()
      expect(await proveConsistency(readerOf(files), { size, root: tree.empty }, later, nodeSuite)).toBeUndefined()
    }
  })
})
