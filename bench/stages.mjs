// Where the gateway's CPU goes: samples of V8's profiler under load, by the folder of the code they fell into.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { load } from './load.mjs'
import { GEN } from './places.mjs'
import { end } from './processes.mjs'
import { startServer } from './servers.mjs'
import { productCommand } from './targets.mjs'

const INTERVAL_US = 250
/** The profiler samples by the wall clock: a longer gap is time in which the machine ran something else. */
const LASTS_MAX_US = 4 * INTERVAL_US

const PROFILES = join(GEN, 'profile')

/** The first that matches a frame's address. Frames that match none (built-ins, crypto, buffers) count for their caller. */
const STAGES = [
  ['receive', /\/dist\/receive\//],
  ['authenticate', /\/dist\/(?:authenticate|adapters\/identity-oauth)\//],
  ['inspect', /\/dist\/(?:inspect|patterns|views|canary|weights|adapters\/detector-[a-z-]+)\//],
  ['json, dialect', /\/dist\/(?:json|lens|adapters\/dialect-[a-z-]+)\//],
  ['decide, cedar', /\/dist\/(?:decide|adapters\/policy-cedar)\/|cedar-wasm|^wasm:/],
  ['transform', /\/dist\/transform\//],
  ['audit, tlog, log on disk', /\/dist\/(?:audit|adapters\/audit-fs)\/|\/tlog\/dist\//],
  ['store', /\/dist\/adapters\/store-[a-z-]+\/|\/libsql\//],
  ['forward, undici', /\/dist\/forward\/|\/undici\//],
  ['release, guard', /\/dist\/release\//],
  ['pipeline, doors', /\/gateway\/dist\//],
  [
    'node: http, sockets, files',
    /^node:(?:_http|http|net|internal\/(?:http|stream|net|fs|timers|process))|^node:(?:fs|timers|_?stream)/,
  ],
]
const COLLECTOR = 'garbage collection'
const OTHER = 'other (native, kernel)'
const STAGE_NAMES = [...STAGES.map(([name]) => name), COLLECTOR, OTHER]

function stageOfFrame({ functionName, url }) {
  if (functionName === '(garbage collector)') return COLLECTOR
  return STAGES.find(([, address]) => address.test(url))?.[0]
}

/** Microseconds of each stage between two moments of the monotonic clock, each sample counting until the next. */
function byStage(profile, fromUs, untilUs) {
  const stageOf = new Map()
  const idle = new Set()
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  for (const [id, { functionName }] of frames) {
    if (functionName === '(idle)') idle.add(id)
    let at = id
    while (at !== undefined && stageOfFrame(frames.get(at)) === undefined) at = parents.get(at)
    stageOf.set(id, at === undefined ? OTHER : stageOfFrame(frames.get(at)))
  }
  const sums = new Map(STAGE_NAMES.map((name) => [name, 0]))
  let time = profile.startTime
  profile.samples.forEach((id, index) => {
    time += profile.timeDeltas[index]
    const lasts = Math.min(profile.timeDeltas[index + 1] ?? 0, LASTS_MAX_US)
    if (time < fromUs || time > untilUs || idle.has(id)) return
    const name = stageOf.get(id)
    sums.set(name, sums.get(name) + lasts)
  })
  return sums
}

const clockUs = () => Number(process.hrtime.bigint() / 1000n)

/** Runs the gateway under the profiler: microseconds per request by stage, on the main thread. */
export async function profileStages(gate, { warmSeconds, profileSeconds }) {
  rmSync(PROFILES, { recursive: true, force: true })
  const flags = ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`, `--cpu-prof-interval=${INTERVAL_US}`]
  const server = await startServer({ ...gate, command: () => productCommand('profile', gate.port, flags) })
  await load(server, 64, warmSeconds)
  const fromUs = clockUs()
  const { requests, failed } = await load(server, 64, profileSeconds)
  const untilUs = clockUs()
  await end(server.child)
  if (failed !== undefined) throw new Error(failed)
  const [file] = readdirSync(PROFILES)
  const sums = byStage(JSON.parse(readFileSync(join(PROFILES, file), 'utf8')), fromUs, untilUs)
  return Object.fromEntries([...sums].map(([name, us]) => [name, us / requests]))
}
