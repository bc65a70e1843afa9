import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogReader } from '@ostiary/tlog'
import { errorCode } from './disk.js'

export function folderReader(dir: string): LogReader {
  return async (path) => {
    try {
      return await readFile(join(dir, path))
    } catch (error) {
      const code = errorCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw error
    }
  }
}

export interface UrlReaderOptions {
  readonly bearer?: string
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

/** Full bundles hold 256 entries of 64 KiB; whatever is longer is no file of a log. */
const FILE_BYTES_MAX = 256 * (65_535 + 2)

export function urlReader(prefix: URL, options: UrlReaderOptions = {}): LogReader {
  const ask = options.fetch ?? fetch
  const base = new URL(prefix)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return async (path) => {
    const answer = await ask(new URL(path, base), {
      headers: options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` },
      // A log answers from its own address: a redirect would carry the token elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
    })
    if (answer.status === 404 || answer.status === 410) {
      await answer.body?.cancel()
      return undefined
    }
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel()
      throw new Error(`the log answered ${answer.status} for ${path}`)
    }
    return await bounded(answer.body, path)
  }
}

async function bounded(body: ReadableStream<Uint8Array>, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > FILE_BYTES_MAX) throw new Error(`the log sent too much for ${path}`)
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}
