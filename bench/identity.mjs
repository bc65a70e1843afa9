// What the identity of callers costs: proofs, a long list of revocations, exchanges, and how soon a revocation cuts.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { cutRound } from './cuts.mjs'
import { load } from './load.mjs'
import { shuffled, sleep } from './numbers.mjs'
import { dataOf, GEN, HERE, socketOf } from './places.mjs'
import { headersOf } from './servers.mjs'
import { proofs } from './tokens.mjs'

const CONNECTIONS = 64
/** More than any round has requests: a proof that passed before would be refused. */
const SPARE = 1.6
const REVOKED = 1_000_000

/** A gateway's nonce, as a client learns of it. */
async function nonceOf({ target }) {
  const url = `http://127.0.0.1:${target.port}/v1/chat/completions`
  const [first] = proofs(1, url)
  const [token, proof] = first.split(' ')
  const headers = { authorization: `DPoP ${token}`, dpop: proof, 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: '{}' })
  await answer.arrayBuffer()
  return answer.headers.get('dpop-nonce') ?? undefined
}

async function withProofs(server, seconds, rate) {
  const path = join(GEN, 'proofs.txt')
  const url = `http://127.0.0.1:${server.target.port}/v1/chat/completions`
  const lines = proofs(Math.ceil(rate * seconds * SPARE), url, await nonceOf(server))
  writeFileSync(path, `${lines.join('\n')}\n`)
  return await load(server, CONNECTIONS, seconds, { script: 'dpop.lua', env: { BENCH_PROOFS: path } })
}

/** Rounds of one server with tokens that are bound to nothing, with proofs, and of exchanges. */
export async function proofPhase(server, { rounds, loadSeconds, warmSeconds }, raw) {
  for (const name of ['bearer', 'dpop', 'exchange']) raw.identity[name] = []
  await load(server, CONNECTIONS, warmSeconds)
  let { rate } = await load(server, CONNECTIONS, loadSeconds)
  await withProofs(server, loadSeconds, rate)
  const measures = new Map([
    ['bearer', () => load(server, CONNECTIONS, loadSeconds)],
    ['dpop', () => withProofs(server, loadSeconds, rate)],
    ['exchange', () => load(server, CONNECTIONS, loadSeconds, { script: 'exchange.lua', env: {} })],
  ])
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of shuffled([...measures])) raw.identity[name][round] = await measure()
    rate = Math.max(rate, raw.identity.bearer[round].rate)
  }
}

/** Fills the store of a target that is to start with a million revocations in it. */
export function fillRevocations(name) {
  const dir = dataOf(name)
  rmSync(dir, { recursive: true, force: true })
  const { status, stderr } = spawnSync(process.execPath, [
    join(HERE, 'fill.mjs'),
    join(dir, 'ostiary.db'),
    String(REVOKED),
  ])
  if (status !== 0) throw new Error(String(stderr))
}

/** Sends a revocation through the control socket, as the command does. */
function revoke(server, input) {
  const body = JSON.stringify(input)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const options = { socketPath: socketOf(server.target.name), path: '/revocations', method: 'POST', headers }
    const asking = request(options, (answer) => {
      answer.resume()
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`revoke: ${answer.statusCode}`)),
      )
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

/** 500 streams of one subject, and its revocation; in each round another subject's. */
export async function cutPhase(server, { cutRounds }, raw) {
  raw.cuts = []
  for (let round = 0; round < cutRounds; round++) {
    const headers = headersOf(server.target, round)
    const token = headers.authorization.split(' ')[1]
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
    raw.cuts.push(await cutRound(server, headers, () => revoke(server, { jti })))
    await sleep(500)
  }
}
