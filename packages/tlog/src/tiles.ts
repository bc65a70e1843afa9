import { isIndex } from './bytes.js'

/** C2SP tlog-tiles. */
export const TILE_WIDTH = 256
export const ENTRY_BYTES_MAX = 65_535

export type TileLevel = number | 'entries'

/**
 * "encoded into zero-padded 3-digit path elements. All but the last path element MUST begin with an x":
 * `tile/0/x001/x234/067.p/8`. Without a width, or with the full one, the path of the full tile.
 */
export function tilePath(level: TileLevel, index: number, width: number = TILE_WIDTH): string {
  if (!isIndex(index)) throw new RangeError('a tile index is a whole number')
  if (level !== 'entries' && !(isIndex(level) && level < 64)) throw new RangeError('a tile level is between 0 and 63')
  if (!isIndex(width) || width < 1 || width > TILE_WIDTH) throw new RangeError('a tile width is between 1 and 256')
  let path = threeDigits(index % 1000)
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${threeDigits(rest % 1000)}/${path}`
  }
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

export interface TileAddress {
  readonly level: TileLevel
  readonly index: number
  readonly width: number
}

/** Undefined for whatever `tilePath` would not write: two paths for one tile would be two tiles. */
export function parseTilePath(path: string): TileAddress | undefined {
  const parts = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path)
  if (parts === null) return undefined
  const level = parts[1] === 'entries' ? 'entries' : Number(parts[1])
  const index = Number((parts[2] ?? '').replaceAll(/[x/]/g, ''))
  const width = parts[3] === undefined ? TILE_WIDTH : Number(parts[3])
  if (!isIndex(index) || width < 1 || width > TILE_WIDTH || (level !== 'entries' && level > 63)) return undefined
  return tilePath(level, index, width) === path ? { level, index, width } : undefined
}

/** How many hashes stand at a level in a tree of that size: `floor(s / 256**l)`. */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/** Every level that has a hash in a tree of that size. */
export function levelsOf(size: number): number {
  let levels = 0
  while (hashesAtLevel(size, levels) > 0) levels++
  return levels
}

/** The width of a tile in a tree of that size; 0 where the tree has no such tile. */
export function tileWidth(size: number, level: TileLevel, index: number): number {
  const hashes = hashesAtLevel(size, level === 'entries' ? 0 : level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

function threeDigits(value: number): string {
  return String(value).padStart(3, '0')
}
