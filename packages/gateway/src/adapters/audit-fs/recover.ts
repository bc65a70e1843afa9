import { createPrivateKey, type KeyObject } from 'node:crypto'
import { dirname, join } from 'node:path'
import {
  type Checkpoint,
  createTree,
  equalBytes,
  hashesAtLevel,
  openCheckpoint,
  parseTilePath,
  peekCheckpoint,
  readBundle,
  TILE_WIDTH,
  type TileFile,
  TileTree,
  tilePath,
} from '@ostiary/tlog'
import { nodeHash, nodeSigner, nodeSuite } from '@ostiary/tlog/node'
import { commitment, type Signer } from './committed.js'
import { type Disk, realDisk } from './disk.js'
import { applyTiles, publish, replaceFile } from './files.js'
import { ASIDE, CHECKPOINT, LOCK, WAL } from './layout.js'
import { takeProcessLock } from './process-lock.js'
import { FsLogRefused } from './refused.js'
import { endOf, entriesOf, type Segment, scanWal } from './wal.js'

export interface RecoverOptions {
  readonly dir: string
  readonly origin: string
  readonly key: KeyObject | string
  readonly disk?: Disk
}

/** What a recovery did: the caller logs it, as the first entry that is appended afterwards. */
export interface Recovery {
  /** Entries that the log has now. */
  readonly size: number
  /** What the lock and the published checkpoint said before; absent where they could not be read. */
  readonly committedSize?: number
  readonly publishedSize?: number
  /** Whether an earlier checkpoint was signed with another key. */
  readonly keyChanged: boolean
  /** Tiles and bundles that were written again. */
  readonly rewritten: readonly string[]
  /** What was taken out of the log and kept in `asideFolder`. */
  readonly aside: readonly string[]
  readonly asideFolder?: string
}

/**
 * The way out of a refused start. Takes every entry that follows the one before without a gap, from the bundles and then
 * from the write-ahead log, and commits a checkpoint over them. It only moves forward: a size that was ever signed, and
 * its root, must be reached again, else the log is lost as a log (`unrecoverable`) and a new one has to begin.
 *
 * Destroys nothing: what no longer belongs to the log is moved into a folder beside it.
 */
export async function recoverFsLog(options: RecoverOptions): Promise<Recovery> {
  const { dir, origin, key } = options
  const disk = options.disk ?? realDisk
  const signer = nodeSigner(origin, typeof key === 'string' ? createPrivateKey(key) : key)
  const release = await takeProcessLock(dir)
  try {
    return await recover(disk, dir, signer)
  } finally {
    await release()
  }
}

async function recover(disk: Disk, dir: string, signer: Signer): Promise<Recovery> {
  const tree = createTree(nodeHash)
  const segments = await scanWal(disk, dir)
  const lock = await disk.read(join(dir, LOCK))
  const committed = await said(lock?.subarray(lock.indexOf('\n') + 1), signer)
  const published = await said(await disk.read(join(dir, CHECKPOINT)), signer)
  const signed = [committed, published].filter((one) => one !== undefined)

  // First only read: what cannot be recovered stays as it is.
  const found = new TileTree(tree)
  const unmet = new Set(signed.map((one) => one.checkpoint))
  const meet = () => {
    for (const { size, root } of unmet) {
      if (size === found.size && !equalBytes(root, found.root()))
        throw new FsLogRefused('unrecoverable', `size ${size}`)
    }
  }
  meet()
  for await (const entry of contiguous(disk, dir, segments)) {
    found.add(entry, [])
    meet()
  }
  const { size } = found
  for (const one of unmet) {
    if (one.size > size) throw new FsLogRefused('unrecoverable', `entry ${size} of ${one.size} is missing`)
  }

  const aside = new Aside(disk, dir)
  const rewritten = await rewrite(disk, dir, new TileTree(tree), contiguous(disk, dir, segments), aside)
  await moveExtras(disk, dir, size, aside)

  if (lock !== undefined) await aside.keep(LOCK, lock)
  const next = await commitment(signer, size, { origin: signer.vkey.name, size, root: found.root() })
  await replaceFile(disk, join(dir, LOCK), Buffer.from(next.text))
  await disk.sync(dir)
  await publish(disk, dir, next.note)
  for (const segment of segments) {
    const whole = segment.end === segment.length && (endOf(segment.batches) ?? 0) <= size
    if (whole) await disk.remove(segment.path)
    else await aside.move(segment.path.slice(dir.length + 1))
  }
  await disk.makeFolder(join(dir, WAL))
  return {
    size,
    ...(committed === undefined ? {} : { committedSize: committed.checkpoint.size }),
    ...(published === undefined ? {} : { publishedSize: published.checkpoint.size }),
    keyChanged: signed.some((one) => one.otherKey),
    rewritten,
    ...aside.described(),
  }
}

