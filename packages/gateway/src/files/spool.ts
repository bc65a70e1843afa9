import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorName, proceed, refuse, type Step } from '../spec/index.js'

const WRITE_BYTES = 256 * 1024
const READ_BYTES = 64 * 1024

/** Bytes that are too many to be held: on the disk, below a name that is gone, so that whatever happens nothing of them stays. */
export interface Spool {
  readonly length: number
  write(bytes: Buffer): Promise<Step<undefined>>
  /**
   * All was written.
   *
   * @returns SHA-256 of it, hexadecimal
   */
  finish(): Promise<Step<string>>
  /** All of it, from the beginning. */
  read(): AsyncGenerator<Buffer>
  close(): Promise<void>
}

/** What a spool needs of a file. */
export type SpoolFile = Pick<FileHandle, 'read' | 'write' | 'close'>

export interface Spools {
  open(): Promise<Step<Spool>>
}

/** At a time, of all callers: an upload has two. */
const OPEN_MAX = 32

/** @param openFile throws where it cannot be made */
export function createSpools(openFile: () => Promise<SpoolFile>): Spools {
  let open = 0
  return {
    async open() {
      if (open >= OPEN_MAX) return refuse('overloaded', `spool: ${open} are open`, NO_ROOM)
      open += 1
      try {
        return proceed(new FileSpool(await openFile(), () => open--))
      } catch (error) {
        open -= 1
        return noRoom(error)
      }
    },
  }
}

/** Makes files in a folder that nobody finds there. */
export function unlinkedFiles(folder: string): () => Promise<SpoolFile> {
  return async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, randomBytes(16).toString('hex'))
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants
    const file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    try {
      await unlink(path)
    } catch (error) {
      await file.close()
      throw error
    }
    return file
  }
}

class FileSpool implements Spool {
  readonly #file: SpoolFile
  readonly #hash = createHash('sha256')
  #pending: Buffer[] = []
  #pendingBytes = 0
  #written = 0

  readonly #closed: () => void

  constructor(file: SpoolFile, closed: () => void) {
    this.#file = file
    this.#closed = closed
  }

  get length(): number {
    return this.#written + this.#pendingBytes
  }

  async write(bytes: Buffer): Promise<Step<undefined>> {
    if (bytes.length === 0) return DONE
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    return this.#pendingBytes < WRITE_BYTES ? DONE : await this.#flush()
  }

  async finish(): Promise<Step<string>> {
    const flushed = await this.#flush()
    return flushed.kind === 'refuse' ? flushed : proceed(this.#hash.digest('hex'))
  }

  async *read(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#written; ) {
      // A buffer of its own: lines that are judged are parts of it, and may be waited for.
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#written - at))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw new RangeError('a spool is shorter than was written')
      at += bytesRead
      yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead)
    }
  }

  async close(): Promise<void> {
    this.#pending = []
    try {
      await this.#file.close()
    } finally {
      this.#closed()
    }
  }

  async #flush(): Promise<Step<undefined>> {
    const bytes = Buffer.concat(this.#pending, this.#pendingBytes)
    this.#pending = []
    this.#pendingBytes = 0
    this.#hash.update(bytes)
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#written)
        at += bytesWritten
        this.#written += bytesWritten
      }
      return DONE
    } catch (error) {
      return noRoom(error)
    }
  }
}

const DONE: Step<undefined> = proceed(undefined)

const NO_ROOM = { message: 'The gateway has no room to inspect this upload at the moment.' } as const

function noRoom(error: unknown): Step<never> {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return refuse('overloaded', `spool: ${typeof code === 'string' ? code : errorName(error)}`, NO_ROOM)
}
