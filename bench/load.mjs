// Plain requests by wrk: so many connections for so many seconds.
import { join } from 'node:path'
import { BEARERS, HERE, PLAIN_BEARERS } from './places.mjs'
import { cpuMs, residentMb } from './proc.mjs'
import { CORES, output } from './processes.mjs'
import { headersOf } from './servers.mjs'

/** One round: requests a second, CPU of the server per request in microseconds, latency in ms, and what went wrong. */
export async function load(server, connections, seconds, { script = 'post.lua', env: more = {} } = {}) {
  const { target, pid } = server
  const { authorization, ...headers } = headersOf(target)
  const env = {
    ...process.env,
    ...more,
    BENCH_WRK: join(HERE, 'wrk.lua'),
    BENCH_DOOR: target.door ?? 'chat',
    ...(target.unseen === true ? { BENCH_UNSEEN: '1' } : {}),
    BENCH_BEARERS: target.bearer === undefined ? BEARERS : PLAIN_BEARERS,
    BENCH_HEADERS: Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  }
  const url = `http://127.0.0.1:${target.port}`
  const before = pid === undefined ? 0 : cpuMs(pid)
  const args = [`-t1`, `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '--latency', '-s', join(HERE, script)]
  const { stdout, stderr } = await output(CORES.load, ['wrk', ...args, url], { env, deadlineMs: (seconds + 30) * 1000 })
  const told = /WRK (.*)/.exec(stdout)
  if (told === null) return { failed: server.child?.signalCode ?? `wrk: ${(stdout + stderr).slice(0, 200).trim()}` }
  const { requests, us, refused, broken, p50, p99 } = JSON.parse(told[1])
  if (requests === 0) return { failed: 'no request was answered' }
  return {
    requests,
    errors: refused + broken,
    rate: requests / (us / 1e6),
    cpuUs: pid === undefined ? Number.NaN : ((cpuMs(pid) - before) * 1000) / requests,
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    residentMb: pid === undefined ? Number.NaN : residentMb(pid),
  }
}
