import { ENTRY_BYTES_MAX } from './tiles.js'

/** "Entry bundles are sequences of big-endian uint16 length-prefixed log entries." */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const entry of entries) length += 2 + entry.length
  const bundle = new Uint8Array(length)
  let at = 0
  for (const entry of entries) {
    if (entry.length > ENTRY_BYTES_MAX) throw new RangeError('an entry is at most 65535 bytes')
    bundle[at] = entry.length >> 8
    bundle[at + 1] = entry.length & 0xff
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

export interface ReadBundle {
  readonly entries: readonly Uint8Array[]
  /** False where the bytes end within an entry; `entries` are those before. */
  readonly whole: boolean
}

export function readBundle(bundle: Uint8Array): ReadBundle {
  const entries: Uint8Array[] = []
  let at = 0
  while (at + 2 <= bundle.length) {
    const end = at + 2 + (((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0))
    if (end > bundle.length) break
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  return { entries, whole: at === bundle.length }
}
