import { peekCheckpoint, readBundle, readTile, TILE_WIDTH, tileWidth } from '@ostiary/tlog'
import { realDisk } from './disk.js'
import { CHECKPOINT } from './layout.js'
import { folderReader } from './reader.js'
import { FsLogRefused } from './refused.js'
import { entriesOf, scanWal } from './wal.js'

export interface IndexedEntry {
  readonly index: number
  readonly entry: Buffer
}

/**
 * Every entry of a log folder from an index on: what the checkpoint covers, then what waits in the write-ahead log. Ends
 * where the log ends now; ask again from the last index + 1 to follow. Verifies nothing. May be used beside a running
 * gateway, and then gives entries of a flush that is under way.
 */
export async function* readEntries(dir: string, from = 0): AsyncGenerator<IndexedEntry> {
  const reader = folderReader(dir)
  let next = from
  // The gateway may drop a segment between the two reads: then its entries are under a newer checkpoint.
  for (let covered = -1; ; ) {
    const note = await reader(CHECKPOINT)
    const size = (note === undefined ? undefined : peekCheckpoint(note)?.size) ?? 0
    while (next < size) {
      const index = Math.floor(next / TILE_WIDTH)
      const width = tileWidth(size, 'entries', index)
      const bundle = await readTile(reader, 'entries', index, width)
      const entries = bundle === undefined ? [] : readBundle(bundle).entries
      if (entries.length < width) throw new FsLogRefused('tiles_missing', `entries from ${next} on`)
      for (const entry of entries.slice(next % TILE_WIDTH, width)) yield { index: next++, entry: Buffer.from(entry) }
    }
    const batches = (await scanWal(realDisk, dir)).flatMap((segment) => segment.batches)
    let gap = false
    for (const { index, entry } of entriesOf(batches, next)) {
      gap = index !== next
      if (gap) break
      next++
      yield { index, entry }
    }
    if (!gap) return
    if (size === covered) throw new FsLogRefused('wal_gap', `entry ${next}`)
    covered = size
  }
}
