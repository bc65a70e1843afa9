import { readBundle } from './bundle.js'
import { equalBytes } from './bytes.js'
import { type Checkpoint, openCheckpoint } from './checkpoint.js'
import type { LogReader } from './reader.js'
import { type Suite, webSuite } from './suite.js'
import { readTile } from './tile-tree.js'
import { levelsOf, TILE_WIDTH, tilePath, tileWidth } from './tiles.js'
import { CompactRange, createTree, HASH_BYTES, hashAt, perfectRoot, type Tree } from './tree.js'
import type { VerifierKey } from './vkey.js'

export type Verified =
  | { readonly kind: 'ok'; readonly size: number; readonly root: Uint8Array }
  | {
      readonly kind: 'broken'
      /** The first entry that does not hold. Absent where no one entry is at fault: a signature, a root. */
      readonly at?: number
      readonly what: string
    }

export interface VerifyOptions {
  /** An older checkpoint of this log, as a signed note: it must be a prefix of what is there now. */
  readonly against?: Uint8Array
  /**
   * Compare the partial tiles of older checkpoints too, where they still lie beside a tile that is not full yet. For a folder alone: over HTTP "clients MUST
   * NOT fetch arbitrary partial tiles".
   */
  readonly olderPartials?: boolean
  readonly suite?: Suite
  /** Called now and then with the number of entries that were read. */
  readonly progress?: (entries: number) => void
}

/**
 * Re-derives a log from its entries alone: leaf hashes, hash tiles of every level, root, signed checkpoint.
 *
 * Cannot see: entries that no checkpoint covers yet; a log rewritten whole by the holder of its key, or an older state put
 * back, unless `against` holds a checkpoint from before.
 */
export async function verifyLog(reader: LogReader, vkey: VerifierKey, options: VerifyOptions = {}): Promise<Verified> {
  const suite = options.suite ?? webSuite
  const note = await reader('checkpoint')
  if (note === undefined) return { kind: 'broken', what: 'there is no checkpoint' }
  const opened = await openCheckpoint(note, vkey, suite.verify)
  if (opened.kind === 'refused') return { kind: 'broken', what: `the checkpoint does not hold: ${opened.why}` }
  const { checkpoint } = opened

  let older: Checkpoint | undefined
  if (options.against !== undefined) {
    const before = await openCheckpoint(options.against, vkey, suite.verify)
    if (before.kind === 'refused') return { kind: 'broken', what: `the older checkpoint does not hold: ${before.why}` }
    older = before.checkpoint
    if (older.size > checkpoint.size) {
      const what = `the log was cut short: an older checkpoint covers ${older.size} entries, this one ${checkpoint.size}`
      return { kind: 'broken', at: checkpoint.size, what }
    }
  }
  return await new Verification(reader, createTree(suite.hash), checkpoint, older, options).run()
}

class Verification {
  readonly #reader: LogReader
  readonly #tree: Tree
  readonly #checkpoint: Checkpoint
  readonly #older: Checkpoint | undefined
  readonly #options: VerifyOptions
  /** Hashes of each level's tile under way, re-derived from entries and nothing else. */
  readonly #rows: Uint8Array[] = []
  readonly #range: CompactRange
  #first: { readonly at: number; readonly what: string; readonly tile: boolean } | undefined

  constructor(
    reader: LogReader,
    tree: Tree,
    checkpoint: Checkpoint,
    older: Checkpoint | undefined,
    options: VerifyOptions,
  ) {
    this.#reader = reader
    this.#tree = tree
    this.#checkpoint = checkpoint
    this.#older = older
    this.#options = options
    this.#range = new CompactRange(tree)
  }

