// Kills a gateway under load with SIGKILL, again and again, and looks at the log each time. Runs the build.
//
//   node scripts/kill-loop.mjs [--times 200] [--clients 16] [--start-ms 5000]
//
// Holds, or it exits 1 at the first turn where it does not:
// - whatever reached the provider has its intent entry (order `before-forward`, two turns of three);
// - whatever a caller was told has its intent entry, at the index of the receipt (`before-release` too);
// - `ostiary audit verify` holds after the kill, and after the restart, each time against the checkpoint before it;
// - the restart is ready in time, and by then every intent has exactly one outcome;
// - after a clean stop (each tenth turn) every answered exchange has its outcome, and no entry has changed.
//
// One kill in eight falls into the start itself. Does not see what a loss of power does: a killed process loses no page cache.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startDevIdentityProvider } from '../packages/devkit/dist/index.js'
import { startGateway, verify, writeHouse } from './kill-loop/gateway.mjs'
import { Ledger, Violation } from './kill-loop/ledger.mjs'
import { startLoad } from './kill-loop/load.mjs'
import { startUpstream } from './kill-loop/upstream.mjs'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    clients: { type: 'string', default: '16' },
    'start-ms': { type: 'string', default: '5000' },
  },
})
const TIMES = Number(values.times)
const START_MAX_MS = Number(values['start-ms'])
const LOAD_MAX_MS = 500
const FIRST_START_MS = 1000
const SAY_EVERY = 20
const STOP_EVERY = 10

const dir = mkdtempSync(join(tmpdir(), 'ostiary-kill-'))
const upstream = await startUpstream()
const issuer = await startDevIdentityProvider({ issuerPath: '/kill', audience: 'https://gateway.example' })
const ledger = new Ledger(join(dir, 'audit'))
const count = {
  turns: 0,
  answered: 0,
  refused: 0,
  shown: 0,
  verified: 0,
  stops: 0,
  killedInStart: 0,
  slowestStartMs: 0,
}
let vkey
let gateway

function say() {
  console.log(
    `${count.turns} kills (${count.killedInStart} of them during the start), ${count.shown} requests reached the provider, ` +
      `${count.answered} answers acknowledged, ${count.refused} refused, ${ledger.intents} intents, ` +
      `${ledger.unknown} closed as unknown, ${ledger.size} entries, ${count.verified} verifications, ` +
      `${count.stops} clean stops, slowest start ${Math.round(count.slowestStartMs)} ms`,
  )
}

async function holds(when) {
  const checkpoint = join(dir, 'checkpoint-before')
  const verified = await verify(dir, vkey, count.verified === 0 ? undefined : checkpoint)
  if (!verified.ok) throw new Violation(`audit verify ${when}: ${verified.said}`)
  count.verified++
  copyFileSync(join(dir, 'audit', 'checkpoint'), checkpoint)
  return verified.size
}

/** Until a checkpoint covers everything that is in the log now. */
async function holdsWhole(when) {
  const size = ledger.size
  for (const since = Date.now(); (await holds(when)) < size; ) {
    if (Date.now() - since > START_MAX_MS) throw new Violation(`no checkpoint covers entry ${size - 1} ${when}`)
  }
}

async function ready() {
  const late = sleep(2 * START_MAX_MS, undefined, { ref: false }).then(() => {
    throw new Violation(`not ready after ${2 * START_MAX_MS} ms`)
  })
  const line = await Promise.race([gateway.ready, late]).catch((error) => {
    throw error instanceof Violation ? error : new Violation(`the start: ${error.message}`)
  })
  if (line.afterMs > START_MAX_MS) throw new Violation(`ready only after ${Math.round(line.afterMs)} ms`)
  count.slowestStartMs = Math.max(count.slowestStartMs, line.afterMs)
  vkey ??= line.vkey
  if (line.vkey !== vkey) throw new Violation(`the log is signed by another key: ${line.vkey}`)
  return line
}

/** Starts, and everything that the last kill left open is closed. */
async function begin() {
  gateway = startGateway(dir)
  const line = await ready()
  await ledger.read()
  if (ledger.open.length > 0) throw new Violation(`ready, and intents ${ledger.open.join(', ')} have no outcome`)
  await holdsWhole('after the start')
  const tokens = { permitted: await issuer.token({ as: 'alice' }), refused: await issuer.token({ as: 'bob' }) }
  return startLoad({ url: line.gateway, clients: Number(values.clients), tokens })
}

/** What was acknowledged, and what was sent, is in the log. */
function check(load, order) {
  if (load.odd.length > 0) throw new Violation(`answered under load: ${JSON.stringify(load.odd[0])}`)
  for (const one of load.answered) {
    if (one.kind === 'refused') {
      count.refused++
      continue
    }
    ledger.told(one)
    count.answered++
  }
  for (const trace of upstream.take()) {
    if (order === 'before-forward') ledger.shown(trace)
    count.shown++
  }
}

async function turn(at) {
  const order = at % 3 === 2 ? 'before-release' : 'before-forward'
  writeHouse(dir, { upstream, issuer, order })
  // The very first start makes keys: it is killed too.
  if (at === 0 || Math.random() < 1 / 8) {
    gateway = startGateway(dir)
    await sleep(Math.random() * (count.slowestStartMs || FIRST_START_MS))
    await gateway.kill()
    count.killedInStart++
    await ledger.read()
    if (vkey !== undefined) await holds('after a kill during the start')
    return
  }
  const load = await begin()
  await sleep(Math.random() * LOAD_MAX_MS)
  const { signal, code, stderr } = await gateway.kill()
  if (signal !== 'SIGKILL') throw new Violation(`the gateway ended by itself with ${code}: ${stderr}`)
  await load.stop()
  await ledger.read()
  check(load, order)
  await holds('after the kill')
}

async function cleanStop() {
  const load = await begin()
  await sleep(Math.random() * LOAD_MAX_MS)
  // From here on callers may find it gone; who was answered was answered.
  const stopping = gateway.stop()
  await load.stop()
  const { code, stderr } = await stopping
  if (code !== 0) throw new Violation(`a clean stop ended with ${code}: ${stderr}`)
  await ledger.read()
  check(load, 'before-forward')
  if (ledger.open.length > 0) throw new Violation(`stopped, and intents ${ledger.open.join(', ')} have no outcome`)
  const lost = load.answered.find(({ id }) => !ledger.ended(id))
  if (lost !== undefined) throw new Violation(`stopped, and exchange ${lost.id} has no outcome entry`)
  await ledger.readAgain()
  await holdsWhole('after a clean stop')
  count.stops++
}

const began = Date.now()
try {
  for (let at = 0; at < TIMES; at++) {
    await turn(at)
    count.turns++
    if (count.turns % STOP_EVERY === 0 || count.turns === TIMES) {
      writeHouse(dir, { upstream, issuer, order: 'before-forward' })
      await cleanStop()
    }
    if (count.turns % SAY_EVERY === 0) say()
  }
  say()
  console.log(`no violation in ${count.turns} kills, ${Math.round((Date.now() - began) / 1000)} s`)
  rmSync(dir, { recursive: true, force: true })
} catch (error) {
  if (!(error instanceof Violation)) throw error
  await gateway?.kill()
  say()
  console.error(`violation after ${count.turns} kills: ${error.message}\nlook at ${dir}`)
  if (gateway !== undefined && gateway.stderr() !== '') console.error(gateway.stderr())
  process.exitCode = 1
} finally {
  await issuer.close()
  await upstream.close()
}
