import { createPrivateKey } from 'node:crypto'
import { rmSync } from 'node:fs'
import { formatVkey } from '@ostiary/tlog'
import { nodeSigner } from '@ostiary/tlog/node'
import { type Recovery, recoverFsLog } from '../adapters/audit-fs/recover.js'
import type { KeptFile } from '../compose/kept.js'
import { logHasBegun, noteInLog, recoverable } from '../compose/log.js'
import { allLost, makeLost } from '../compose/losses.js'
import { configFor } from './check.js'
import { EXIT, type Output } from './output.js'

/** The way out of a refused start. What was done is the first entry that the log takes afterwards. */
export async function recover(file: string, output: Output): Promise<number> {
  const { config } = await configFor(file, output)
  const lost = logHasBegun(config.audit.store.dir) ? await allLost(config) : []
  const place = recoverable(config)
  const recovery = await recovered(place, lost)
  const vkey = formatVkey(nodeSigner(place.origin, createPrivateKey(place.key)).vkey)
  const keyChanged = recovery.keyChanged || lost.some((one) => one.name === 'audit.key.pem')
  const done = { ...recovery, keyChanged, vkey, lost: lost.map((one) => one.name) }
  // Logged before it is done: a loss that nobody can read of would be one that was hidden.
  await noteInLog(config, 'recovery', done)
  await makeLost(config)
  const { size, rewritten, aside, asideFolder } = recovery
  output.say(`the log has ${size} entries and goes on from there`)
  if (rewritten.length > 0) output.say(`written again: ${rewritten.join(', ')}`)
  if (asideFolder !== undefined) output.say(`taken out and kept in ${asideFolder}: ${aside.join(', ')}`)
  for (const { path, means } of lost) output.say(`${path} was lost and is made anew. ${means}`)
  if (keyChanged) {
    output.say(`the verifier key has changed, tell everybody who verifies: ${vkey}`)
    output.say('receipts and checkpoints from before verify under the old one alone')
  }
  output.data({ ok: true, ...done })
  return EXIT.done
}

/** Where it is refused, no new key stays behind: it would hide from the next start that the old one is lost. */
async function recovered(place: ReturnType<typeof recoverable>, lost: readonly KeptFile[]): Promise<Recovery> {
  try {
    return await recoverFsLog(place)
  } catch (error) {
    for (const { name, path } of lost) if (name === 'audit.key.pem') rmSync(path, { force: true })
    throw error
  }
}
