// `npm run detectors:train`, this part of it: trains the heads of the injection detector and writes packages/gateway/weights/injection.bin.
// Wants a build, the labelled rows (eval/data.mjs says where), and in OSTIARY_PROSE what prose.mjs cut.
//
// OSTIARY_ONLY_CHARGED=1 trains what judges against system messages, and leaves the rest as it is; OSTIARY_ONLY_DOCUMENTS=1 what judges
// documents.
//
// Thresholds are fixed on scores of texts that the heads which scored them were not trained on: four folds, by pattern and source.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Against } from '../packages/gateway/dist/adapters/detector-injection/charge/against.js'
import { Charge } from '../packages/gateway/dist/adapters/detector-injection/charge/charge.js'
import { Vectors } from '../packages/gateway/dist/adapters/detector-injection/charge/vectors.js'
import { Context } from '../packages/gateway/dist/adapters/detector-injection/context.js'
import { BUCKETS, Features } from '../packages/gateway/dist/adapters/detector-injection/features.js'
import { KIND } from '../packages/gateway/dist/adapters/detector-injection/model.js'
import {
  chunksOf,
  sentencesOf,
  tellingOf,
  wholeOrChunksOf,
} from '../packages/gateway/dist/adapters/detector-injection/pieces.js'
import { Reading } from '../packages/gateway/dist/adapters/detector-injection/reading.js'
import { LONE_DISCOUNT } from '../packages/gateway/dist/adapters/detector-injection/users.js'
import { valueAt, valuesOf } from '../packages/gateway/dist/adapters/detector-injection/values.js'
import { readWeights, weightsFile } from '../packages/gateway/dist/weights/weights.js'
import { documentTexts, pairTexts, userTexts } from './injection/data.mjs'
import { hashOf } from './injection/grammar.mjs'
import { combined, logitOf, quantised, sampleOf, train } from './injection/learn.mjs'
import { trainNet } from './injection/net.mjs'

const OUT = fileURLToPath(new URL('../packages/gateway/weights/injection.bin', import.meta.url))
const FOLDS = 4
/** Of what is ordinary, the share of which a detector that sees more may be asked: of documents, which are long, twice as many. */
const ASKED = 0.05
const reading = new Reading()
const features = new Features()

/** Every chunk of a text, and the sentences of it that are looked at by themselves. */
function chunksIn({ text, label, weight }) {
  reading.read(text)
  const sentences = sentencesOf(reading)
  const chunks = chunksOf(reading, sentences)
  const sampled = ({ from, to }) => {
    features.take(reading, from, to)
    return sampleOf(features, label, weight)
  }
  return { chunks: chunks.map(sampled), telling: tellingOf(reading, sentences, chunks).map(sampled) }
}

function wholeOf(chunks) {
  if (chunks.length === 1) return chunks[0]
  const groups = [[], [], []]
  for (const { indices, ends } of chunks) {
    let from = 0
    for (const [group, end] of ends.entries()) {
      groups[group].push(indices.subarray(from, end))
      from = end
    }
  }
  const lengths = groups.map((parts) => parts.reduce((sum, one) => sum + one.length, 0))
  const indices = new Int32Array(lengths[0] + lengths[1] + lengths[2])
  let at = 0
  for (const part of groups.flat()) {
    indices.set(part, at)
    at += part.length
  }
  const ends = [lengths[0], lengths[0] + lengths[1], at]
  return { indices, ends, label: chunks[0].label, weight: chunks[0].weight }
}

const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length

/** What the last step sees of a text, and what it would see of the chunk that is most like an attack, alone. */
function summary({ chunks, telling, whole }, heads) {
  const scores = chunks.map((chunk) => logitOf(chunk, heads.chunk))
  const sorted = [...scores].sort((a, b) => b - a)
  return {
    values: [sorted[0], mean(sorted.slice(0, 3)), logitOf(whole, heads.whole), Math.log(chunks.length)],
    alone: [...chunks, ...telling].map((piece) => {
      const score = logitOf(piece, heads.chunk)
      return [score, score, logitOf(piece, heads.whole), 0]
    }),
  }
}

