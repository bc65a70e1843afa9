import { readBundle } from './bundle.js'
import { ENTRY_BYTES_MAX, levelsOf, TILE_WIDTH, tilePath, tileWidth } from './tiles.js'
import { foldPeaks, HASH_BYTES, peaksOf, perfectRoot, type Tree } from './tree.js'

export interface TileFile {
  readonly path: string
  readonly data: Uint8Array
}

const SPARE_MAX = 64

interface Row {
  readonly hashes: Uint8Array
  width: number
  /** Index of the tile that this row will fill. */
  index: number
}

/**
 * The right edge of a tiled log: grows an entry at a time, hands out each tile as it fills, and knows root and partial
 * tiles at the present size. What it holds in memory is one tile a level and one bundle.
 */
export class TileTree {
  readonly #tree: Tree
  readonly #rows: Row[] = []
  #bundle: Uint8Array = new Uint8Array(64 * 1024)
  #bundleLength = 0
  /** Memory of bundles that were written out. */
  readonly #spare: ArrayBufferLike[] = []
  /** Memory of bundles that are with the caller: what is not here is not ours to use again. */
  readonly #lent = new WeakSet<ArrayBufferLike>()
  #size = 0

  constructor(tree: Tree) {
    this.#tree = tree
  }

  get size(): number {
    return this.#size
  }

  /** Pushes the tiles and the bundle that this entry completed, if any, to `full`. */
  add(entry: Uint8Array, full: TileFile[]): void {
    if (entry.length > ENTRY_BYTES_MAX) throw new RangeError('an entry is at most 65535 bytes')
    this.#remember(entry)
    this.#size++
    const row = this.#push(0, this.#tree.leaf(entry))
    if (row.width < TILE_WIDTH) return
    full.push({ path: tilePath('entries', row.index), data: this.#bundle.subarray(0, this.#bundleLength) })
    this.#lent.add(this.#bundle.buffer)
    this.#bundle = new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(this.#bundle.length))
    this.#bundleLength = 0
    this.#complete(0, row, full)
  }

  /**
   * Takes back the memory of a bundle that `add` handed out, once nobody reads it any more. Optional: a busy log fills
   * megabytes a second, and what is not given back waits for the garbage collector.
   */
  recycle({ data }: TileFile): void {
    if (this.#lent.delete(data.buffer) && this.#spare.length < SPARE_MAX) this.#spare.push(data.buffer)
  }

  root(): Uint8Array {
    const peaks: Uint8Array[] = []
    for (let level = this.#rows.length - 1; level >= 0; level--) {
      const row = this.#rows[level]
      if (row !== undefined) peaks.push(...peaksOf(this.#tree, row.hashes, row.width))
    }
    return foldPeaks(this.#tree, peaks)
  }

  /** The partial tiles that a checkpoint of the present size needs. Empty tiles are none. */
  partials(): TileFile[] {
    const files: TileFile[] = []
    const leaves = this.#rows[0]
    if (leaves !== undefined && leaves.width > 0) {
      const path = tilePath('entries', leaves.index, leaves.width)
      files.push({ path, data: this.#bundle.slice(0, this.#bundleLength) })
    }
    this.#rows.forEach((row, level) => {
      if (row.width === 0) return
      files.push({ path: tilePath(level, row.index, row.width), data: row.hashes.slice(0, row.width * HASH_BYTES) })
    })
    return files
  }

  /**
   * The edge of a log of that size, from its own tiles. Undefined where one is missing or malformed. Nothing is proven by
   * that: ask `root()`.
   */
  static async load(
    tree: Tree,
    size: number,
    read: (path: string) => Promise<Uint8Array | undefined>,
  ): Promise<TileTree | undefined> {
    const edge = new TileTree(tree)
    for (let level = 0; level < levelsOf(size); level++) {
      const row = edge.#row(level)
      row.index = Math.floor(size / TILE_WIDTH ** (level + 1))
      row.width = tileWidth(size, level, row.index)
      if (row.width === 0) continue
      const tile = await readTile(read, level, row.index, row.width)
      if (tile === undefined || tile.length < row.width * HASH_BYTES) return undefined
      row.hashes.set(tile.subarray(0, row.width * HASH_BYTES))
    }
    const leaves = edge.#rows[0]
    if (leaves !== undefined && leaves.width > 0) {
      const bundle = await readTile(read, 'entries', leaves.index, leaves.width)
      const entries = bundle === undefined ? [] : readBundle(bundle).entries.slice(0, leaves.width)
      if (entries.length < leaves.width) return undefined
      for (const entry of entries) edge.#remember(entry)
    }
    edge.#size = size
    return edge
  }

  #row(level: number): Row {
    let row = this.#rows[level]
    if (row === undefined) {
      row = { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), width: 0, index: 0 }
      this.#rows[level] = row
    }
    return row
  }

  #push(level: number, hash: Uint8Array): Row {
    const row = this.#row(level)
    row.hashes.set(hash, row.width * HASH_BYTES)
    row.width++
    return row
  }

  #complete(level: number, row: Row, full: TileFile[]): void {
    full.push({ path: tilePath(level, row.index), data: row.hashes.slice() })
    const above = this.#push(level + 1, perfectRoot(this.#tree, row.hashes, 0, TILE_WIDTH))
    row.width = 0
    row.index++
    if (above.width === TILE_WIDTH) this.#complete(level + 1, above, full)
  }

  #remember(entry: Uint8Array): void {
    const needed = this.#bundleLength + 2 + entry.length
    if (needed > this.#bundle.length) {
      const larger = new Uint8Array(needed * 2)
      larger.set(this.#bundle.subarray(0, this.#bundleLength))
      this.#bundle = larger
    }
    this.#bundle[this.#bundleLength] = entry.length >> 8
    this.#bundle[this.#bundleLength + 1] = entry.length & 0xff
    this.#bundle.set(entry, this.#bundleLength + 2)
    this.#bundleLength = needed
  }
}

/** "MAY fetch the full tile in parallel as a fallback in case the partial tile is not available anymore." */
export async function readTile(
  read: (path: string) => Promise<Uint8Array | undefined>,
  level: number | 'entries',
  index: number,
  width: number,
): Promise<Uint8Array | undefined> {
  const tile = await read(tilePath(level, index, width))
  return tile === undefined && width < TILE_WIDTH ? await read(tilePath(level, index)) : tile
}
