// From a revocation to the cut of the streams that live on it: one client, so many streams, one revocation of everything.
import { Agent, request } from 'node:http'
import { median, sleep } from './numbers.mjs'

const STREAMS = 500
/** Slow enough that the client is not what is measured. */
const TOKEN_MS = 500
const PATIENCE_MS = 15_000

/** One stream: `head` once its first bytes are here, `cut` with the time at which its error event arrived. */
function stream({ target }, own, agent) {
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    stream: true,
    messages: [{ role: 'user', content: `bench:chunks=400;every=${TOKEN_MS};` }],
  })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...own,
  }
  const path = '/v1/chat/completions'
  const asking = request({ host: '127.0.0.1', port: target.port, path, method: 'POST', headers, agent })
  const opened = Promise.withResolvers?.() ?? resolvers()
  const cut = Promise.withResolvers?.() ?? resolvers()
  asking.on('error', (error) => {
    opened.reject(error)
    cut.reject(error)
  })
  asking.on('response', (response) => {
    response.on('data', (chunk) => {
      opened.resolve(response.statusCode)
      if (chunk.includes('revoked_token')) cut.resolve(performance.now())
    })
    response.on('error', cut.reject)
  })
  asking.end(body)
  return { opened: opened.promise, cut: cut.promise }
}

function resolvers() {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

/** @param revoke sends the revocation, and is fulfilled once it is confirmed */
export async function cutRound(server, headers, revoke) {
  const agent = new Agent({ maxSockets: STREAMS })
  const all = []
  for (let n = 0; n < STREAMS; n++) {
    all.push(stream(server, headers, agent))
    if (n % 50 === 49) await sleep(20)
  }
  const statuses = await Promise.all(all.map(({ opened }) => opened))
  if (statuses.some((status) => status !== 200))
    throw new Error(`a stream was answered ${statuses.find((one) => one !== 200)}`)
  await sleep(500)
  const from = performance.now()
  const confirmed = revoke().then(() => performance.now() - from)
  const late = sleep(PATIENCE_MS).then(() => {
    throw new Error('a stream was not cut')
  })
  const times = (await Promise.race([Promise.all(all.map(({ cut }) => cut)), late])).map((at) => at - from)
  agent.destroy()
  const sorted = times.sort((a, b) => a - b)
  return { p50: median(sorted), p99: sorted[Math.ceil(sorted.length * 0.99) - 1], confirmed: await confirmed }
}
