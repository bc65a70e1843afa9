import { dirname, join } from 'node:path'
import { levelsOf, TILE_WIDTH, type TileFile, type TileLevel, tilePath, tileWidth } from '@ostiary/tlog'
import type { Disk } from './disk.js'
import { CHECKPOINT } from './layout.js'

/** Readers see the old file or the new one, whole. The folder is for the caller to sync. */
export async function replaceFile(disk: Disk, path: string, data: Uint8Array): Promise<void> {
  const staged = `${path}.new`
  await disk.write(staged, data)
  await disk.rename(staged, path)
}

/** Writes tiles and bundles. Start-up runs this same function for what a crash left unwritten, so it may run twice. */
export async function applyTiles(
  disk: Disk,
  dir: string,
  files: readonly TileFile[],
  folders: Set<string>,
): Promise<void> {
  const touched = new Set(files.map(({ path }) => dirname(join(dir, path))))
  for (const folder of touched) await ensureFolder(disk, dir, folder, folders)
  const left = files.values()
  const writer = async (): Promise<void> => {
    for (const { path, data } of left) await replaceFile(disk, join(dir, path), data)
  }
  // Side by side: each file takes four turns of the event loop, and under load a turn is long.
  const ends = await Promise.allSettled(Array.from({ length: WRITERS }, writer))
  // All have come to rest, the failed ones too: nothing is written behind the back of whoever takes the log next.
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  for (const folder of touched) await disk.sync(folder)
}

/** Twice the threads of Node's pool: one more would only wait. */
const WRITERS = 8

export async function publish(disk: Disk, dir: string, note: string): Promise<void> {
  const path = join(dir, CHECKPOINT)
  const there = await disk.read(path)
  if (there?.toString('utf8') === note) return
  await replaceFile(disk, path, Buffer.from(note))
  await disk.sync(dir)
}

/** "MAY delete any partial tile once the corresponding full tile is available": those that filled between two sizes. */
export async function dropPartials(disk: Disk, dir: string, from: number, to: number): Promise<void> {
  for (let level = 0; level < levelsOf(to); level++) {
    const span = TILE_WIDTH ** (level + 1)
    // Only the tile that was partial at `from` can have partial files.
    const index = Math.floor(from / span)
    if (Math.floor(to / span) === index) continue
    const kinds: readonly TileLevel[] = level === 0 ? ['entries', 0] : [level]
    for (const kind of kinds) {
      await disk.remove(join(dir, `${tilePath(kind, index)}.p`))
    }
  }
}

/** The first file that a log of that size cannot have, if there is one. */
export async function findAhead(disk: Disk, dir: string, size: number): Promise<string | undefined> {
  const index = Math.floor(size / TILE_WIDTH)
  for (const level of ['entries', 0] satisfies TileLevel[]) {
    const width = tileWidth(size, level, index)
    const names = await disk.list(dirname(join(dir, tilePath(level, index))))
    const full = tilePath(level, index).split('/').at(-1) ?? ''
    if (names.includes(full)) return tilePath(level, index)
    for (const name of await disk.list(join(dir, `${tilePath(level, index)}.p`))) {
      if (/^[0-9]+$/.test(name) && Number(name) > width) return tilePath(level, index, Number(name))
    }
    const next = tilePath(level, index + 1)
    const siblings = await disk.list(dirname(join(dir, next)))
    const nextName = next.split('/').at(-1) ?? ''
    if (siblings.includes(nextName) || siblings.includes(`${nextName}.p`)) return next
  }
  return undefined
}

async function ensureFolder(disk: Disk, dir: string, folder: string, known: Set<string>): Promise<void> {
  if (known.has(folder)) return
  await disk.makeFolder(folder)
  // A new folder is durable when its parent is.
  for (let at = folder; at !== dir && at.length > dir.length; at = dirname(at)) {
    if (known.has(at)) break
    await disk.sync(dirname(at))
    known.add(at)
  }
}
