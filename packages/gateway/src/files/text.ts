import { isUtf8 } from 'node:buffer'
import { proceed, refuse, type Step } from '../spec/index.js'
import type { Spool } from './spool.js'

/** Documents that may be spelt in ASCII alone, with their words behind filters: they are no text. */
const DISGUISED = /%PDF-|^(?:\xef\xbb\xbf)?\s*(?:\{\\rtf|%!PS)/
const HEAD = 1024

/**
 * A file as text, by what is in it: undefined where it is no UTF-8, has characters that no text has, or is a document of another
 * kind in letters.
 *
 * @param atMost bytes of a text; what is no text may be longer
 */
export async function textIn(file: Spool, atMost: number): Promise<Step<Buffer | undefined>> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of file.read()) {
    if (hasControls(piece)) return NONE
    if (length === 0 && DISGUISED.test(piece.toString('latin1', 0, HEAD))) return NONE
    length += piece.length
    if (length <= atMost) pieces.push(Buffer.from(piece))
  }
  if (length > atMost) {
    return refuse('body_too_large', `a text of more than ${atMost} bytes`, {
      message: 'The text is longer than a request may be.',
    })
  }
  const text = Buffer.concat(pieces)
  return isUtf8(text) ? proceed(text) : NONE
}

const NONE: Step<undefined> = proceed(undefined)

function hasControls(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d : byte === 0x7f) return true
  }
  return false
}
