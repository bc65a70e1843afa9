import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LogReader, parseVkey, prove, type VerifierKey, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { readEntries } from '../adapters/audit-fs/entries.js'
import { folderReader, urlReader } from '../adapters/audit-fs/reader.js'
import { CommandError, EXIT, type Output } from './output.js'

export interface LogPlace {
  readonly log: string
  readonly vkey: string
}

/** Re-derives everything from the entries. Needs no gateway and no configuration. */
export async function verify({ log, vkey }: LogPlace, against: string | undefined, output: Output): Promise<number> {
  const key = keyOf(vkey)
  const { reader, folder } = readerOf(log)
  if (folder && !existsSync(log)) throw new CommandError(`there is no folder ${log}`)
  const verified = await verifyLog(reader, key, {
    suite: nodeSuite,
    olderPartials: folder,
    ...(against === undefined ? {} : { against: readFileSync(against) }),
  })
  switch (verified.kind) {
    case 'ok': {
      const root = Buffer.from(verified.root).toString('base64')
      output.say(`the log holds: ${verified.size} entries, root ${root}`)
      output.data({ ok: true, size: verified.size, root })
      return EXIT.done
    }
    case 'broken': {
      const where = verified.at === undefined ? '' : `entry ${verified.at}: `
      output.say(`the log does not hold: ${where}${verified.what}`)
      output.data({ ok: false, entry: verified.at ?? null, what: verified.what })
      return EXIT.failed
    }
  }
}

/** @param origin of the receipt, where one was given: a receipt of another log proves nothing here */
export async function proveEntry(
  { log, vkey }: LogPlace,
  index: number,
  origin: string | undefined,
  output: Output,
): Promise<number> {
  const { name } = keyOf(vkey)
  if (origin !== undefined && origin !== name)
    throw new CommandError(`the receipt is of log ${origin}, the key of ${name}`)
  const proven = await prove(readerOf(log).reader, index, keyOf(vkey), { suite: nodeSuite })
  if (proven.kind === 'refused') throw new CommandError(proven.why)
  output.say(proven.receipt.trimEnd())
  output.data({ index, proof: proven.receipt, entry: JSON.parse(Buffer.from(proven.entry).toString('utf8')) })
  return EXIT.done
}

const FOLLOW_MS = 200

/** Prints entries, one a line, from an index on; with `follow` until it is stopped. Verifies nothing. */
export async function tail(dir: string, from: number, follow: boolean, write: (line: string) => void): Promise<number> {
  if (!existsSync(join(dir, 'tile')) && !existsSync(join(dir, '.wal')))
    throw new CommandError(`there is no log in ${dir}`)
  let next = from
  let stopped = false
  process.once('SIGINT', () => {
    stopped = true
  })
  do {
    for await (const { index, entry } of readEntries(dir, next)) {
      write(entry.toString('utf8'))
      next = index + 1
    }
    if (follow && !stopped) await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
  } while (follow && !stopped)
  return EXIT.done
}

function readerOf(log: string): { readonly reader: LogReader; readonly folder: boolean } {
  if (!/^https?:\/\//.test(log)) return { reader: folderReader(log), folder: true }
  const bearer = process.env['OSTIARY_TOKEN']
  const reader = urlReader(new URL(log), { fetch: fetchAllowed, ...(bearer === undefined ? {} : { bearer }) })
  return { reader, folder: false }
}

/** Says what is missing where a log is not for everybody; the verifier could only tell a status. */
async function fetchAllowed(...args: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...args)
  if (answer.status !== 401 && answer.status !== 403) return answer
  await answer.body?.cancel()
  const what = answer.status === 401 ? 'wants an access token that it takes' : 'does not let this access token read it'
  throw new CommandError(
    `the log ${what} (${answer.status}): set OSTIARY_TOKEN to an access token with the scope audit:read`,
  )
}

export function keyOf(vkey: string): VerifierKey {
  const key = parseVkey(vkey, nodeSuite.hash)
  if (key !== undefined) return key
  // Type 1 is Ed25519; with another there is nothing to compare the hash with.
  const [, material] = /^[^+]+\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/u.exec(vkey) ?? []
  if (material !== undefined && Buffer.from(material, 'base64')[0] === 1) {
    throw new CommandError('--vkey does not match its own hash: mistyped or cut off?', EXIT.usage)
  }
  throw new CommandError('--vkey is no verifier key: it looks like name+hash+base64', EXIT.usage)
}
