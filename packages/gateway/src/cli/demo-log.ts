import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseVkey, peekCheckpoint, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { readEntries } from '../adapters/audit-fs/entries.js'
import { folderReader } from '../adapters/audit-fs/reader.js'
import type { Story } from './demo-story.js'
import { CommandError } from './output.js'

const WAIT_MS = 5000
const PAUSE_MS = 100

/** The log verifies; one byte of a copy is flipped, and verification names the entry. */
export async function proven({ house, dataDir, staysUp, title, say, must }: Story): Promise<void> {
  title('proven: the log verifies, and a copy with one flipped byte does not')
  const { origin, vkey } = house.running
  const dir = auditOf(dataDir)
  const key = parseVkey(vkey, nodeSuite.hash)
  if (key === undefined) throw new CommandError('the log has no verifier key')
  const written = (await readAll(dir)).length
  await waited('no checkpoint was published', async () => ((await published(dir)) >= written ? true : undefined))
  const good = await verifyLog(folderReader(dir), key, { suite: nodeSuite })
  must(good.kind === 'ok' && good.size >= written, 'the log does not verify')
  say(origin, `holds, ${good.kind === 'ok' ? good.size : 0} entries`)

  const copy = join(dataDir, 'copy')
  cpSync(dir, copy, { recursive: true })
  const entries = join(copy, 'tile', 'entries')
  for (const file of filesBelow(entries)) flipOneByte(file)
  const bad = await verifyLog(folderReader(copy), key, { suite: nodeSuite })
  must(bad.kind === 'broken' && bad.at !== undefined, 'the flipped byte went unseen')
  say('the copy', bad.kind === 'broken' ? `does not hold: entry ${bad.at}: ${bad.what}` : '')
  if (staysUp) say('by hand', `npx --no-install ostiary audit verify --log ${dir} --vkey '${vkey}'`)
}

/** What the outcome entry of an exchange says; waits until there is one. */
export async function outcomeOf(dataDir: string, requestId: string): Promise<Unmapped> {
  return (await entriesOf(dataDir, requestId)).outcome.data.unmapped
}

/** The entries of an exchange; waits until there is an outcome. What is refused before it is sealed has no intent. */
export function entriesOf(
  dataDir: string,
  requestId: string,
): Promise<{ readonly intent: Entry | undefined; readonly outcome: Entry }> {
  return waited('an exchange has no outcome in the log', async () => {
    const all = await readAll(auditOf(dataDir))
    const outcome = all.find(({ id }) => id === `${requestId}o`)
    return outcome && { intent: all.find(({ id }) => id === `${requestId}i`), outcome }
  })
}

type Unmapped = Readonly<Record<string, unknown>>

export interface Entry {
  readonly index: number
  readonly id: string
  readonly data: { readonly unmapped: Unmapped }
}

async function readAll(dir: string): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for await (const { index, entry } of readEntries(dir)) {
    all.push({ ...(JSON.parse(entry.toString('utf8')) as Omit<Entry, 'index'>), index })
  }
  return all
}

function auditOf(dataDir: string): string {
  return join(dataDir, 'audit')
}

/** How many entries the checkpoint covers. */
async function published(dir: string): Promise<number> {
  const note = await folderReader(dir)('checkpoint')
  return (note === undefined ? undefined : peekCheckpoint(note)?.size) ?? 0
}

async function waited<T>(otherwise: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += PAUSE_MS) {
    const seen = await look()
    if (seen !== undefined) return seen
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw new CommandError(otherwise)
}

function filesBelow(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((name) => statSync(name).isFile())
}

/** In the middle of the second entry: far from any length field. */
function flipOneByte(file: string): void {
  const bytes = readFileSync(file)
  if (bytes.length < 2) return
  const first = bytes.readUInt16BE(0)
  const at = Math.min(bytes.length - 1, 2 + first + 2 + 100)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