/** Which chunks of an attack make it one is not known: first all of them, then those that look so. */
function trainUser(texts) {
  const whole = train(
    texts.map(({ whole }) => whole),
    { buckets: BUCKETS, epochs: 6 },
  )
  let chunk
  for (let round = 0; round < 2; round++) {
    const samples = []
    for (const { chunks, row, telling } of texts) {
      const pieces = [...chunks, ...telling]
      if (row.label === 0) {
        const weight = row.weight / Math.sqrt(pieces.length)
        for (const one of pieces) samples.push({ ...one, weight })
        continue
      }
      const order = chunk === undefined ? chunks : [...pieces].sort((a, b) => logitOf(b, chunk) - logitOf(a, chunk))
      const kept = chunk === undefined ? order.slice(0, 6) : order.slice(0, Math.max(1, Math.ceil(order.length / 2)))
      for (const one of kept) samples.push({ ...one, weight: row.weight / Math.sqrt(kept.length) })
    }
    chunk = train(samples, { buckets: BUCKETS, epochs: round === 0 ? 3 : 6 })
  }
  return { whole, chunk }
}

const foldOf = ({ group }) => hashOf(group) % FOLDS
/** All that is said under one of our assistants, or about one topic, is of one fold, be it right or wrong. */
const messageFoldOf = ({ group }) =>
  hashOf(group.replace(/^(app|(?=in-|scope)|(?=not-|forbidden))[a-z-]*/, '$1')) % FOLDS
const sigmoid = (z) => 1 / (1 + Math.exp(-z))
const dot = (weights, values) => values.reduce((sum, one, k) => sum + one * weights[k], weights[values.length])

/** The lowest score that at most this share of texts is above. */
function thresholdAt(scores, share) {
  const sorted = [...scores].sort((a, b) => b - a)
  return (sorted[Math.floor(sorted.length * share)] ?? 0) + 1e-6
}

/** None is below the one before it. */
function graded({ doubt, high, low, medium }) {
  const least = Math.min(low, medium)
  return { doubt: Math.min(doubt, least), low: least, medium, high: Math.max(medium, high) }
}

function report(name, scored, threshold) {
  const kinds = new Map()
  for (const { row, score } of scored) {
    const key = `${row.label} ${row.kind} ${row.kind === 'own' ? row.group.split('/')[0] : (row.language ?? '')}`
    const kind = kinds.get(key) ?? { hits: 0, of: 0 }
    kind.of += 1
    if (score >= threshold) kind.hits += 1
    kinds.set(key, kind)
  }
  console.log(`${name}: at ${threshold.toFixed(4)}`)
  for (const [key, { hits, of }] of [...kinds].sort())
    console.log(`  ${key.padEnd(32)} ${((100 * hits) / of).toFixed(1)} % of ${of}`)
}

function user() {
  const texts = userTexts()
    .map((row) => {
      const { chunks, telling } = chunksIn(row)
      return { row, chunks, telling, whole: chunks.length === 0 ? undefined : wholeOf(chunks) }
    })
    .filter(({ chunks }) => chunks.length > 0)
  console.log('users:', texts.length, 'texts')
  const rows = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const heads = trainUser(texts.filter(({ row }) => foldOf(row) !== fold))
    for (const text of texts) if (foldOf(text.row) === fold) rows.push({ row: text.row, ...summary(text, heads) })
  }
  const combine = combined(
    rows.map(({ values }) => values),
    rows.map(({ row }) => row.label),
    rows.map(({ row }) => row.weight),
  )
  const scored = rows.map(({ alone, row, values }) => {
    const logit = Math.max(dot(combine, values), ...alone.map((one) => dot(combine, one) - LONE_DISCOUNT))
    return { row, score: sigmoid(logit) }
  })
  const of = (wanted) => scored.filter(({ row }) => row.label === 0 && wanted(row)).map(({ score }) => score)
  const general = of(({ kind }) => kind === 'benign_general' || kind === 'prompt')
  const documents = of(({ kind }) => kind === 'document')
  const hard = of(({ kind }) => kind === 'benign_hard')
  const own = of(({ kind }) => kind === 'own')
  // Stricter than what is asked for: texts from elsewhere alarm more often.
  const team = Math.max(
    thresholdAt(general, 0.004),
    thresholdAt(documents, 0.006),
    thresholdAt(hard, 0.018),
    thresholdAt(own, 0.08),
  )
  const strict = Math.max(thresholdAt(general, 0.001), thresholdAt(hard, 0.004), thresholdAt(own, 0.015))
  const low = Math.max(thresholdAt(general, 0.01), thresholdAt(hard, 0.04))
  const doubt = thresholdAt(general, ASKED)
  report('users', scored, team)
  if (process.env.OSTIARY_ONLY_FOLDS !== undefined) process.exit(0)
  const heads = trainUser(texts)
  return {
    heads,
    combine,
    thresholds: graded({ doubt, low: Math.max(low, team * 0.7), medium: team, high: strict }),
  }
}

