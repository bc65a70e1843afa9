import { randomBytes } from 'node:crypto'
import type { LongContent } from '../../exchange.js'
import type { Spool } from '../../files/spool.js'

/** A form of our own around what was judged: nothing of the caller's form goes on but what was read of it. */
export function formOf(fields: ReadonlyMap<string, string>, filename: string, file: Spool): LongContent {
  // A boundary that nobody could know: what was judged cannot hold it.
  const boundary = `ostiary-${randomBytes(24).toString('hex')}`
  const before = [...fields].map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const disposition = `content-disposition: form-data; name="file"; filename="${filename}"`
  const head = Buffer.from(
    `${before.join('')}--${boundary}\r\n${disposition}\r\ncontent-type: application/octet-stream\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    length: head.length + file.length + tail.length,
    async *chunks() {
      yield head
      yield* file.read()
      yield tail
    },
  }
}
