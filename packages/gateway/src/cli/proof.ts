import { readFileSync } from 'node:fs'
import { type VerifiedReceipt, type VerifierKey, verifyReceipt } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { CommandError, EXIT, type Output } from './output.js'

/** What `audit prove` printed, and the entry that it is about. */
interface Proof {
  readonly proof: string
  readonly entry: Buffer
}

/**
 * Checks what `audit prove` printed against a verifier key, offline. A proof names no entry, so the entry comes beside it: in
 * what `audit prove --json` printed, or from a file of its own that holds the entry's bytes.
 */
export async function verifyProof(
  file: string,
  entryFile: string | undefined,
  vkey: VerifierKey,
  output: Output,
): Promise<number> {
  const { proof, entry } = proofOf(readText(file), entryFile)
  const verified = await verifyReceipt(proof, entry, vkey, nodeSuite)
  if (verified.kind === 'refused') {
    const what = WHY[verified.why]
    output.say(`the proof does not hold: ${what}`)
    output.data({ ok: false, what })
    return EXIT.failed
  }
  const { origin, size } = verified.checkpoint
  output.say(`the proof holds: this is entry ${verified.index} of ${origin}, a log of ${size} entries then`)
  output.data({ ok: true, origin, index: verified.index, size })
  return EXIT.done
}

const WHY: Readonly<Record<Extract<VerifiedReceipt, { kind: 'refused' }>['why'], string>> = {
  malformed: 'it is no tlog-proof, or its checkpoint is none',
  bad_signature: 'the signature of its checkpoint is not of this key',
  no_known_signature: 'its checkpoint is not signed with this key',
  origin_differs: 'its checkpoint is of another log than the key',
  not_included: 'it does not show that this entry is in the log',
}

function proofOf(text: string, entryFile: string | undefined): Proof {
  const said = text.startsWith('{') ? jsonOf(text) : undefined
  // As `audit tail` prints it: its newline is not part of the entry.
  if (entryFile !== undefined) {
    const entry = readText(entryFile).replace(/\r?\n$/, '')
    return { proof: said?.proof ?? text, entry: Buffer.from(entry) }
  }
  if (said?.entry !== undefined) return { proof: said.proof, entry: said.entry }
  throw new CommandError(
    'a proof does not hold its entry: check what `audit prove --json` prints, or give the entry with --entry FILE',
    EXIT.usage,
  )
}

function jsonOf(text: string): { readonly proof: string; readonly entry: Buffer | undefined } {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    read = undefined
  }
  if (typeof read !== 'object' || read === null || !('proof' in read) || typeof read.proof !== 'string')
    throw new CommandError('the file is neither a tlog-proof nor what `audit prove --json` prints')
  // Entries are canonical JSON: read and written again they have the same bytes.
  return { proof: read.proof, entry: 'entry' in read ? Buffer.from(JSON.stringify(read.entry)) : undefined }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`${file} cannot be read (${error instanceof Error && 'code' in error ? error.code : '?'})`)
  }
}
