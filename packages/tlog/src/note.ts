import { base64, concatBytes, equalBytes, parseBase64, utf8, utf8Text } from './bytes.js'
import type { VerifyEd25519 } from './suite.js'
import { isKeyName, type VerifierKey } from './vkey.js'

const SIGNATURES_MAX = 16
const NOTE_BYTES_MAX = 128 * 1024

export interface NoteSignature {
  readonly name: string
  readonly id: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** With its final newline, as it was signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSigner {
  readonly vkey: VerifierKey
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export type OpenedNote =
  | { readonly kind: 'ok'; readonly note: Note }
  | { readonly kind: 'refused'; readonly why: 'malformed' | 'bad_signature' | 'no_known_signature' }

/** C2SP signed-note, the format alone: nobody may believe the text before `openNote` has. */
export function parseNote(bytes: Uint8Array): Note | undefined {
  if (bytes.length > NOTE_BYTES_MAX) return undefined
  const whole = utf8Text(bytes)
  // "MUST NOT contain any ASCII control characters (those below U+0020) other than newline."
  if (whole === undefined || /[\u0000-\u0009\u000b-\u001f]/.test(whole) || !whole.endsWith('\n')) return undefined
  // "the text is separated from the signatures by the last empty line in the note"
  const blank = whole.lastIndexOf('\n\n')
  if (blank < 0) return undefined
  const lines = whole.slice(blank + 2, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) return undefined
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const signature = parseSignature(line)
    if (signature === undefined) return undefined
    signatures.push(signature)
  }
  return { text: whole.slice(0, blank + 1), signatures }
}

export async function openNote(
  bytes: Uint8Array,
  known: readonly VerifierKey[],
  verify: VerifyEd25519,
): Promise<OpenedNote> {
  const note = parseNote(bytes)
  if (note === undefined) return { kind: 'refused', why: 'malformed' }
  const message = utf8(note.text)
  let verified = 0
  for (const { name, id, signature } of note.signatures) {
    const key = known.find((candidate) => candidate.name === name && equalBytes(candidate.id, id))
    // "Verifiers MUST ignore signatures from unknown keys, even if they share a name or ID (but not both)"
    if (key === undefined) continue
    // "If a signature from a known key fails to verify, clients SHOULD reject the whole note."
    const good = signature.length === 64 && (await verify(key.publicKey, message, signature))
    if (!good) return { kind: 'refused', why: 'bad_signature' }
    verified++
  }
  return verified > 0 ? { kind: 'ok', note } : { kind: 'refused', why: 'no_known_signature' }
}

export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text) || utf8Text(utf8(text)) !== text) {
    throw new TypeError('a note is text without control characters that ends in a newline')
  }
  let note = `${text}\n`
  for (const signer of signers) {
    const signature = await signer.sign(utf8(text))
    note += `— ${signer.vkey.name} ${base64(concatBytes([signer.vkey.id, signature]))}\n`
  }
  return note
}

function parseSignature(line: string): NoteSignature | undefined {
  const [dash, name = '', encoded = '', ...more] = line.split(' ')
  const bytes = parseBase64(encoded)
  if (dash !== '—' || !isKeyName(name) || bytes === undefined || bytes.length < 5 || more.length > 0) return undefined
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) }
}