interface Said {
  readonly checkpoint: Checkpoint
  readonly otherKey: boolean
}

/** What a checkpoint binds us to. One that its own key disowns binds nobody; one of another key does: it may be our last. */
async function said(note: Buffer | undefined, signer: Signer): Promise<Said | undefined> {
  if (note === undefined) return undefined
  const checkpoint = peekCheckpoint(note)
  if (checkpoint === undefined) return undefined
  if (checkpoint.origin !== signer.vkey.name)
    throw new FsLogRefused('origin_differs', `it says \`${checkpoint.origin}\``)
  const opened = await openCheckpoint(note, signer.vkey, nodeSuite.verify)
  if (opened.kind === 'refused' && opened.why !== 'no_known_signature') return undefined
  return { checkpoint, otherKey: opened.kind === 'refused' }
}

async function* contiguous(disk: Disk, dir: string, segments: readonly Segment[]): AsyncGenerator<Buffer> {
  let next = 0
  for (let index = 0; index * TILE_WIDTH === next; index++) {
    const bundle = await widestBundle(disk, dir, index)
    for (const entry of bundle === undefined ? [] : readBundle(bundle).entries.slice(0, TILE_WIDTH)) {
      next++
      yield Buffer.from(entry)
    }
  }
  for (const { index, entry } of entriesOf(
    segments.flatMap((segment) => segment.batches),
    next,
  )) {
    if (index !== next) return
    next++
    yield entry
  }
}

async function widestBundle(disk: Disk, dir: string, index: number): Promise<Buffer | undefined> {
  const full = await disk.read(join(dir, tilePath('entries', index)))
  if (full !== undefined) return full
  const widths = (await disk.list(join(dir, `${tilePath('entries', index)}.p`))).filter((name) =>
    /^[0-9]{1,3}$/.test(name),
  )
  const widest = Math.max(0, ...widths.map(Number))
  return widest === 0 ? undefined : await disk.read(join(dir, tilePath('entries', index, widest)))
}

async function rewrite(
  disk: Disk,
  dir: string,
  edge: TileTree,
  entries: AsyncIterable<Buffer>,
  aside: Aside,
): Promise<readonly string[]> {
  const rewritten: string[] = []
  const folders = new Set<string>()
  const put = async (files: readonly TileFile[]) => {
    for (const file of files) {
      const there = await disk.read(join(dir, file.path))
      if (there !== undefined && equalBytes(there, file.data)) continue
      if (there !== undefined) await aside.keep(file.path, there)
      await applyTiles(disk, dir, [file], folders)
      rewritten.push(file.path)
    }
  }
  for await (const entry of entries) {
    const full: TileFile[] = []
    edge.add(entry, full)
    await put(full)
  }
  await put(edge.partials())
  return rewritten
}

async function moveExtras(disk: Disk, dir: string, size: number, aside: Aside): Promise<void> {
  for await (const path of walk(disk, dir, 'tile')) {
    const tile = parseTilePath(path)
    const level = tile?.level === 'entries' ? 0 : (tile?.level ?? 0)
    const known = tile !== undefined && tile.index * TILE_WIDTH + tile.width <= hashesAtLevel(size, level)
    if (!known) await aside.move(path)
  }
}

async function* walk(disk: Disk, dir: string, path: string): AsyncGenerator<string> {
  for (const name of await disk.list(join(dir, path))) {
    const below = `${path}/${name}`
    const names = await disk.list(join(dir, below))
    if (names.length > 0) yield* walk(disk, dir, below)
    else if ((await disk.read(join(dir, below)).catch(() => undefined)) !== undefined) yield below
  }
}

/** A folder of its own for each recovery, made when there is something to put into it. */
class Aside {
  readonly #disk: Disk
  readonly #dir: string
  readonly #paths: string[] = []
  #folder: string | undefined

  constructor(disk: Disk, dir: string) {
    this.#disk = disk
    this.#dir = dir
  }

  async keep(path: string, data: Uint8Array): Promise<void> {
    const target = await this.#target(path)
    await this.#disk.write(target, data)
  }

  async move(path: string): Promise<void> {
    await this.#disk.rename(join(this.#dir, path), await this.#target(path))
  }

  described(): Pick<Recovery, 'aside' | 'asideFolder'> {
    return { aside: this.#paths, ...(this.#folder === undefined ? {} : { asideFolder: this.#folder }) }
  }

  async #target(path: string): Promise<string> {
    this.#folder ??= `${ASIDE}/${(await this.#disk.list(join(this.#dir, ASIDE))).length + 1}`
    this.#paths.push(path)
    const target = join(this.#dir, this.#folder, path)
    await this.#disk.makeFolder(dirname(target))
    return target
  }
}
