import { base64, parseBase64, parseDecimal } from './bytes.js'
import { type NoteSigner, openNote, parseNote, signNote } from './note.js'
import type { VerifyEd25519 } from './suite.js'
import { HASH_BYTES } from './tree.js'
import type { VerifierKey } from './vkey.js'

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export type OpenedCheckpoint =
  | { readonly kind: 'ok'; readonly checkpoint: Checkpoint }
  | {
      readonly kind: 'refused'
      readonly why: 'malformed' | 'bad_signature' | 'no_known_signature' | 'origin_differs'
    }

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64(root)}\n`
}

/**
 * C2SP tlog-checkpoint, a note's text. Extension lines are refused: they "are not auditable by log monitors", our logs
 * write none, and what nobody can audit should not hang on a log's signature.
 */
export function parseCheckpointText(text: string): Checkpoint | undefined {
  const lines = text.split('\n')
  const [origin = '', decimal = '', encoded = '', end] = lines
  const size = parseDecimal(decimal)
  const root = parseBase64(encoded)
  if (lines.length !== 4 || end !== '' || origin === '' || size === undefined) return undefined
  return root === undefined || root.length !== HASH_BYTES ? undefined : { origin, size, root }
}

/** What a checkpoint says of itself, believed by nobody yet. */
export function peekCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const note = parseNote(bytes)
  return note === undefined ? undefined : parseCheckpointText(note.text)
}

/** A log's key is named as its origin: a signature of the key under another origin is another log's. */
export async function openCheckpoint(
  bytes: Uint8Array,
  vkey: VerifierKey,
  verify: VerifyEd25519,
): Promise<OpenedCheckpoint> {
  const opened = await openNote(bytes, [vkey], verify)
  if (opened.kind === 'refused') return opened
  const checkpoint = parseCheckpointText(opened.note.text)
  if (checkpoint === undefined) return { kind: 'refused', why: 'malformed' }
  return checkpoint.origin === vkey.name ? { kind: 'ok', checkpoint } : { kind: 'refused', why: 'origin_differs' }
}

export async function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): Promise<string> {
  return await signNote(checkpointText(checkpoint), [signer])
}
