// What the ledger adds to a decision: the labels of the caller, looked up among many identities that have some. Runs the build.
//
//   node scripts/ledger-lookup.mjs [--identities 100000] [--lookups 200000]
//
// Identities have one to four labels; every tenth acts for another, and labels of actors count too. Lookups are of random
// identities, half of them without labels. Fails where the 99th of a hundred takes longer than must be reached.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openLedger } from '../packages/gateway/dist/ledger/ledger.js'
import { createSessions } from '../packages/gateway/dist/ledger/sessions.js'
import { principalOf } from '../packages/gateway/dist/spec/index.js'
import { createMemoryStore } from '../packages/testkit/dist/index.js'
import { seeded } from './exact-match/people.mjs'

const { values } = parseArgs({
  options: { identities: { type: 'string', default: '100000' }, lookups: { type: 'string', default: '200000' } },
})
const P99_MAX_MS = 0.2
const ISSUER = 'https://idp.example'
const LABELS = ['confidential', 'finance', 'internal', 'personal', 'phi', 'pii', 'restricted', 'untrusted']
const identities = Number(values.identities)

const clock = { now: Date.now }
const random = seeded(20_261_130)
const below = (n) => Math.floor(random() * n)
const store = createMemoryStore(clock)
const ledger = await openLedger({
  ...{ store, clock, sessions: createSessions(randomBytes(32)), onRisen: () => undefined, onIll: () => undefined },
  rules: () => ({ ttlMs: 8 * 3_600_000, scope: 'principal', actors: true }),
})
const principal = (n) =>
  principalOf({
    ...{ issuer: ISSUER, subject: `user-${n}`, audiences: [], issuedAt: 0, expiresAt: 0, verifiedAtMs: 0 },
    ...{ actors: n % 10 === 0 ? [{ issuer: ISSUER, subject: `agent-${n % 500}` }] : [], scopes: new Set(), claims: {} },
  })

const all = Array.from({ length: identities * 2 }, (_, n) => principal(n))
for (let n = 0; n < identities; n++) {
  await ledger.gather(
    all[n],
    undefined,
    Array.from({ length: 1 + below(4) }, () => LABELS[below(LABELS.length)]),
  )
}
const held = process.memoryUsage().heapUsed
let found = 0
const times = new Float64Array(Number(values.lookups))
for (let at = 0; at < times.length; at++) {
  const one = all[below(all.length)]
  const from = performance.now()
  const labels = ledger.labelsOf(one, undefined)
  times[at] = performance.now() - from
  if (labels.length > 0) found += 1
}
times.sort()
const quantile = (q) => times[Math.min(times.length - 1, Math.floor(times.length * q))]
const say = (what, figure) => console.log(`${what.padEnd(44)} ${figure}`)
say('identities with labels', ledger.size)
say('lookups, and of them with labels', `${times.length}, ${found}`)
for (const [name, q] of [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
])
  say(`${name}, ms`, quantile(q).toFixed(5))
say('heap in use, MiB', (held / 2 ** 20).toFixed(0))
ledger.close()
await store.close()
if (quantile(0.99) > P99_MAX_MS) {
  console.error('slower than must be reached')
  process.exitCode = 1
}
