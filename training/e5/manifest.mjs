// `node training/e5/manifest.mjs MODELS ROWS`: fixes the thresholds of models that were just built, on texts that they were not
// trained on, and writes the manifest beside them. Scores come from the files themselves, by the code that runs them later.
import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MODELS_KIND, MODELS_VERSION } from '../../packages/detector-e5/dist/models.js'
import { injectionIn, namesIn, plantedIn } from '../../packages/detector-e5/dist/reading.js'
import { createLook } from '../../packages/detector-e5/dist/session.js'
import { createTokenizer } from '../../packages/detector-e5/dist/tokenizer.js'

const [models, rows] = process.argv.slice(2)
if (rows === undefined) {
  console.error('node training/e5/manifest.mjs MODELS ROWS')
  process.exit(2)
}
const tokenize = createTokenizer(JSON.parse(readFileSync(join(models, 'tokenizer.json'), 'utf8')))
const look = await createLook(readFileSync(join(models, 'model.onnx')))
const SHARE = Number(process.env.E5_SHARE_OF_THRESHOLDS ?? 1)

/** Rows that were kept for this. */
function kept(name) {
  const all = readFileSync(join(rows, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const some = all.filter(({ part }) => part === 'thresholds')
  return some.slice(0, Math.ceil(some.length * SHARE))
}

async function scored(name, score) {
  const found = []
  for (const row of kept(name)) {
    const tokens = tokenize(row.text)
    if (tokens.ids.length === 0) continue
    found.push({ row, score: score(row, tokens, await look(tokens, () => false)) })
  }
  return found
}

/** The lowest score that at most this share of texts reaches. */
function at(scores, share) {
  const sorted = [...scores].sort((a, b) => b - a)
  return Math.min(0.9999, (sorted[Math.floor(sorted.length * share)] ?? 0) + 1e-4)
}

const said = []
function told(name, rows, threshold) {
  const hits = rows.filter(({ score }) => score >= threshold).length
  said.push(`${name}: ${((100 * hits) / Math.max(1, rows.length)).toFixed(1)} % of ${rows.length}`)
}

const user = await scored('user', ({ text }, tokens, outputs) => injectionIn(text, tokens, outputs)?.score ?? 0)
const of = (wanted) => user.filter(({ row }) => row.label === 0 && wanted(row))
const general = of(({ kind }) => kind === 'benign_general' || kind === 'prompt')
const hard = of(({ kind }) => kind === 'benign_hard')
const own = of(({ kind }) => kind === 'own' || kind === 'language')
const scores = (some) => some.map(({ score }) => score)
// Texts from elsewhere alarm more often than those kept of the same sources: half of what is left above counts as unsure too.
const withMargin = (score) => score + (1 - score) / 2
const medium = withMargin(Math.max(at(scores(general), 0.003), at(scores(hard), 0.02), at(scores(own), 0.005)))
const high = withMargin(Math.max(medium, at(scores(general), 0.001), at(scores(own), 0.002)))
const injection = { low: Math.min(medium, at(scores(general), 0.02)), medium, high }
for (const kind of ['own', 'language', 'row'])
  told(
    `attacks, ${kind}`,
    user.filter(({ row }) => row.label === 1 && row.kind === kind),
    medium,
  )
told('general', general, medium)
told('hard', hard, medium)
told('own harmless', own, medium)

const pairs = []
for (const row of kept('against')) {
  const score = await look.against(tokenize(row.system), tokenize(row.text), () => false)
  pairs.push({ row, score: score ?? 0 })
}
const right = pairs.filter(({ row }) => row.label === 0)
// Under a system message that forbids nothing of it next to nothing is wrong.
const isFree = ({ row }) => /^(ordinary-)?plain\//.test(row.group)
const free = right.filter(isFree)
const bound = right.filter((one) => !isFree(one))
const against = {
  low: at(scores(bound), 0.2),
  medium: Math.max(at(scores(bound), 0.1), at(scores(free), 0.005)),
  high: Math.max(at(scores(bound), 0.02), at(scores(free), 0.002)),
}
against.low = Math.min(against.low, against.medium)
against.high = Math.max(against.high, against.medium)
told(
  'against the system message',
  pairs.filter(({ row }) => row.label === 1),
  against.medium,
)
told('right under it', bound, against.medium)
told('right under one that forbids nothing of it', free, against.medium)

const documents = await scored('planted', ({ text }, tokens, outputs) =>
  Math.max(0, ...plantedIn(text, tokens, outputs, 1e-9).map(({ score }) => score)),
)
const clean = documents.filter(({ row }) => row.spans.length === 0)
const planted = at(scores(clean), 0.01)
told(
  'documents with an instruction',
  documents.filter(({ row }) => row.spans.length > 0),
  planted,
)
told('clean documents', clean, planted)

const least = { person: 1e-9, address: 1e-9 }
const named = await scored('names', ({ text }, tokens, outputs) => namesIn(text, tokens, outputs, least))
const thresholds = { planted, injection, against }
for (const type of ['person', 'address']) {
  const prompts = named.filter(({ row }) => row.prompt === true)
  const flagged = prompts.map(({ score }) => Math.max(0, ...score[type].map((one) => one.score)))
  // Of both types together no more than asked for.
  const floor = at(flagged, type === 'person' ? 0.018 : 0.006)
  const documentsOf = named.filter(({ row }) => row.prompt !== true)
  let best = { f1: -1, threshold: floor }
  for (let threshold = Math.max(0.5, floor); threshold < 1; threshold += 0.02) {
    const { f1 } = measured(documentsOf, type, threshold)
    if (f1 > best.f1) best = { f1, threshold }
  }
  thresholds[type] = best.threshold
  const { f1, precision, recall } = measured(documentsOf, type, best.threshold)
  said.push(`${type}: F1 ${f1.toFixed(3)} (precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}), own texts`)
  told(
    `${type}, prompts`,
    flagged.map((score) => ({ score })),
    best.threshold,
  )
}

/** Spans that are where they should be, for at least half of both together. */
function measured(some, type, threshold) {
  let [hits, found, there] = [0, 0, 0]
  for (const { row, score } of some) {
    const gold = row.spans.filter((span) => span.type === type)
    const mine = score[type].filter((one) => one.score >= threshold)
    there += gold.length
    found += mine.length
    hits += gold.filter((a) => mine.some((b) => overlap(a, b) >= 0.5)).length
  }
  const precision = hits / Math.max(1, found)
  const recall = hits / Math.max(1, there)
  return { precision, recall, f1: (2 * precision * recall) / Math.max(1e-9, precision + recall) }
}

function overlap(a, b) {
  const both = Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))
  return both / (Math.max(a.end, b.end) - Math.min(a.start, b.start))
}

const files = Object.fromEntries(
  ['model.onnx', 'tokenizer.json'].map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(models, name)))
      .digest('hex'),
  ]),
)
const bytes = Object.fromEntries(Object.keys(files).map((name) => [name, statSync(join(models, name)).size]))
const manifest = {
  kind: MODELS_KIND,
  version: MODELS_VERSION,
  base: 'multilingual-e5-small, 8 of 12 layers (MIT)',
  files,
  bytes,
  thresholds,
  fixedOn: said,
}
writeFileSync(join(models, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
console.log(said.join('\n'))
console.log(thresholds)
