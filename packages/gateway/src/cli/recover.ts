import { recoverFsLog } from '../adapters/audit-fs/recover.js'
import { noteInLog, recoverable } from '../compose.js'
import { configFor } from './check.js'
import { EXIT, type Output } from './output.js'

/** The way out of a refused start. What was done is the first entry that the log takes afterwards. */
export async function recover(file: string, output: Output): Promise<number> {
  const { config } = configFor(file, output)
  const recovery = await recoverFsLog(recoverable(config))
  await noteInLog(config, 'recovery', { ...recovery })
  const { size, rewritten, aside, asideFolder } = recovery
  output.say(`the log has ${size} entries and goes on from there`)
  if (rewritten.length > 0) output.say(`written again: ${rewritten.join(', ')}`)
  if (asideFolder !== undefined) output.say(`taken out and kept in ${asideFolder}: ${aside.join(', ')}`)
  output.data({ ok: true, ...recovery })
  return EXIT.done
}
