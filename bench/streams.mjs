// Event streams by our own client: so many at once, a delta every so many ms.
import { join } from 'node:path'
import { GEN } from './places.mjs'
import { cpuMs, residentMb } from './proc.mjs'
import { CORES, output } from './processes.mjs'
import { headersOf } from './servers.mjs'

const SAMPLE_MS = 200

/** One round: deltas delivered a second, CPU of the server per delta, delays in ms, the most memory it had meanwhile. */
export async function streams(server, { count, chunks, everyMs, abortAfterMs = 0 }) {
  const { target, pid } = server
  const lines = Object.entries(headersOf(target)).map(([name, value]) => `${name}: ${value}`)
  const numbers = [target.port, count, chunks, everyMs, abortAfterMs].map(String)
  const before = pid === undefined ? 0 : cpuMs(pid)
  let peakMb = 0
  const sampling = setInterval(() => {
    if (pid !== undefined) peakMb = Math.max(peakMb, residentMb(pid))
  }, SAMPLE_MS)
  const args = [...numbers, lines.join('\n'), target.door ?? 'chat']
  const { stdout, stderr } = await output(CORES.load, [join(GEN, 'streams'), ...args], {
    deadlineMs: chunks * everyMs + 30_000,
  })
  clearInterval(sampling)
  if (!stdout.startsWith('{')) return { failed: `stream client: ${(stdout + stderr).slice(0, 200)}` }
  const told = JSON.parse(stdout)
  if (told.got === 0 && abortAfterMs === 0) return { failed: `no delta came through ${stderr.slice(0, 200)}` }
  return {
    ...told,
    errors: told.bad + told.closed + (abortAfterMs === 0 ? told.unfinished : 0),
    rate: told.got / told.secs,
    cpuUs: pid === undefined ? Number.NaN : ((cpuMs(pid) - before) * 1000) / Math.max(1, told.got),
    peakMb: pid === undefined ? Number.NaN : peakMb,
  }
}