/** Sentences of a document, and of each of its values, as samples; those that were planted are to be found. */
function sentencesIn(document) {
  const { text, weight } = document
  const whole = sampled(text, (start, end) => ({ start, end }), document)
  const values = valuesOf(text).flatMap((value) => {
    const { shown, spanOf } = valueAt(text, value)
    const some = sampled(shown, spanOf, document)
    // Alone in a field nobody could tell a task that was planted from one that somebody has.
    return document.isTask && some.length === 1 ? some.map((one) => ({ ...one, isUnclear: true })) : some
  })
  const all = [...whole, ...values]
  return all.map(({ features, isPlanted, isUnclear }, index) => {
    const share = isPlanted ? weight : weight / Math.sqrt(all.length)
    const isValue = index >= whole.length
    return { ...features, label: isPlanted ? 1 : 0, weight: isUnclear ? 0 : share, isValue }
  })
}

/** @param spanOf where a stretch of `text` stands in the document */
function sampled(text, spanOf, { spans, text: written }) {
  reading.read(text)
  const sentences = sentencesOf(reading)
  const context = new Context()
  context.read(reading, sentences)
  return sentences.map(({ from, to }, index) => {
    const { end, start } = spanOf(reading.starts[from], reading.ends[to - 1])
    const common = Math.max(0, ...spans.map((span) => Math.min(end, span.end) - Math.max(start, span.start)))
    const isInside = common > (end - start) / 2
    // Code that was planted is code: what tells is the line before it, and the rule that takes the block along.
    const isCode =
      isInside &&
      spans.some((span) => written.slice(span.start, start).includes('```') || written.startsWith('```', start))
    features.take(reading, from, to, context.of(index))
    // Of a line of data that a planted sentence is the smaller part of nothing can be said.
    return {
      features: sampleOf(features, 0),
      isPlanted: isInside && !isCode,
      isUnclear: isCode || (!isInside && common > 8),
    }
  })
}

/** Of several heads that saw the samples in other orders the mean: what one has by chance the others have not. */
function averaged(samples) {
  const heads = [7, 19, 31, 43].map((seed) => train(samples, { buckets: BUCKETS, epochs: 3, seed }))
  return {
    weights: Float32Array.from({ length: BUCKETS }, (_, index) => mean(heads.map(({ weights }) => weights[index]))),
    bias: mean(heads.map(({ bias }) => bias)),
  }
}

function planted() {
  const documents = documentTexts().map((document) => ({ document, samples: sentencesIn(document) }))
  console.log('documents:', documents.length)
  const scored = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = documents.filter(({ document }) => foldOf(document) !== fold).flatMap(({ samples }) => samples)
    const head = averaged(others)
    for (const { document, samples } of documents) {
      if (foldOf(document) !== fold) continue
      const label = samples.some((sample) => sample.label === 1) ? 1 : 0
      // Of one that has something planted it is that which has to be found; of a clean one nothing.
      const most = (some) =>
        some.reduce((best, one) => (one.label === label ? Math.max(best, sigmoid(logitOf(one, head))) : best), 0)
      const row = { ...document, label }
      scored.push({ row, score: most(samples.filter((one) => !one.isValue)) })
      const ofValues = samples.filter((one) => one.isValue)
      if (ofValues.length > 0) scored.push({ row: { ...row, kind: `${row.kind}, a value` }, score: most(ofValues) })
    }
  }
  const of = (wanted) => scored.filter(({ row }) => row.label === 0 && wanted(row)).map(({ score }) => score)
  const retrieved = of(({ kind }) => kind === 'retrieved')
  const pages = of(({ kind }) => kind === 'document')
  const values = of(({ kind }) => kind === 'structured, a value')
  const own = of(({ kind }) => kind === 'own')
  // Of few mails one or two ask for what is planted elsewhere.
  const read = Math.max(thresholdAt(retrieved, 0.06), thresholdAt(pages, 0.015), thresholdAt(own, 0.015))
  // Clean documents from elsewhere alarm more often than those of the folds.
  const team = read + (1 - read) * 0.15
  const strict = Math.max(thresholdAt(pages, 0.006), thresholdAt(own, 0.01))
  const low = Math.max(thresholdAt(retrieved, 0.08), thresholdAt(pages, 0.08), team * 0.7)
  const doubt = Math.max(thresholdAt(retrieved, 2 * ASKED), thresholdAt(pages, 2 * ASKED))
  const ofValue = thresholdAt(values, 0.02)
  report('documents', scored, team)
  const head = averaged(documents.flatMap(({ samples }) => samples))
  const strictOf = (medium) => medium + (1 - medium) / 2
  return {
    head,
    documents: graded({ doubt, low, medium: team, high: Math.max(strict, strictOf(team)) }),
    values: graded({
      doubt: thresholdAt(values, 2 * ASKED),
      low: thresholdAt(values, 0.08),
      medium: ofValue,
      high: Math.max(thresholdAt(values, 0.008), strictOf(ofValue)),
    }),
  }
}

