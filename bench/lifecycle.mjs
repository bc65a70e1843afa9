// What needs a gateway to itself: bursts of aborts, memory, start to ready.
import { load } from './load.mjs'
import { sleep } from './numbers.mjs'
import { openSockets } from './proc.mjs'
import { CORES, end, launch } from './processes.mjs'
import { mockStats } from './servers.mjs'
import { streams } from './streams.mjs'
import { productCommand } from './targets.mjs'

const BURSTS = 10
const ABORTED = 200
const ABORT_AFTER_MS = 700
const SETTLE_MS = 10_000
/** The last few of a burst may be closed before they were forwarded. */
const SEEN_AT_LEAST = 0.9

/** Throughput before and after, and what is still open once it has had time to let go. */
export async function abortPhase(server, { abortRounds, loadSeconds }) {
  const measured = async () => {
    const all = []
    for (let i = 0; i < abortRounds; i++) all.push(await load(server, 64, loadSeconds))
    return all
  }
  const before = await measured()
  const open = await settled(server, () => false)
  const { aborted } = await mockStats()
  for (let i = 0; i < BURSTS; i++) {
    await streams(server, { count: ABORTED, chunks: 500, everyMs: 20, abortAfterMs: ABORT_AFTER_MS })
  }
  const seen = await abortsSince(aborted)
  if (seen < BURSTS * ABORTED * SEEN_AT_LEAST) throw new Error(`only ${seen} aborts reached the upstream`)
  const after = await measured()
  const left = await settled(server, (now) => now.sockets <= open.sockets && now.running <= open.running)
  const leaked = Math.max(0, left.sockets - open.sockets) + Math.max(0, left.running - open.running)
  return { before, after, seen, leaked, open, left }
}

/** How many aborts reached the upstream: waits until all have, or for as long as it would be a defect. */
async function abortsSince(before) {
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const seen = (await mockStats()).aborted - before
    if (seen >= BURSTS * ABORTED || performance.now() > until) return seen
    await sleep(100)
  }
}

/** Open sockets of the gateway and streams that the upstream still feeds, after idle connections had time to close. */
async function settled(server, enough) {
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const now = { sockets: openSockets(server.pid), running: (await mockStats()).running }
    if (enough(now) || performance.now() > until) return now
    await sleep(250)
  }
}

/** Fresh from its start and warmed by some streams: memory while 256 of them trickle. */
export async function memoryPhase(server) {
  await streams(server, { count: 64, chunks: 50, everyMs: 20 })
  const { peakMb, failed, errors } = await streams(server, { count: 256, chunks: 8, everyMs: 1000 })
  if (failed !== undefined || errors > 0) throw new Error(failed ?? `${errors} streams failed`)
  return [peakMb]
}

/** From spawn to the line that says it is ready. The first start makes keys and folders, and counts for nothing. */
export async function startPhase({ port }, { starts }) {
  const seconds = []
  for (let i = 0; i <= starts; i++) {
    const from = performance.now()
    const child = launch(CORES.gateway, productCommand('start', port), { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    await new Promise((resolve, reject) => {
      child.stdout.on('data', (data) => {
        said += data
        if (said.includes('\n')) resolve()
      })
      child.on('exit', () => reject(new Error('it ended before it was ready')))
    })
    if (i > 0) seconds.push((performance.now() - from) / 1000)
    if (JSON.parse(said.split('\n')[0]).ready !== true) throw new Error('its first line does not say ready')
    await end(child)
  }
  return seconds
}
