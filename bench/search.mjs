// Searches over 100,000 documents in SQLite, with access filters and without: `node bench/search.mjs [documents] [queries]`.
// Prints one JSON object: milliseconds, and p95 with each filter to p95 without, of which at most 1.3 is asked.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openSqliteDocuments } from '../packages/gateway/dist/adapters/documents-sqlite/documents.js'

const DOCUMENTS = Number(process.argv[2] ?? 100_000)
const QUERIES = Number(process.argv[3] ?? 400)
const WORDS = 20_000
const GROUPS = 100
const BATCH = 500
const WARM_UP = 30
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

/** Every query is asked of each case before the next one: what else the machine does then disturbs all of them. */
async function measured(cases, queries) {
  const { signal } = new AbortController()
  const took = new Map(Object.keys(cases).map((name) => [name, []]))
  for (const text of queries) {
    for (const [name, { index, classes, readers }] of Object.entries(cases)) {
      const from = performance.now()
      const found = await index.search({ text, limit: 10, classes, readers }, signal)
      took.get(name).push(performance.now() - from)
      if (found.kind === 'refuse') throw new Error(found.forLog)
    }
  }
  const at = (times, part) =>
    Number(times.sort((one, other) => one - other)[Math.floor(times.length * part)].toFixed(2))
  return Object.fromEntries([...took].map(([name, times]) => [name, { p50: at(times, 0.5), p95: at(times, 0.95) }]))
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
  const { index } = kept
  const cases = {
    without: { index: open.index, classes: CLASSES, readers: ['*'] },
    '1 % of documents': { index, classes: CLASSES, readers: groups(1) },
    'half of documents': { index, classes: CLASSES, readers: groups(50) },
    '99 % of documents': { index, classes: CLASSES, readers: groups(99) },
    'one class of three': { index, classes: CLASSES.slice(0, 1), readers: groups(100) },
  }
  await measured(cases, queries.slice(0, WARM_UP))
  const { without, ...filters } = await measured(cases, queries)
  const { perSecond, bytes } = kept
  const made = {
    documents: DOCUMENTS,
    putPerSecond: perSecond,
    megabytes: Math.round(bytes / 1e6),
    node: process.version,
  }
  const ratios = Object.fromEntries(
    Object.entries(filters).map(([name, { p95 }]) => [name, Number((p95 / without.p95).toFixed(2))]),
  )
  console.log(JSON.stringify({ ...made, without, filters, ratios }, null, 2))
  await open.index.close()
  await kept.index.close()
} finally {
  rmSync(folder, { recursive: true })
}