  async run(): Promise<Verified> {
    const { size, root } = this.#checkpoint
    let prefix = this.#older === undefined || (this.#older.size === 0 && this.#range.holds(this.#older.root))
    for (let index = 0; index * TILE_WIDTH < size; index++) {
      const width = tileWidth(size, 'entries', index)
      const entries = await this.#entries(index, width)
      for (const entry of entries) {
        const leafHash = this.#tree.leaf(entry)
        this.#rowOf(0).set(leafHash, (this.#range.size % TILE_WIDTH) * HASH_BYTES)
        this.#range.add(leafHash)
        if (this.#older !== undefined && this.#range.size === this.#older.size) {
          prefix = this.#range.holds(this.#older.root)
        }
      }
      await this.#compare(0, index, entries.length)
      // What follows an unreadable entry cannot be derived any more.
      if (entries.length < width) return this.#broken()
      if (width === TILE_WIDTH) await this.#climb(0, index)
      this.#options.progress?.(this.#range.size)
    }
    for (let level = 1; level < levelsOf(size); level++) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1))
      await this.#compare(level, index, tileWidth(size, level, index))
    }

    const holds = this.#range.holds(root)
    // The root is right: then it is the hash tile that lies, not the entry it speaks of.
    if (this.#first !== undefined) return this.#broken(holds && this.#first.tile)
    if (!holds) return { kind: 'broken', what: 'entries and hash tiles agree, but not with the signed root' }
    if (!prefix) {
      return { kind: 'broken', what: `the older checkpoint of ${this.#older?.size} entries is no prefix of this log` }
    }
    return { kind: 'ok', size, root }
  }

  async #entries(index: number, width: number): Promise<readonly Uint8Array[]> {
    const from = index * TILE_WIDTH
    const path = tilePath('entries', index, width)
    const exact = await this.#reader(path)
    const bundle = exact ?? (width < TILE_WIDTH ? await this.#reader(tilePath('entries', index)) : undefined)
    if (bundle === undefined) {
      this.#found(from, `the entry bundle ${path} is missing`)
      return []
    }
    const { entries, whole } = readBundle(bundle)
    if (entries.length < width) this.#found(from + entries.length, `the entry bundle ${path} is cut short`)
    else if (exact !== undefined && (entries.length > width || !whole)) {
      this.#found(from + width - 1, `the entry bundle ${path} goes on behind its last entry`)
    }
    if (this.#options.olderPartials === true && width < TILE_WIDTH) {
      await this.#olderBundles(index, bundle, entries, width)
    }
    return entries.slice(0, width)
  }

  /** Compares a re-derived row with the tile that the log shows, and finds the first entry it disagrees about. */
  async #compare(level: number, index: number, width: number): Promise<void> {
    if (width === 0) return
    const row = this.#rowOf(level)
    const shown = tileWidth(this.#checkpoint.size, level, index)
    const path = tilePath(level, index, shown)
    const exact = await this.#reader(path)
    const tile = exact ?? (shown < TILE_WIDTH ? await readTile(this.#reader, level, index, TILE_WIDTH) : undefined)
    const first = (at: number): number => (index * TILE_WIDTH + at) * TILE_WIDTH ** level
    if (tile === undefined) {
      this.#found(first(0), `the hash tile ${path} is missing`, true)
      return
    }
    this.#compareRow(row, tile, width, level, index, path)
    if (exact !== undefined && exact.length !== shown * HASH_BYTES) {
      const at = Math.min(Math.floor(exact.length / HASH_BYTES), shown - 1)
      this.#found(first(at), `the hash tile ${path} has ${exact.length} bytes, not ${shown * HASH_BYTES}`, true)
    }
    if (this.#options.olderPartials !== true || shown === TILE_WIDTH) return
    for (let older = 1; older < shown; older++) {
      const partialPath = tilePath(level, index, older)
      const partial = await this.#reader(partialPath)
      if (partial === undefined) continue
      this.#compareRow(row, partial, Math.min(older, width), level, index, partialPath)
      if (partial.length !== older * HASH_BYTES)
        this.#found(first(0), `the hash tile ${partialPath} has a wrong length`)
    }
  }

  #compareRow(row: Uint8Array, tile: Uint8Array, width: number, level: number, index: number, path: string): void {
    for (let at = 0; at < width; at++) {
      if (equalBytes(hashAt(row, at), hashAt(tile, at))) continue
      const span = TILE_WIDTH ** level
      const entry = (index * TILE_WIDTH + at) * span
      // A fault below explains this one, and says more precisely where.
      if (this.#first !== undefined && this.#first.at >= entry && this.#first.at < entry + span) continue
      const what = level === 0 ? `entry ${entry} does not have the hash that ${path} names` : `${path} does not hold`
      this.#found(entry, what, true)
      return
    }
  }

  async #olderBundles(index: number, bundle: Uint8Array, entries: readonly Uint8Array[], width: number): Promise<void> {
    let length = 0
    for (let older = 1; older < width; older++) {
      const entry = entries[older - 1]
      if (entry === undefined) return
      length += 2 + entry.length
      const path = tilePath('entries', index, older)
      const partial = await this.#reader(path)
      if (partial === undefined || equalBytes(partial, bundle.subarray(0, length))) continue
      const theirs = readBundle(partial).entries
      const at = entries.findIndex((ours, i) => i >= older || !equalBytes(ours, theirs[i] ?? new Uint8Array(0)))
      this.#found(index * TILE_WIDTH + Math.min(Math.max(at, 0), older - 1), `the older bundle ${path} differs`)
    }
  }

  async #climb(level: number, index: number): Promise<void> {
    const above = this.#rowOf(level + 1)
    above.set(perfectRoot(this.#tree, this.#rowOf(level), 0, TILE_WIDTH), (index % TILE_WIDTH) * HASH_BYTES)
    if (index % TILE_WIDTH !== TILE_WIDTH - 1) return
    const tile = Math.floor(index / TILE_WIDTH)
    await this.#compare(level + 1, tile, TILE_WIDTH)
    await this.#climb(level + 1, tile)
  }

  #rowOf(level: number): Uint8Array {
    const row = this.#rows[level] ?? new Uint8Array(TILE_WIDTH * HASH_BYTES)
    this.#rows[level] = row
    return row
  }

  #found(at: number, what: string, tile = false): void {
    if (this.#first === undefined || at < this.#first.at) this.#first = { at, what, tile }
  }

  #broken(tileLies = false): Verified {
    const { at, what } = this.#first ?? { at: this.#range.size, what: 'the entries end early' }
    return { kind: 'broken', at, what: tileLies ? `${what}; the entries agree with the signed root` : what }
  }
}
