import { join } from 'node:path'
import {
  type Checkpoint,
  formatVkey,
  openCheckpoint,
  peekCheckpoint,
  signCheckpoint,
  type VerifierKey,
} from '@ostiary/tlog'
import { type nodeSigner, nodeSuite } from '@ostiary/tlog/node'
import type { Disk } from './disk.js'
import { replaceFile } from './files.js'
import { LOCK } from './layout.js'
import { FsLogRefused } from './refused.js'

export type Signer = ReturnType<typeof nodeSigner>

/** The committed state of a log: what its lock file says. */
export interface Committed {
  readonly checkpoint: Checkpoint
  /** Up to here tiles and bundles are known to be whole; from here to the checkpoint they may have to be written again. */
  readonly applied: number
  /** The checkpoint as a signed note. */
  readonly note: string
  /** The lock file, byte for byte: who swaps must name what it takes the place of. */
  readonly text: string
}

export async function commitment(signer: Signer, applied: number, checkpoint: Checkpoint): Promise<Committed> {
  const note = await signCheckpoint(checkpoint, signer)
  return { checkpoint, applied, note, text: `applied ${applied}\n${note}` }
}

/**
 * Swaps the lock. The read before the rename is what stops a second sequencer that the process lock could not see. What a
 * failed swap left behind is unknown, so it is fatal.
 */
export async function swap(disk: Disk, dir: string, held: Committed | undefined, next: Committed): Promise<Committed> {
  const path = join(dir, LOCK)
  const found = await disk.read(path)
  if (found?.toString('utf8') !== held?.text) throw new Error('the lock of the log was moved by somebody else')
  await replaceFile(disk, path, Buffer.from(next.text))
  await disk.sync(dir)
  return next
}

export async function readCommitted(disk: Disk, dir: string, vkey: VerifierKey): Promise<Committed | undefined> {
  const parsed = await peekCommitted(disk, dir)
  if (parsed === undefined) return undefined
  const { origin } = parsed.checkpoint
  if (origin !== vkey.name) throw new FsLogRefused('origin_differs', `it says \`${origin}\``)
  const opened = await openCheckpoint(Buffer.from(parsed.note), vkey, nodeSuite.verify)
  if (opened.kind === 'ok') return parsed
  if (opened.why === 'no_known_signature') throw new FsLogRefused('key_differs', `this one is ${formatVkey(vkey)}`)
  throw new FsLogRefused('lock_malformed', opened.why)
}

/** The lock as it stands, its signature believed by nobody yet. */
async function peekCommitted(disk: Disk, dir: string): Promise<Committed | undefined> {
  const data = await disk.read(join(dir, LOCK))
  if (data === undefined) return undefined
  const text = data.toString('utf8')
  const [line = '', decimal] = /^applied (0|[1-9][0-9]{0,15})\n/.exec(text) ?? []
  const note = text.slice(line.length)
  const checkpoint = peekCheckpoint(Buffer.from(note))
  const applied = Number(decimal)
  if (decimal === undefined || checkpoint === undefined || applied > checkpoint.size) {
    throw new FsLogRefused('lock_malformed')
  }
  return { checkpoint, applied, note, text }
}
