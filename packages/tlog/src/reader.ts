import type { HashSource } from './proofs.js'
import { readTile } from './tile-tree.js'
import { TILE_WIDTH, tileWidth } from './tiles.js'
import { HASH_BYTES, perfectRoot, type Tree } from './tree.js'

/** Reads one file of a log by its C2SP path. Undefined where there is none; throws where the place cannot be read. */
export type LogReader = (path: string) => Promise<Uint8Array | undefined>

/** The hashes of a log of that size, from its tiles; throws where a tile is missing or short. */
export function tileSource(tree: Tree, reader: LogReader, size: number): HashSource {
  const held = new Map<string, Promise<Uint8Array | undefined>>()
  return async (height, index) => {
    const level = Math.floor(height / 8)
    const count = 2 ** (height % 8)
    const first = index * count
    const tileIndex = Math.floor(first / TILE_WIDTH)
    const width = tileWidth(size, level, tileIndex)
    const key = `${level}/${tileIndex}`
    const reading = held.get(key) ?? readTile(reader, level, tileIndex, width)
    held.set(key, reading)
    const tile = await reading
    const from = first % TILE_WIDTH
    if (tile === undefined || from + count > width || tile.length < width * HASH_BYTES) {
      throw new Error(`the hash tile of level ${level}, index ${tileIndex} is missing or short`)
    }
    return perfectRoot(tree, tile, from, count)
  }
}
