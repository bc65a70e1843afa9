import { isUtf8 } from 'node:buffer'
import { type Pieces, proceed, type Refusal, refuse, type Step } from '../spec/index.js'
import { boundaryOf, FormReader } from './multipart.js'
import type { Spool, Spools } from './spool.js'

const FIELD_BYTES = 1024

/** A form with one file. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>
  /** Finished; whoever has it closes it. */
  readonly file: Spool
  /** What the caller's name for the file ends in, with its dot; or empty. */
  readonly extension: string
  /** SHA-256 of the file, hexadecimal. */
  readonly digest: string
}

/**
 * Takes a form in, its file to a spool. Fields may stand before the file or behind it: clients send either, so that nothing can
 * be said of a file before all of it is here.
 */
export async function takeForm(
  contentType: string | undefined,
  pieces: Pieces,
  open: () => ReturnType<Spools['open']>,
): Promise<Step<Form>> {
  const boundary = boundaryOf(contentType)
  if (boundary.kind === 'refuse') return boundary
  const opened = await open()
  if (opened.kind === 'refuse') return opened
  const file = opened.value
  let taken: Step<Form> | undefined
  try {
    taken = await taking(new FormReader(boundary.value), pieces, file)
    return taken
  } finally {
    if (taken?.kind !== 'proceed') await file.close()
  }
}

async function taking(reader: FormReader, pieces: Pieces, file: Spool): Promise<Step<Form>> {
  const fields = new Map<string, string>()
  const seen = new Set<string>()
  let extension = ''
  let field: { readonly name: string; readonly bytes: Buffer[]; length: number } | undefined
  for (;;) {
    const piece = await pieces.next()
    if (piece.kind === 'refuse') return piece
    if (piece.value === undefined) break
    for (const event of reader.push(piece.value)) {
      switch (event.kind) {
        case 'refuse':
          return event
        case 'part':
          if (seen.has(event.name)) return bad(`\`${event.name}\` is there twice`)
          if (event.isFile !== (event.name === 'file')) return bad('it has one file, `file`, and other fields')
          seen.add(event.name)
          if (event.isFile) extension = event.extension
          field = event.isFile ? undefined : { name: event.name, bytes: [], length: 0 }
          break
        case 'bytes':
          if (field === undefined) {
            const written = await file.write(event.bytes)
            if (written.kind === 'refuse') return written
          } else {
            field.length += event.bytes.length
            if (field.length > FIELD_BYTES) return bad(`\`${field.name}\` is too long`)
            field.bytes.push(Buffer.from(event.bytes))
          }
          break
        case 'part-end': {
          if (field === undefined) break
          const bytes = Buffer.concat(field.bytes)
          if (!isUtf8(bytes)) return bad(`\`${field.name}\` is not UTF-8`)
          fields.set(field.name, bytes.toString('utf8'))
          break
        }
      }
    }
  }
  const torn = reader.end()
  if (torn !== undefined) return torn
  if (!seen.has('file')) return bad('it has no file')
  const digest = await file.finish()
  return digest.kind === 'refuse' ? digest : proceed({ fields, file, extension, digest: digest.value })
}

function bad(why: string): Refusal {
  return refuse('invalid_request', `the form is refused: ${why}`, {
    message: `The request body is not an acceptable form: ${why}.`,
  })
}
