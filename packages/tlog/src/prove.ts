import { readBundle } from './bundle.js'
import { utf8Text } from './bytes.js'
import { openCheckpoint } from './checkpoint.js'
import { consistencyRanges, inclusionRanges, proofOver, verifyConsistency, verifyInclusion } from './proofs.js'
import { type LogReader, tileSource } from './reader.js'
import { formatReceipt } from './receipt.js'
import { type Suite, webSuite } from './suite.js'
import { readTile } from './tile-tree.js'
import { TILE_WIDTH, tileWidth } from './tiles.js'
import { createTree } from './tree.js'
import type { VerifierKey } from './vkey.js'

export type Proven =
  | { readonly kind: 'ok'; readonly receipt: string; readonly entry: Uint8Array }
  | { readonly kind: 'refused'; readonly why: string }

export interface ProveOptions {
  readonly extra?: Uint8Array
  readonly suite?: Suite
}

/** A receipt for an entry, from the tiles of a log. It is checked before it is handed out. */
export async function prove(
  reader: LogReader,
  index: number,
  vkey: VerifierKey,
  options: ProveOptions = {},
): Promise<Proven> {
  const suite = options.suite ?? webSuite
  const note = await reader('checkpoint')
  if (note === undefined) return refused('the log has no checkpoint yet')
  const opened = await openCheckpoint(note, vkey, suite.verify)
  if (opened.kind === 'refused') return refused(`the checkpoint does not hold: ${opened.why}`)
  const { size, root } = opened.checkpoint
  if (!Number.isSafeInteger(index) || index < 0) return refused('an index is a whole number')
  if (index >= size) return refused(`the checkpoint covers ${size} entries, so entry ${index} is not in it yet`)

  const tileIndex = Math.floor(index / TILE_WIDTH)
  const bundle = await readTile(reader, 'entries', tileIndex, tileWidth(size, 'entries', tileIndex))
  const entry = bundle === undefined ? undefined : readBundle(bundle).entries[index % TILE_WIDTH]
  if (entry === undefined) return refused(`entry ${index} cannot be read`)

  const tree = createTree(suite.hash)
  let proof: Uint8Array[]
  try {
    proof = await proofOver(tree, tileSource(tree, reader, size), inclusionRanges(index, size))
  } catch (error) {
    return refused(error instanceof Error ? error.message : 'a hash tile cannot be read')
  }
  if (!verifyInclusion(tree, { index, size, leafHash: tree.leaf(entry), root, proof })) {
    return refused(`the tiles do not prove entry ${index}: verify the log`)
  }
  const { extra } = options
  const parts = { index, proof, checkpoint: utf8Text(note) ?? '' }
  return {
    kind: 'ok',
    receipt: formatReceipt(extra === undefined ? parts : { ...parts, extra }),
    entry: Uint8Array.from(entry),
  }
}

/** Whether the tiles of a log prove that an older, non-empty tree is a prefix of a later one. */
export async function proveConsistency(
  reader: LogReader,
  older: { readonly size: number; readonly root: Uint8Array },
  later: { readonly size: number; readonly root: Uint8Array },
  suite: Suite = webSuite,
): Promise<readonly Uint8Array[] | undefined> {
  if (older.size < 1 || older.size > later.size) return undefined
  const tree = createTree(suite.hash)
  try {
    const ranges = consistencyRanges(older.size, later.size)
    const proof = await proofOver(tree, tileSource(tree, reader, later.size), ranges)
    const said = { older: older.size, olderRoot: older.root, size: later.size, root: later.root, proof }
    return verifyConsistency(tree, said) ? proof : undefined
  } catch {
    return undefined
  }
}

function refused(why: string): Proven {
  return { kind: 'refused', why }
}