const inputsOf = (figures) => Float32Array.of(...figures, 1)

/** What is judged of a text under its system message, as `Under` does. */
function piecesUnder(row, charge) {
  charge.read(row.system)
  reading.read(row.text)
  return wholeOrChunksOf(reading).map((piece) => charge.against(piece).slice())
}

function charged(vectors) {
  const charge = new Charge(reading, vectors)
  const rows = pairTexts()
    .map((row) => ({ row: { ...row, kind: 'own' }, pieces: piecesUnder(row, charge) }))
    .filter(({ pieces }) => pieces.length > 0)
  const samplesOf = (some) =>
    some.flatMap(({ pieces, row: { label } }) =>
      pieces.map((figures) => ({ inputs: inputsOf(figures), label, weight: 1 / Math.sqrt(pieces.length) })),
    )
  console.log('under system messages:', rows.length)
  const scored = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = rows.filter(({ row }) => messageFoldOf(row) !== fold)
    const against = new Against(trainNet(samplesOf(others)))
    for (const { pieces, row } of rows) {
      if (messageFoldOf(row) !== fold) continue
      scored.push({ row, score: sigmoid(Math.max(...pieces.map((figures) => against.logit(figures)))) })
    }
  }
  const of = (wanted) => scored.filter(({ row }) => row.label === 0 && wanted(row)).map(({ score }) => score)
  // What anybody may ask, under a message that forbids nothing of it: there hardly anything is wrong.
  const plain = of(({ group }) => group.startsWith('ordinary-plain'))
  const others = of(({ group }) => !group.startsWith('ordinary-plain'))
  const team = Math.max(thresholdAt(plain, 0.003), thresholdAt(others, 0.05))
  const strict = Math.max(thresholdAt(plain, 0.002), thresholdAt(others, 0.01), team + (1 - team) / 2)
  const doubt = thresholdAt(plain, ASKED)
  report('under system messages', scored, team)
  return {
    net: trainNet(samplesOf(rows)),
    thresholds: graded({
      doubt,
      low: Math.max(thresholdAt(plain, 0.04), thresholdAt(others, 0.1)),
      medium: team,
      high: strict,
    }),
  }
}

/** What words are about is not learnt here: injection/vectors.py makes it. */
function storedVectors(shipped) {
  const folder = process.env.OSTIARY_VECTORS
  const names = ['words', 'codes', 'centres']
  return Object.fromEntries(
    names.map((name) => [
      name,
      folder === undefined ? shipped.arrays.get(name) : new Int8Array(readFileSync(join(folder, `${name}.bin`))),
    ]),
  )
}

function save(about, arrays) {
  mkdirSync(dirname(OUT), { recursive: true })
  writeFileSync(OUT, weightsFile(KIND, { about, arrays }))
  console.log(about)
}

const shipped = readWeights(OUT, KIND)
if (process.env.OSTIARY_ONLY_DOCUMENTS !== undefined) {
  const { documents, head, values } = planted()
  const { bytes, step } = quantised(head.weights)
  const arrays = new Map([...shipped.arrays, ['planted', bytes]])
  save({ ...shipped.about, documents, values, planted: { step, bias: head.bias } }, arrays)
  process.exit(0)
}
const stored = storedVectors(shipped)
const under = charged(new Vectors(stored))
const beside = [...Object.entries(stored), ['against', new Int8Array(under.net.buffer)]]
if (process.env.OSTIARY_ONLY_CHARGED !== undefined) {
  save({ ...shipped.about, under: under.thresholds }, new Map([...shipped.arrays, ...beside]))
  process.exit(0)
}
const users = user()
const documents = planted()
const heads = new Map([
  ['chunk', users.heads.chunk],
  ['whole', users.heads.whole],
  ['planted', documents.head],
])
const about = {
  combine: users.combine,
  users: users.thresholds,
  documents: documents.documents,
  values: documents.values,
  under: under.thresholds,
}
const arrays = new Map(beside)
for (const [name, { bias, weights }] of heads) {
  const { bytes, step } = quantised(weights)
  arrays.set(name, bytes)
  about[name] = { step, bias }
}
save(about, arrays)
