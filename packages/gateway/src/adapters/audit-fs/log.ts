import { createPrivateKey, type KeyObject } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { formatVkey, type TileFile, type TileTree } from '@ostiary/tlog'
import { nodeSigner } from '@ostiary/tlog/node'
import { type Appended, type AuditLog, AuditUnavailable } from '../../spec/seams.js'
import { type Committed, commitment, type Signer, swap } from './committed.js'
import { type Disk, realDisk } from './disk.js'
import { applyTiles, dropPartials, publish } from './files.js'
import { segmentPath, WAL } from './layout.js'
import { takeProcessLock } from './process-lock.js'
import { type Restored, restore } from './restore.js'
import { type Batch, entriesOf } from './wal.js'
import { GroupWriter, type OpenSegment } from './writer.js'

const ENTRY_BYTES_MAX = 60 * 1024
/** What waits in memory for its tiles. A disk that takes entries faster than tiles would otherwise fill the memory in the end. */
const UNSEQUENCED_BYTES_MAX = 256 * 1024 * 1024
const SEGMENT_BYTES = 4 * 1024 * 1024
/** Hashing gives way to requests this often. */
const SLICE_MS = 1

export interface FsLogOptions {
  readonly dir: string
  readonly origin: string
  /** Ed25519 private key, or its PEM text. */
  readonly key: KeyObject | string
  /** 0: an idle log flushes at once. */
  readonly flushIntervalMs?: number
  readonly checkpointIntervalMs?: number
  /** Called once, when the log has failed and takes nothing any more. */
  readonly onFatal?: (error: Error) => void
  readonly disk?: Disk
}

export interface FsLog extends AuditLog {
  /** Index of the next entry. */
  readonly size: number
  /** How many entries the last committed checkpoint covers. */
  readonly committedSize: number
  /** The last committed checkpoint, a signed note. */
  readonly checkpoint: string
  /** Commits and publishes a checkpoint over all that is durable now, without waiting for the interval. */
  publish(): Promise<void>
}

/** Throws `FsLogRefused` where the folder's state does not allow to go on from it. */
export async function openFsLog(options: FsLogOptions): Promise<FsLog> {
  const disk = options.disk ?? realDisk
  const { dir, origin, key } = options
  const signer = nodeSigner(origin, typeof key === 'string' ? createPrivateKey(key) : key)
  await disk.makeFolder(dir)
  const release = await takeProcessLock(dir)
  try {
    const restored = await restore(disk, dir, signer)
    const segment = await openSegment(disk, dir, restored.nextSegment)
    return new DiskLog(options, disk, signer, restored, segment, release)
  } catch (error) {
    await release()
    throw error
  }
}

async function openSegment(disk: Disk, dir: string, number: number): Promise<OpenSegment> {
  await disk.makeFolder(`${dir}/${WAL}`)
  const path = segmentPath(dir, number)
  const fd = await disk.openAppend(path)
  await disk.sync(`${dir}/${WAL}`)
  return { number, path, fd }
}

class DiskLog implements FsLog {
  readonly origin: string
  readonly vkey: string
  readonly #disk: Disk
  readonly #dir: string
  readonly #signer: Signer
  readonly #intervalMs: number
  readonly #onFatal: (error: Error) => void
  readonly #release: () => Promise<void>
  readonly #writer: GroupWriter
  readonly #edge: TileTree
  readonly #folders = new Set<string>()

