// Sends many requests at once against an allowance that is too small for them, again and again, and adds up what was spent. Runs
// the build.
//
//   node scripts/budget-race.mjs [--runs 100] [--parallel 200] [--allowance 100] [--gateways 1] [--store postgres://…]
//
// Holds, or it exits 1:
// - requests: what reaches the provider is never more than the allowance, and no less than 99 % of it;
// - tokens: what the provider reports is never more than the allowance in sum, whatever part of what was set aside each answer
//   uses, and once all have ended requests go on being served until what is left is less than one of them sets aside.
//
// Every run has allowances of its own. With several gateways each gets its part of the requests; without `--store` they share a
// SQLite file.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startDevIdentityProvider } from '../packages/devkit/dist/index.js'
import { burst } from './budget-race/callers.mjs'
import { startGateways } from './budget-race/gateways.mjs'
import { startUpstream } from './budget-race/upstream.mjs'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    parallel: { type: 'string', default: '200' },
    allowance: { type: 'string', default: '100' },
    gateways: { type: 'string', default: '1' },
    store: { type: 'string' },
  },
})
const RUNS = Number(values.runs)
const PARALLEL = Number(values.parallel)
const ALLOWANCE = Number(values.allowance)
const ANSWER_TOKENS = 100
/** What a request of ours cannot cost more than: see `demandOf`. */
const SET_ASIDE_MAX = 200
const TOKENS = (ALLOWANCE / 2) * SET_ASIDE_MAX
const AFTERWARDS = 20
const GIVEN_BACK_MS = 150

class Violation extends Error {}

const dir = mkdtempSync(join(tmpdir(), 'ostiary-race-'))
const upstream = await startUpstream(ANSWER_TOKENS)
const issuer = await startDevIdentityProvider({ issuerPath: '/race', audience: 'https://gateway.example' })
const sum = { served: 0, refused: 0, overspent: 0, unspentMost: 0, tokens: 0, waitedMs: 0 }
let gateways
const began = Date.now()
try {
  gateways = await startGateways(dir, {
    ...{ upstream, issuer, store: values.store, runs: RUNS },
    count: Number(values.gateways),
    requests: `${ALLOWANCE}/1d`,
    tokens: `${TOKENS}/1d`,
  })
  const urls = gateways.map(({ url }) => url)

  for (let run = 0; run < RUNS; run++) {
    // All of them take longer than one token lives.
    const token = await issuer.token({ as: 'alice' })
    const model = `requests-${run}`
    const answers = await burst(urls, PARALLEL, { model, token, maxTokens: ANSWER_TOKENS })
    const served = upstream.seen(model).requests
    const odd = answers.find(({ status, code }) => status !== 200 && code !== 'budget_exceeded')
    if (odd !== undefined) throw new Violation(`run ${run}: answered ${JSON.stringify(odd)}`)
    sum.served += served
    sum.refused += answers.filter(({ status }) => status === 403).length
    sum.overspent += Math.max(0, served - ALLOWANCE)
    const unspent = Math.max(0, Math.min(ALLOWANCE, PARALLEL) - served) / ALLOWANCE
    sum.unspentMost = Math.max(sum.unspentMost, unspent)
    if (served > ALLOWANCE) throw new Violation(`run ${run}: ${served} of ${ALLOWANCE} reached the provider`)
    if (unspent > 0.01) throw new Violation(`run ${run}: ${served} of ${ALLOWANCE} alone reached the provider`)

    const counted = `tokens-${run}`
    await burst(urls, PARALLEL, { model: counted, token, maxTokens: ANSWER_TOKENS })
    const spent = upstream.seen(counted).tokens
    if (spent > TOKENS) throw new Violation(`run ${run}: ${spent} of ${TOKENS} tokens were spent`)
    for (let idle = 0; idle < 2; ) {
      const more = await burst(urls, AFTERWARDS, { model: counted, token, maxTokens: ANSWER_TOKENS })
      if (more.some(({ status }) => status === 200)) idle = 0
      else idle += 1
      // What one gives back the others can spend a moment later.
      await sleep(GIVEN_BACK_MS)
    }
    const all = upstream.seen(counted).tokens
    sum.tokens += all
    if (all > TOKENS) throw new Violation(`run ${run}: ${all} of ${TOKENS} tokens were spent`)
    if (TOKENS - all >= SET_ASIDE_MAX) throw new Violation(`run ${run}: ${TOKENS - all} tokens could not be spent`)
  }
  const seconds = Math.round((Date.now() - began) / 1000)
  console.log(
    `${RUNS} runs of ${PARALLEL} at once against ${ALLOWANCE}, ${urls.length} gateways: ${sum.served} served, ${sum.refused} refused, ` +
      `overspent ${sum.overspent}, left unspent at most ${(100 * sum.unspentMost).toFixed(1)} %; ` +
      `${sum.tokens} of ${RUNS * TOKENS} tokens, overspent 0; no violation, ${seconds} s`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  console.error(`violation: ${error.message}`)
  process.exitCode = 1
} finally {
  for (const gateway of gateways ?? []) {
    const { code, stderr } = await gateway.stop()
    if (code !== 0 || stderr !== '') console.error(`a gateway ended with ${code}: ${stderr}`)
  }
  await issuer.close()
  await upstream.close()
  rmSync(dir, { recursive: true, force: true })
}
