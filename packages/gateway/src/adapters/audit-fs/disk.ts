import { close, constants, fdatasync, open, write } from 'node:fs'
import { mkdir, open as openHandle, readdir, readFile, rename, rm, truncate } from 'node:fs/promises'

export type Done = (error: Error | null) => void

/** What the log asks of a disk: a part of its own, so that a test can let each single step fail. */
export interface Disk {
  /** Creates a file that is only appended to. Fails where it exists. */
  openAppend(path: string): Promise<number>
  /** Writes all of `data` at `position` and calls back when it is durable. The hot path: no promise. */
  append(fd: number, data: Uint8Array, position: number, done: Done): void
  close(fd: number): Promise<void>
  /** Undefined where there is no such file. */
  read(path: string): Promise<Buffer | undefined>
  /** Names in a folder; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>
  /** A whole file, in place of what was there. Fulfilled when its content is durable; its name is when its folder is synced. */
  write(path: string, data: Uint8Array): Promise<void>
  /** Of a file or of a folder. */
  sync(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  makeFolder(path: string): Promise<void>
  truncate(path: string, length: number): Promise<void>
  remove(path: string): Promise<void>
}

// open(2): with O_DSYNC a write returns as if followed by fdatasync. One trip to the thread pool instead of two: half the
// CPU of a flush. Elsewhere than on Linux the flag is missing or promises less.
const SYNC_ON_WRITE = process.platform === 'linux' ? constants.O_DSYNC : 0

export const realDisk: Disk = {
  openAppend: (path) => openToWrite(path, constants.O_EXCL),
  append(fd, data, position, done) {
    write(fd, data, 0, data.length, position, (error, written) => {
      if (error !== null) done(error)
      else if (written === 0) done(new Error('the disk took no byte'))
      else if (written < data.length) realDisk.append(fd, data.subarray(written), position + written, done)
      else if (SYNC_ON_WRITE === 0) fdatasync(fd, done)
      else done(null)
    })
  },
  close: (fd) => new Promise((resolve, reject) => close(fd, (error) => (error ? reject(error) : resolve()))),
  read: (path) => orElse(readFile(path), undefined),
  list: (path) => orElse(readdir(path), []),
  async write(path, data) {
    const fd = await openToWrite(path, constants.O_TRUNC)
    try {
      if (data.length > 0) {
        await new Promise<void>((resolve, reject) =>
          realDisk.append(fd, data, 0, (error) => (error === null ? resolve() : reject(error))),
        )
      }
    } finally {
      await realDisk.close(fd)
    }
  },
  async sync(path) {
    const handle = await openHandle(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  rename: (from, to) => rename(from, to),
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  async truncate(path, length) {
    await truncate(path, length)
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
}

function openToWrite(path: string, flag: number): Promise<number> {
  const flags = constants.O_CREAT | constants.O_WRONLY | SYNC_ON_WRITE | flag
  return new Promise((resolve, reject) =>
    open(path, flags, 0o600, (error, fd) => (error === null ? resolve(fd) : reject(error))),
  )
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

async function orElse<T, U>(reading: Promise<T>, missing: U): Promise<T | U> {
  try {
    return await reading
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing
    throw error
  }
}
