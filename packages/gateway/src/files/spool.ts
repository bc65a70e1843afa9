import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorName, proceed, refuse, type Step } from '../spec/index.js'

const WRITE_BYTES = 128 * 1024
/** Nobody could change a file without a name but us: that it is read is all there is to keep off. */
const CIPHER = 'aes-256-ctr'
const READ_BYTES = 64 * 1024

/**
 * Bytes that are too many to be held: on the disk, below a name that is gone and under a key that is nowhere else, so that whatever
 * happens nobody reads them there.
 */
export interface Spool {
  readonly length: number
  /** The bytes are copied before it is fulfilled. */
  write(bytes: Buffer): Promise<Step<undefined>>
  /**
   * All was written.
   *
   * @returns SHA-256 of it, hexadecimal
   */
  finish(): Promise<Step<string>>
  /**
   * All of it, from the beginning. Each piece is good until the next one is asked for: a large file must not leave as many buffers
   * behind as it has pieces.
   */
  read(): AsyncGenerator<Buffer>
  close(): Promise<void>
}

/** What a spool needs of a file. */
export type SpoolFile = Pick<FileHandle, 'read' | 'write' | 'close'>

export interface Spools {
  /** @param by whose it is */
  open(by: string): Promise<Step<Spool>>
}

/** At a time, of all callers: an upload has two. */
const OPEN_MAX = 32
/** Of one caller: nobody keeps the others out. */
const OWN_MAX = 8

/** @param openFile throws where it cannot be made */
export function createSpools(openFile: () => Promise<SpoolFile>): Spools {
  let open = 0
  const owned = new Map<string, number>()
  const count = (by: string, more: 1 | -1): void => {
    const own = (owned.get(by) ?? 0) + more
    open += more
    if (own === 0) owned.delete(by)
    else owned.set(by, own)
  }
  return {
    async open(by) {
      const own = owned.get(by) ?? 0
      if (open >= OPEN_MAX || own >= OWN_MAX)
        return refuse('overloaded', `spool: ${open} are open, ${own} of the caller`, NO_ROOM)
      count(by, 1)
      try {
        return proceed(new FileSpool(await openFile(), () => count(by, -1)))
      } catch (error) {
        count(by, -1)
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
  readonly #key = randomBytes(32)
  readonly #nonce = randomBytes(16)
  readonly #cipher = createCipheriv(CIPHER, this.#key, this.#nonce)
  #pending: Buffer | undefined
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
    for (let from = 0; from < bytes.length; ) {
      this.#pending ??= Buffer.allocUnsafeSlow(WRITE_BYTES)
      const copied = bytes.copy(this.#pending, this.#pendingBytes, from)
      from += copied
      this.#pendingBytes += copied
      if (this.#pendingBytes < WRITE_BYTES) continue
      const flushed = await this.#flush()
      if (flushed.kind === 'refuse') return flushed
    }
    return DONE
  }

  async finish(): Promise<Step<string>> {
    const flushed = await this.#flush()
    return flushed.kind === 'refuse' ? flushed : proceed(this.#hash.digest('hex'))
  }

  async *read(): AsyncGenerator<Buffer> {
    const decipher = createDecipheriv(CIPHER, this.#key, this.#nonce)
    const all = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#written))
    for (let at = 0; at < this.#written; ) {
      const length = Math.min(READ_BYTES, this.#written - at)
      // Whole: a socket tells of a large piece that it waits, and takes several small ones before it does.
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await this.#file.read(all, filled, length - filled, at + filled)
        if (bytesRead === 0) throw new RangeError('a spool is shorter than was written')
        filled += bytesRead
      }
      at += length
      yield decipher.update(all.subarray(0, length))
    }
  }

  async close(): Promise<void> {
    this.#pending = undefined
    try {
      await this.#file.close()
    } finally {
      this.#closed()
    }
  }

  async #flush(): Promise<Step<undefined>> {
    const bytes = this.#pending?.subarray(0, this.#pendingBytes) ?? NOTHING
    this.#pendingBytes = 0
    this.#hash.update(bytes)
    const sealed = this.#cipher.update(bytes)
    try {
      for (let at = 0; at < sealed.length; ) {
        const { bytesWritten } = await this.#file.write(sealed, at, sealed.length - at, this.#written)
        at += bytesWritten
        this.#written += bytesWritten
      }
      return DONE
    } catch (error) {
      return noRoom(error)
    } finally {
      giveBack(sealed)
    }
  }
}

/**
 * Its memory, now: what a collector has not yet come by adds up to as much as 64 MiB in Node 24. An older runtime has no way to say so,
 * and collects sooner.
 *
 * @param bytes that nobody reads any more, neither here nor in a system call
 */
function giveBack({ buffer }: Buffer): void {
  const { transfer } = buffer as ArrayBufferLike & { readonly transfer?: (length: number) => ArrayBuffer }
  transfer?.call(buffer, 0)
}

const NOTHING = Buffer.alloc(0)
const DONE: Step<undefined> = proceed(undefined)

const NO_ROOM = { message: 'The gateway has no room to inspect this upload at the moment.' } as const

function noRoom(error: unknown): Step<never> {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return refuse('overloaded', `spool: ${typeof code === 'string' ? code : errorName(error)}`, NO_ROOM)
}
