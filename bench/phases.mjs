// Interleaved rounds over servers that all run at once.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { load } from './load.mjs'
import { median, shuffled, sleep } from './numbers.mjs'
import { GEN } from './places.mjs'
import { loadAverage } from './proc.mjs'
import { streams } from './streams.mjs'

const CONNECTIONS = 64
const STREAMS = 256
const TOKEN_MS = 20
/** Streams that were closed a moment ago are still being tidied up. */
const PAUSE_MS = 300

/** Rounds in shuffled order, into `raw[what][target][round]`. */
async function rounds(servers, count, deadline, into, raw, measure, first = () => {}) {
  for (const { target } of servers) into[target.name] = []
  for (let round = 0; round < count && performance.now() < deadline; round++) {
    raw.loadAverage.push(loadAverage())
    first()
    for (const server of shuffled(servers)) {
      into[server.target.name][round] = await measure(server)
    }
  }
}

export async function warm(servers, { warmSeconds }, tell) {
  for (const server of servers) {
    if (server.pid === undefined) continue
    tell(`warming ${server.target.name}`)
    await load(server, CONNECTIONS, warmSeconds)
  }
}

export async function loadPhase(servers, sizes, deadline, raw) {
  await rounds(servers, sizes.rounds, deadline, raw.load, raw, (server) => load(server, CONNECTIONS, sizes.loadSeconds))
}

export async function onePhase(servers, sizes, deadline, raw) {
  const measure = (server) => load(server, 1, sizes.oneSeconds)
  await rounds(servers, sizes.rounds, deadline, raw.one, raw, measure, () => raw.appendMs.push(appendMs()))
}

const APPENDS = 300
const APPEND_BYTES = 1024

/** What the disk itself takes: the median of appends of 1 KB, each forced to it, on the disk that the log lies on. */
function appendMs() {
  const path = join(GEN, 'append.bin')
  const fd = openSync(path, 'a')
  const record = Buffer.alloc(APPEND_BYTES, 97)
  const taken = Array.from({ length: APPENDS }, () => {
    const from = performance.now()
    writeSync(fd, record)
    fdatasyncSync(fd)
    return performance.now() - from
  })
  closeSync(fd)
  rmSync(path)
  return median(taken)
}

export async function streamPhase(servers, sizes, deadline, raw) {
  const chunks = Math.round((sizes.streamSeconds * 1000) / TOKEN_MS)
  for (const server of servers) await streams(server, { count: STREAMS, chunks: 50, everyMs: TOKEN_MS })
  await rounds(servers, sizes.streamRounds, deadline, raw.streams, raw, async (server) => {
    await sleep(PAUSE_MS)
    return await streams(server, { count: STREAMS, chunks, everyMs: TOKEN_MS })
  })
}
