// Starts a target, waits until it answers, and makes sure that it is the one that answers.
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { doorOf } from './doors.mjs'
import { sleep } from './numbers.mjs'
import { BEARERS, fill, GEN, HERE, LOGS, UPSTREAM, UPSTREAM_PORT } from './places.mjs'
import { ownsListener, residentMb } from './proc.mjs'
import { CORES, end, launch } from './processes.mjs'

const PATIENCE_MS = 90_000
const SETTLE_MS = 1500

export async function startMock() {
  const args = [join(GEN, 'mock'), String(UPSTREAM_PORT), join(GEN, 'jwks.json')]
  const child = launch(CORES.load, args, { stdio: 'ignore' })
  for (const until = Date.now() + 5000; Date.now() < until; await sleep(20)) {
    if (child.pid !== undefined && ownsListener(child.pid, UPSTREAM_PORT)) return child
  }
  throw new Error(`the mock upstream does not listen on ${UPSTREAM_PORT}: is the port taken?`)
}

export const mockStats = async () => await (await fetch(`${UPSTREAM}/stats`)).json()

const tokenAt = (nth) => readFileSync(BEARERS, 'utf8').split('\n', nth + 1)[nth]

/** Headers that name the caller, and what else the target wants. */
export function headersOf(target, nth = 0) {
  const { bearer = tokenAt(nth) } = target
  const text = (template) => readFileSync(fill(template, target.name, {}), 'utf8')
  return { authorization: `Bearer ${bearer}`, ...target.headers?.(text) }
}

async function answers(target, headers) {
  const { path, hello, answered } = doorOf(target)
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(hello),
    signal: AbortSignal.timeout(5000),
  }
  try {
    const response = await fetch(`http://127.0.0.1:${target.port}${path}`, request)
    const text = await response.text()
    return response.status === 200 && text.includes(answered) ? 'yes' : `${response.status} ${text.slice(0, 200)}`
  } catch (error) {
    return String(error.cause?.code ?? error)
  }
}

/** A server that is gone would be measured as one that refuses. */
function throwIfEnded({ name }, { pid, exitCode, signalCode }) {
  if (pid === undefined) throw new Error(`${name} could not be started`)
  const how = signalCode ?? exitCode
  if (how !== null) throw new Error(`${name} ended (${how}); see gen/log/${name}.log`)
}

/** A server that runs: the target, its process, and what it took to start it. */
export async function startServer(target) {
  target.before?.(target.name)
  const log = openSync(join(LOGS, `${target.name}.log`), 'w')
  const from = performance.now()
  const env = { ...process.env, ...target.env }
  const child = launch(CORES.gateway, target.command(target.name, target.port), {
    cwd: HERE,
    env,
    stdio: ['ignore', log, log],
  })
  const headers = headersOf(target)
  try {
    for (let said = ''; said !== 'yes'; await sleep(20)) {
      throwIfEnded(target, child)
      said = await answers(target, headers)
      if (performance.now() - from > PATIENCE_MS) throw new Error(`no answer in ${PATIENCE_MS / 1000} s, last: ${said}`)
    }
    const startMs = performance.now() - from
    if (!ownsListener(child.pid, target.port)) throw new Error(`another process listens on its port ${target.port}`)
    await sleep(SETTLE_MS)
    throwIfEnded(target, child)
    return { target, child, pid: child.pid, startMs, idleMb: residentMb(child.pid) }
  } catch (error) {
    await end(child)
    throw error
  }
}
