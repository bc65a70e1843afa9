import { crc32 } from 'node:zlib'
import type { Disk } from './disk.js'
import { segmentNumber, segmentPath, WAL } from './layout.js'
import { FsLogRefused } from './refused.js'

/**
 * A segment is a row of frames, one frame a flush: magic, CRC-32 of all that follows, index of the first entry, count,
 * length, and then the entries in the form of a C2SP entry bundle. Nothing is written behind a frame before that frame is
 * durable, so a damaged frame is an unacknowledged tail if, and only if, no whole frame follows it.
 */
export const FRAME_HEAD = 24
// No byte of UTF-8 is 0xff: what looks like a frame is never within an entry of JSON.
const MAGIC = Buffer.from([0xff, 0x4f, 0x57, 0x31])

export interface Batch {
  readonly first: number
  readonly count: number
  /** The entries, each behind its uint16 length. */
  readonly payload: Buffer
}

/** Fills in the head of a frame whose payload stands already from `start + FRAME_HEAD` to `end`. */
export function sealFrame(slab: Buffer, start: number, end: number, first: number, count: number): void {
  MAGIC.copy(slab, start)
  slab.writeBigUInt64BE(BigInt(first), start + 8)
  slab.writeUInt32BE(count, start + 16)
  slab.writeUInt32BE(end - start - FRAME_HEAD, start + 20)
  slab.writeUInt32BE(crc32(slab.subarray(start + 8, end)), start + 4)
}

export interface Segment {
  readonly number: number
  readonly path: string
  readonly batches: readonly Batch[]
  /** Where the last whole frame ends. */
  readonly end: number
  readonly length: number
  /** Whether a whole frame follows a damaged one: no crash does that. */
  readonly corrupt: boolean
}

function scanSegment(number: number, path: string, data: Buffer): Segment {
  const batches: Batch[] = []
  let end = 0
  for (let batch = frameAt(data, end); batch !== undefined; batch = frameAt(data, end)) {
    batches.push(batch)
    end += FRAME_HEAD + batch.payload.length
  }
  let corrupt = false
  for (let at = data.indexOf(MAGIC, end + 1); at >= 0 && !corrupt; at = data.indexOf(MAGIC, at + 1)) {
    corrupt = frameAt(data, at) !== undefined
  }
  return { number, path, batches, end, length: data.length, corrupt }
}

export async function scanWal(disk: Disk, dir: string): Promise<readonly Segment[]> {
  const numbers: number[] = []
  for (const name of await disk.list(`${dir}/${WAL}`)) {
    const number = segmentNumber(name)
    if (number !== undefined) numbers.push(number)
  }
  numbers.sort((a, b) => a - b)
  const segments: Segment[] = []
  for (const number of numbers) {
    const path = segmentPath(dir, number)
    const data = await disk.read(path)
    // Dropped since we listed: its entries are in tiles by now.
    if (data !== undefined) segments.push(scanSegment(number, path, data))
  }
  return segments
}

/**
 * The batches of all segments in order. Refuses damage before the end, and gaps. A torn tail was never acknowledged; it
 * is not in the result.
 */
export function batchesOf(segments: readonly Segment[]): readonly Batch[] {
  const batches: Batch[] = []
  let next: number | undefined
  let torn: number | undefined
  for (const segment of segments) {
    if (segment.corrupt) throw new FsLogRefused('wal_corrupt', `segment ${segment.number}, byte ${segment.end}`)
    // The segment prepared for the next turn may lie empty behind the one that was torn.
    if (torn !== undefined && segment.length > 0) throw new FsLogRefused('wal_corrupt', `the end of segment ${torn}`)
    if (segment.end < segment.length) torn = segment.number
    for (const batch of segment.batches) {
      if (next !== undefined && batch.first !== next) {
        throw new FsLogRefused('wal_gap', `entry ${batch.first} follows entry ${next - 1}`)
      }
      next = batch.first + batch.count
      batches.push(batch)
    }
  }
  return batches
}

export function endOf(batches: readonly Batch[]): number | undefined {
  const last = batches.at(-1)
  return last === undefined ? undefined : last.first + last.count
}

/** Entries of batches from an index on, with their indexes. */
export function* entriesOf(batches: Iterable<Batch>, from = 0): Generator<{ index: number; entry: Buffer }> {
  for (const { first, count, payload } of batches) {
    if (first + count <= from) continue
    let at = 0
    for (let index = first; index < first + count; index++) {
      const end = at + 2 + payload.readUInt16BE(at)
      if (index >= from) yield { index, entry: payload.subarray(at + 2, end) }
      at = end
    }
  }
}

function frameAt(data: Buffer, at: number): Batch | undefined {
  if (at + FRAME_HEAD > data.length || !data.subarray(at, at + 4).equals(MAGIC)) return undefined
  const first = Number(data.readBigUInt64BE(at + 8))
  const count = data.readUInt32BE(at + 16)
  const end = at + FRAME_HEAD + data.readUInt32BE(at + 20)
  if (end > data.length || !Number.isSafeInteger(first + count)) return undefined
  if (crc32(data.subarray(at + 8, end)) !== data.readUInt32BE(at + 4)) return undefined
  return { first, count, payload: data.subarray(at + FRAME_HEAD, end) }
}
