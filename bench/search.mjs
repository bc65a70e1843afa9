// Searches over 100,000 documents in SQLite, with access filters and without: `node bench/search.mjs [documents] [queries]`.
// Prints one JSON object: milliseconds, and the ratio that is asked for (p95 with a filter to p95 without, at most 1.3).

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { openSqliteDocuments } from '../packages/gateway/dist/adapters/documents-sqlite/documents.js'

const DOCUMENTS = Number(process.argv[2] ?? 100_000)
const QUERIES = Number(process.argv[3] ?? 400)
const WORDS = 20_000
const GROUPS = 100
const BATCH = 500
const CLASSES = ['public', 'internal', 'confidential'].map((level) => ({ level, categories: [] }))

// The same texts at each run: words as frequent as in a language (Zipf-Mandelbrot), 120 of them in a text.
const random = randomOf(20_261_130)
const cumulative = []
for (let rank = 0; rank < WORDS; rank += 1) cumulative.push((cumulative.at(-1) ?? 0) + 1 / (rank + 2.7))

function randomOf(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function word() {
  const sought = random() * cumulative.at(-1)
  let low = 0
  for (let high = WORDS - 1; low < high; ) {
    const middle = (low + high) >> 1
    if (cumulative[middle] < sought) low = middle + 1
    else high = middle
  }
  return `w${low.toString(36)}`
}

const words = (count) => Array.from({ length: count }, word).join(' ')

/** @param audienceOf what the nth document is classified as, and who may find it */
async function filled(path, texts, audienceOf) {
  const index = await openSqliteDocuments({ path, warn: console.error })
  const from = performance.now()
  for (let at = 0; at < texts.length; at += BATCH) {
    const some = texts.slice(at, at + BATCH)
    await index.put(
      some.map((text, nth) => ({ id: `d${at + nth}`, title: '', text, attributes: {}, ...audienceOf(at + nth) })),
    )
  }
  return {
    index,
    perSecond: Math.round(texts.length / ((performance.now() - from) / 1000)),
    bytes: statSync(path).size,
  }
}

async function measured(index, queries, { classes, readers }) {
  const { signal } = new AbortController()
  const took = []
  let hits = 0
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (const text of queries) {
    const from = performance.now()
    const found = await index.search({ text, limit: 10, classes, readers }, signal)
    took.push(performance.now() - from)
    hits += found.value.length
  }
  delay.disable()
  took.sort((one, other) => one - other)
  const at = (part) => Number(took[Math.min(took.length - 1, Math.floor(took.length * part))].toFixed(2))
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), blockedMax: Math.round(delay.max / 1e5) / 10, hits }
}

const folder = mkdtempSync(join(tmpdir(), 'ostiary-search-'))
try {
  const texts = Array.from({ length: DOCUMENTS }, () => words(120))
  const queries = Array.from({ length: QUERIES }, (_, at) => words(2 + (at % 4)))
  const groups = (count) => Array.from({ length: count }, (_, at) => `group:g${at}`)
  const open = await filled(join(folder, 'open.db'), texts, () => ({ classification: CLASSES[0], readers: ['*'] }))
  const kept = await filled(join(folder, 'kept.db'), texts, (at) => ({
    classification: CLASSES[at % 3],
    readers: [
      `group:g${Math.floor(at / 3) % GROUPS}`,
      ...(at % 7 === 0 ? [`user:https://idp.example#${at % 50}`] : []),
    ],
  }))
  const cases = {
    '1 % of documents': { classes: CLASSES, readers: groups(1) },
    'half of documents': { classes: CLASSES, readers: groups(50) },
    '99 % of documents': { classes: CLASSES, readers: groups(99) },
    'one class of three': { classes: CLASSES.slice(0, 1), readers: groups(100) },
  }
  await measured(open.index, queries.slice(0, 50), { classes: CLASSES, readers: ['*'] })
  const without = await measured(open.index, queries, { classes: CLASSES, readers: ['*'] })
  const filters = {}
  for (const [name, filter] of Object.entries(cases)) {
    await measured(kept.index, queries.slice(0, 50), filter)
    const one = await measured(kept.index, queries, filter)
    filters[name] = { ...one, ratio: Number((one.p95 / without.p95).toFixed(2)) }
  }
  const { perSecond, bytes } = kept
  const made = { documents: DOCUMENTS, putPerSecond: perSecond, megabytes: Math.round(bytes / 1e6) }
  console.log(JSON.stringify({ ...made, node: process.version, without, filters }, null, 2))
  await open.index.close()
  await kept.index.close()
} finally {
  rmSync(folder, { recursive: true })
}
