// How well released values are known again when they come back reformatted, and how often something else is taken for them. Runs
// the build.
//
//   node scripts/exact-match.mjs [--people 20000] [--asked 5000]
//
// Rows of generated people are remembered, ten values each; those of some come back in other words. With `OSTIARY_SHARED_DATA` the benign
// prompts there are looked at too: nothing of the people is in them, so each match is false. Prints figures; fails below what must be reached.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openFingerprints } from '../packages/gateway/dist/fingerprints/fingerprints.js'
import { RUN_MIN } from '../packages/gateway/dist/fingerprints/winnow.js'
import { labelsKnownIn } from '../packages/gateway/dist/spec/index.js'
import { createMemoryStore } from '../packages/testkit/dist/index.js'
import { cells, person, seeded } from './exact-match/people.mjs'
import { retold } from './exact-match/retold.mjs'

const { values } = parseArgs({
  options: { people: { type: 'string', default: '20000' }, asked: { type: 'string', default: '5000' } },
})
const RECALL_MIN = 0.95
const FALSE_MAX = 0.001
const PAGE = 100
/** Of this process: what else runs on the machine does not count. */
const cpuMs = () => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

const clock = { now: Date.now }
const secret = process.env.OSTIARY_SEED === undefined ? Buffer.alloc(32, 7) : randomBytes(32)
const store = createMemoryStore(clock)
const known = await openFingerprints({
  ...{ store, clock, secret, onIll: () => undefined },
  rules: { ttlMs: 3_600_000, max: 4_000_000 },
})

const random = seeded(20_261_130)
const people = Array.from({ length: Number(values.people) }, () => person(random))
const before = process.memoryUsage()
const from = cpuMs()
for (let at = 0; at < people.length; at += PAGE) {
  const rows = people
    .slice(at, at + PAGE)
    .map((one, index) => ({ values: cells(one, index % 10 === 0), labels: ['restricted'] }))
  await known.remember(rows)
}
const ms = cpuMs() - from
const after = process.memoryUsage()
const again = cpuMs()
for (let at = 0; at < people.length; at += PAGE) {
  const rows = people
    .slice(at, at + PAGE)
    .map((one, index) => ({ values: cells(one, index % 10 === 0), labels: ['restricted'] }))
  await known.remember(rows)
}
const againMs = cpuMs() - again
const say = (what, figure) => console.log(`${what.padEnd(58)} ${figure}`)
say('rows remembered', people.length)
say('values in them', people.length * 14 + people.length / 10)
say('fingerprints', known.size)
say('remembered, ms of CPU a page of 100 rows', (ms / (people.length / PAGE)).toFixed(2))
say('the same rows again, ms of CPU a page', (againMs / (people.length / PAGE)).toFixed(2))
say('memory, MiB more (RSS, with the store in memory)', ((after.rss - before.rss) / 2 ** 20).toFixed(0))
say('a copied run of a long text is found from, folded characters', RUN_MIN)

const isMatch = (text) => labelsKnownIn(known, [text]).length > 0
const tally = new Map()
const missed = new Map()
let asked = 0
for (let at = 0; at < people.length && asked < Number(values.asked); at += 10) {
  for (const { kind, text, way } of retold(people[at], random)) {
    asked += 1
    const count = tally.get(kind) ?? { found: 0, all: 0 }
    count.all += 1
    if (isMatch(text)) count.found += 1
    else missed.set(`${kind} ${way}`, [...(missed.get(`${kind} ${way}`) ?? []), text])
    tally.set(kind, count)
  }
}
let found = 0
for (const [kind, count] of tally) {
  found += count.found
  say(`recall: ${kind}`, `${(count.found / count.all).toFixed(4)} (${count.found} of ${count.all})`)
}
say('recall', (found / asked).toFixed(4))
for (const [way, texts] of missed)
  say(`  missed: ${way}`, `${texts.length}, such as ${JSON.stringify(texts[0])?.slice(0, 200)}`)

// Other people of the same shapes: whose values nobody released.
const others = seeded(99)
let strangers = 0
let strange = 0
for (let at = 0; at < 2000; at++) {
  for (const { kind, text, way } of retold(person(others), others)) {
    strangers += 1
    if (isMatch(text)) {
      strange += 1
      if (process.env.SHOW) console.log('  stranger:', kind, way, JSON.stringify(text))
    }
  }
}
say('other people, same shapes: matched', `${(strange / strangers).toFixed(5)} (${strange} of ${strangers})`)

const folder = process.env.OSTIARY_SHARED_DATA
let isFalse = 0
if (folder !== undefined) {
  const prompts = ['benign_general.jsonl', 'benign_hard.jsonl'].flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).text),
  )
  const matched = prompts.filter((text) => isMatch(text))
  if (process.env.SHOW) for (const text of matched) console.log('  false:', JSON.stringify(text).slice(0, 600))
  isFalse = matched.length / prompts.length
  say('benign prompts matched', `${isFalse.toFixed(5)} (${matched.length} of ${prompts.length})`)
  const long = prompts.join('\n').slice(0, 102_400)
  const times = Array.from({ length: 30 }, () => {
    const start = cpuMs()
    isMatch(long)
    return cpuMs() - start
  }).sort((a, b) => a - b)
  say(
    'a prompt of 100 KiB looked through, ms of CPU (median; most)',
    `${times[15].toFixed(2)}; ${times[29].toFixed(2)}`,
  )
}
const hostile = [
  ['one-letter words', 'a '.repeat(51_200)],
  ['digits apart', '7 '.repeat(51_200)],
  ['dates', '12.03.1985 '.repeat(9_300)],
  [
    'names of theirs',
    `${people
      .slice(0, 4000)
      .map(({ first, last }) => `${first} ${last}`)
      .join(' ')} `
      .repeat(3)
      .slice(0, 102_400),
  ],
  [
    'days of theirs',
    people
      .slice(0, 9_000)
      .map(({ born }) => born)
      .join(' ')
      .slice(0, 102_400),
  ],
]
for (const [what, text] of hostile) {
  isMatch(text)
  const start = cpuMs()
  isMatch(text)
  say(`100 KiB of ${what}, ms of CPU`, (cpuMs() - start).toFixed(1))
}
known.close()
await store.close()
if (found / asked < RECALL_MIN || isFalse > FALSE_MAX) {
  console.error('less than must be reached')
  process.exitCode = 1
}
