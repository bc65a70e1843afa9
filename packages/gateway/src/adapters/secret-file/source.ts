import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type SecretSource, SecretUnreadable } from '../../spec/index.js'

/** Read again at most once a second: a rotated key counts within a second, a busy one costs no read a call. */
const FRESH_MS = 1000

const BYTES_MAX = 16 * 1024

/** A file that holds a secret and nothing else. Replacing the file, in one step or by a link, rotates it. */
export function createFileSecret(path: string): SecretSource {
  return {
    kind: 'file',
    freshMs: FRESH_MS,
    read() {
      // An editor's or `echo`'s newline at the end is not part of the secret.
      const text = bytesOf(path).toString('utf8').trim()
      if (text === '') throw new SecretUnreadable(`the file \`${path}\` is empty`)
      return text
    },
  }
}

function bytesOf(path: string): Buffer {
  let file: number
  try {
    // Without waiting: a pipe that nobody writes to would hold up every caller.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw new SecretUnreadable(`the file \`${path}\` cannot be read (${codeOf(error)})`)
  }
  try {
    if (!fstatSync(file).isFile()) throw new SecretUnreadable(`\`${path}\` is no file`)
    const bytes = Buffer.alloc(BYTES_MAX + 1)
    const length = readSync(file, bytes, 0, bytes.length, 0)
    if (length > BYTES_MAX) throw new SecretUnreadable(`the file \`${path}\` is larger than 16KiB`)
    return bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
