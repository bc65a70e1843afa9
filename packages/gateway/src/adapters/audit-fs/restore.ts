import { createTree, equalBytes, openCheckpoint, type TileFile, TileTree, type Tree } from '@ostiary/tlog'
import { nodeHash, nodeSuite } from '@ostiary/tlog/node'
import { type Committed, commitment, readCommitted, type Signer, swap } from './committed.js'
import type { Disk } from './disk.js'
import { applyTiles, dropPartials, findAhead, publish } from './files.js'
import { CHECKPOINT, WAL } from './layout.js'
import { FsLogRefused } from './refused.js'
import { type Batch, batchesOf, endOf, entriesOf, type Segment, scanWal } from './wal.js'

export interface Restored {
  readonly committed: Committed
  /** The right edge of the tree at the committed size. */
  readonly edge: TileTree
  /** Durable entries that no checkpoint covers yet. */
  readonly batches: readonly Batch[]
  /** Segments that still hold such entries. */
  readonly segments: readonly { readonly number: number; readonly path: string; readonly end: number }[]
  /** Index of the next entry. */
  readonly next: number
  readonly nextSegment: number
}

/** Start-up: from the lock and the write-ahead log, never from the published checkpoint, which only readers believe. */
export async function restore(disk: Disk, dir: string, signer: Signer): Promise<Restored> {
  const tree = createTree(nodeHash)
  const segments = await scanWal(disk, dir)
  const committed = (await readCommitted(disk, dir, signer.vkey)) ?? (await begin(disk, dir, signer, tree, segments))
  await checkPublished(disk, dir, committed, signer)

  const batches = batchesOf(segments)
  await cutTornTail(disk, segments)
  const { size } = committed.checkpoint
  const first = batches[0]?.first
  const end = Math.max(size, endOf(batches) ?? 0)
  if (first !== undefined && first > size) throw new FsLogRefused('wal_gap', `entries ${size} to ${first - 1}`)

  const { edge, files, from } = await edgeAt(disk, dir, tree, committed, batches)
  const ahead = await findAhead(disk, dir, size)
  if (ahead !== undefined) throw new FsLogRefused('ahead_of_lock', ahead)
  await applyTiles(disk, dir, files, new Set())
  await publish(disk, dir, committed.note)
  await dropPartials(disk, dir, from, size)

  const kept: { number: number; path: string; end: number }[] = []
  for (const { number, path, batches: held } of segments) {
    const upTo = endOf(held)
    if (upTo !== undefined && upTo > size) kept.push({ number, path, end: upTo })
    else await disk.remove(path)
  }
  const open = batches.filter((batch) => batch.first + batch.count > size)
  return {
    committed,
    edge,
    batches: open,
    segments: kept,
    next: end,
    nextSegment: (segments.at(-1)?.number ?? 0) + 1,
  }
}

/** A folder without a log gets one of size 0; one with anything of a log in it does not. */
async function begin(
  disk: Disk,
  dir: string,
  signer: Signer,
  tree: Tree,
  segments: readonly Segment[],
): Promise<Committed> {
  const names = await disk.list(dir)
  const written = segments.some((segment) => segment.length > 0)
  if (names.includes(CHECKPOINT) || names.includes('tile') || written) throw new FsLogRefused('lock_missing')
  await disk.makeFolder(`${dir}/${WAL}`)
  await disk.sync(dir)
  const first = await commitment(signer, 0, { origin: signer.vkey.name, size: 0, root: tree.empty })
  return await swap(disk, dir, undefined, first)
}

async function checkPublished(disk: Disk, dir: string, { checkpoint }: Committed, signer: Signer): Promise<void> {
  const published = await disk.read(`${dir}/${CHECKPOINT}`)
  if (published === undefined) return
  const opened = await openCheckpoint(published, signer.vkey, nodeSuite.verify)
  if (opened.kind === 'refused') throw new FsLogRefused('checkpoint_differs', opened.why)
  const { size, root } = opened.checkpoint
  if (size > checkpoint.size) {
    throw new FsLogRefused('ahead_of_lock', `published size ${size}, committed size ${checkpoint.size}`)
  }
  if (size === checkpoint.size && !equalBytes(root, checkpoint.root)) throw new FsLogRefused('checkpoint_differs')
}

async function cutTornTail(disk: Disk, segments: readonly Segment[]): Promise<void> {
  for (const { path, end, length } of segments) {
    if (end === length) continue
    await disk.truncate(path, end)
    await disk.sync(path)
  }
}

interface EdgeAt {
  readonly edge: TileTree
  /** What has to be on disk for the committed size and may not be. */
  readonly files: readonly TileFile[]
  readonly from: number
}

async function edgeAt(
  disk: Disk,
  dir: string,
  tree: Tree,
  { applied, checkpoint }: Committed,
  batches: readonly Batch[],
): Promise<EdgeAt> {
  const { size, root } = checkpoint
  const first = batches[0]?.first
  // Entries are dropped from the write-ahead log only when their tiles are whole, so either it reaches back or they are.
  const from = first !== undefined && first <= applied && (endOf(batches) ?? 0) >= size ? applied : size
  const edge = await TileTree.load(tree, from, (path) => disk.read(`${dir}/${path}`))
  if (edge === undefined) throw new FsLogRefused('tiles_missing')
  const files: TileFile[] = []
  for (const { index, entry } of entriesOf(batches, from)) {
    if (index >= size) break
    edge.add(entry, files)
  }
  if (!equalBytes(edge.root(), root)) throw new FsLogRefused('tiles_differ')
  if (from < size) files.push(...edge.partials())
  return { edge, files, from }
}