  #state: 'open' | 'closing' | 'closed' | 'failed' = 'open'
  #committed: Committed
  /** Durable, and not under a checkpoint yet. */
  #batches: Batch[]
  #unsequencedBytes = 0
  /** Segments that are written no more, oldest first. */
  readonly #written: { readonly path: string; readonly end: number }[]
  #prepared: OpenSegment | undefined
  #timer: NodeJS.Timeout | undefined
  #sequencing: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(
    options: FsLogOptions,
    disk: Disk,
    signer: Signer,
    restored: Restored,
    segment: OpenSegment,
    release: () => Promise<void>,
  ) {
    this.origin = options.origin
    this.vkey = formatVkey(signer.vkey)
    this.#disk = disk
    this.#dir = options.dir
    this.#signer = signer
    this.#intervalMs = options.checkpointIntervalMs ?? 1000
    this.#onFatal = options.onFatal ?? (() => {})
    this.#release = release
    this.#edge = restored.edge
    this.#committed = restored.committed
    this.#batches = [...restored.batches]
    for (const { payload } of restored.batches) this.#unsequencedBytes += payload.length
    this.#written = [...restored.segments]
    this.#writer = new GroupWriter(segment, {
      disk,
      flushIntervalMs: options.flushIntervalMs ?? 0,
      next: restored.next,
      onDurable: (batch) => {
        this.#batches.push(batch)
        this.#unsequencedBytes += batch.payload.length
        this.#arm()
      },
      onFailed: (error) => this.#fail(error),
    })
    if (this.#batches.length > 0) this.#arm()
  }

  get size(): number {
    return this.#writer.next
  }

  get committedSize(): number {
    return this.#committed.checkpoint.size
  }

  get checkpoint(): string {
    return this.#committed.note
  }

  append(entry: string, soon = true): Appended {
    if (this.#state !== 'open') throw new AuditUnavailable(`the audit log is ${this.#state}`)
    if (this.#unsequencedBytes > UNSEQUENCED_BYTES_MAX) throw new AuditUnavailable('the audit log cannot keep up')
    // Three bytes a code unit at most: only a long entry need be measured.
    if (entry.length * 3 > ENTRY_BYTES_MAX && Buffer.byteLength(entry) > ENTRY_BYTES_MAX) {
      throw new RangeError(`an entry has at most ${ENTRY_BYTES_MAX} bytes`)
    }
    return this.#writer.append(entry, soon)
  }

  async publish(): Promise<void> {
    await this.#writer.idle()
    while (this.#sequencing !== undefined) await this.#sequencing
    await this.#sequenceNow()
    if (this.#state === 'failed') throw new AuditUnavailable('the audit log has failed')
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const wasFailed = this.#state === 'failed'
    if (!wasFailed) this.#state = 'closing'
    clearTimeout(this.#timer)
    await this.#writer.idle()
    while (this.#sequencing !== undefined) await this.#sequencing
    await this.#sequenceNow()
    try {
      await this.#putAway()
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error('closing failed'))
    } finally {
      await this.#release()
    }
    if (this.#hasFailed() && !wasFailed) throw new AuditUnavailable('the audit log failed while it was closed')
  }

  async #putAway(): Promise<void> {
    const { fd, path } = this.#writer.segment
    await this.#disk.close(fd)
    if (this.#prepared !== undefined) await this.#disk.close(this.#prepared.fd)
    if (this.#hasFailed()) return
    // Everything is under a checkpoint now.
    await this.#disk.remove(path)
    if (this.#prepared !== undefined) await this.#disk.remove(this.#prepared.path)
    this.#state = 'closed'
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#sequencing !== undefined || this.#state !== 'open') return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#sequenceNow()
    }, this.#intervalMs)
    this.#timer.unref()
  }

  #sequenceNow(): Promise<void> {
    this.#sequencing ??= this.#sequence()
      .catch((error: unknown) => this.#fail(error instanceof Error ? error : new Error('sequencing failed')))
      .finally(() => {
        this.#sequencing = undefined
        if (this.#batches.length > 0) this.#arm()
      })
    return this.#sequencing
  }

  /** The write-ahead log is the staging: from it and the lock, start-up derives the same tiles again. */
  async #sequence(): Promise<void> {
    if (this.#batches.length === 0 || this.#hasFailed()) return
    const batches = this.#batches
    this.#batches = []
    const from = this.#committed.checkpoint.size
    const files = await this.#extend(batches)
    const checkpoint = { origin: this.origin, size: this.#edge.size, root: this.#edge.root() }
    const next = await commitment(this.#signer, from, checkpoint)
    if (this.#hasFailed()) return

    // The commit point. Crash before: these entries wait in the write-ahead log. Crash behind: start-up finishes the rest.
    this.#committed = await swap(this.#disk, this.#dir, this.#committed, next)
    await applyTiles(this.#disk, this.#dir, files, this.#folders)
    for (const file of files) this.#edge.recycle(file)
    // Last: readers see only what is whole.
    await publish(this.#disk, this.#dir, next.note)
    await dropPartials(this.#disk, this.#dir, from, checkpoint.size)
    await this.#dropSegments()
    if (this.#writer.position > SEGMENT_BYTES && this.#state === 'open') await this.#prepareSegment()
  }

  async #extend(batches: readonly Batch[]): Promise<TileFile[]> {
    const files: TileFile[] = []
    let since = performance.now()
    for (const { entry } of entriesOf(batches, this.#edge.size)) {
      this.#edge.add(entry, files)
      if (performance.now() - since < SLICE_MS) continue
      await nextTurn()
      since = performance.now()
    }
    for (const { payload } of batches) {
      this.#unsequencedBytes -= payload.length
      this.#writer.sequenced(payload)
    }
    files.push(...this.#edge.partials())
    return files
  }

  async #dropSegments(): Promise<void> {
    // Oldest first: a crash in between leaves a log that still has no gap.
    for (let oldest = this.#written[0]; oldest !== undefined; oldest = this.#written[0]) {
      if (oldest.end > this.committedSize) return
      await this.#disk.remove(oldest.path)
      this.#written.shift()
    }
  }

  async #prepareSegment(): Promise<void> {
    if (this.#prepared !== undefined) return
    const prepared = await openSegment(this.#disk, this.#dir, this.#writer.segment.number + 1)
    this.#prepared = prepared
    this.#writer.turn(prepared, (last, end) => {
      this.#prepared = undefined
      this.#written.push({ path: last.path, end })
      this.#disk
        .close(last.fd)
        .catch((error: unknown) => this.#fail(error instanceof Error ? error : new Error('close')))
    })
  }

  #hasFailed(): boolean {
    return this.#state === 'failed'
  }

  #fail(error: Error): void {
    if (this.#state === 'failed') return
    this.#state = 'failed'
    clearTimeout(this.#timer)
    this.#writer.fail(new AuditUnavailable('the audit log failed', { cause: error }))
    this.#onFatal(error)
  }
}
