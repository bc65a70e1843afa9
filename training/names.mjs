// `npm run detectors:train` (this part: `node training/names.mjs`): learns the tagger of names and addresses and writes its weights.
// From our own templates filled by lists of names, and from prose without names; no row of personal data of others is in it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { characterClasses } from '../packages/gateway/dist/adapters/detector-names/characters.js'
import { LEFT } from '../packages/gateway/dist/adapters/detector-names/features.js'
import * as bits from '../packages/gateway/dist/adapters/detector-names/lexicon.js'
import { KIND } from '../packages/gateway/dist/adapters/detector-names/model.js'
import { RunReader } from '../packages/gateway/dist/adapters/detector-names/runs.js'
import {
  ADDRESS,
  ADDRESS_ON,
  OUTSIDE,
  PERSON,
  PERSON_ON,
} from '../packages/gateway/dist/adapters/detector-names/tagger.js'
import { weightsFile } from '../packages/gateway/dist/weights/weights.js'
import { createTrainer, exampleOf } from './names/crf.mjs'
import { documents } from './names/documents.mjs'
import { lexiconWords } from './names/lexicon.mjs'
import { messages, prompts, readmes } from './names/prose.mjs'
import { seeded } from './names/random.mjs'

const ROWS = 1 << 17
const SEED = 2
const EPOCHS = 6
/** Of so many epochs, the last ones, weights are averaged. */
const KEPT = 4
const DOCUMENTS = 60_000
const THRESHOLDS = { person: 0.955, address: 0.85 }

const random = seeded(SEED)
const words = lexiconWords()
const { slots, kinds } = bits.lexiconTable(words)
const reader = new RunReader(characterClasses(), new bits.Lexicon(slots, kinds))

/** So that names hold up that no list has, some are taken for unknown while learning. */
function forget(tokens, count) {
  for (let at = 0; at < LEFT + count + 2; at++) {
    const kind = tokens.kind[at]
    if ((kind & (bits.FIRST | bits.LAST | bits.RARE | bits.PLACE)) !== 0 && random() < 0.2) {
      tokens.kind[at] = kind & ~(bits.FIRST | bits.LAST | bits.RARE | bits.PLACE)
    }
    if (random() < 0.25) tokens.tail4[at] = 0
    if (random() < 0.15) tokens.tail3[at] = 0
  }
}

function goldOf(tokens, count, spans) {
  const gold = new Uint8Array(count)
  for (let place = 0; place < count; place++) {
    const start = tokens.start[LEFT + place]
    const end = tokens.end[LEFT + place]
    const span = spans.find((one) => start >= one.start && end <= one.end)
    if (span === undefined) gold[place] = OUTSIDE
    else {
      const goesOn = place > 0 && tokens.start[LEFT + place - 1] >= span.start
      gold[place] = span.type === 'person' ? (goesOn ? PERSON_ON : PERSON) : goesOn ? ADDRESS_ON : ADDRESS
    }
  }
  return gold
}

function examplesOf(texts, weight) {
  const examples = []
  const { tokens } = reader
  for (const { text, spans } of texts) {
    reader.begin(text, 0)
    for (let at = reader.next(0, true); reader.count > 0; at = reader.next(at, true)) {
      const { count } = reader
      const gold = goldOf(tokens, count, spans)
      forget(tokens, count)
      // Our own sentences are few, and so are prompts: what they are about must not stand for what names stand in.
      if (random() < 0.3) reader.bagCount = 0
      examples.push({ ...exampleOf(reader, gold, ROWS - 1), weight })
    }
  }
  return examples
}

const from = Date.now()
const bare = (texts) => texts.map((text) => ({ text, spans: [] }))
const [asked, pages, told] = [prompts(), bare(readmes()), bare(messages())]
const trainer = createTrainer(ROWS)
for (let epoch = 0; epoch < EPOCHS; epoch++) {
  // Names and what was forgotten of them are others each time: what a few thousand of them have in common is not learnt.
  const examples = [
    ...examplesOf(documents(DOCUMENTS, SEED + epoch, asked), 1),
    ...examplesOf(pages, 0.5),
    ...examplesOf(
      told.filter((_, index) => index % 3 === epoch % 3),
      0.5,
    ),
    ...examplesOf(bare(asked), 5),
  ]
  for (let i = examples.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[examples[i], examples[j]] = [examples[j], examples[i]]
  }
  for (const one of examples) trainer.learn(one, one.weight)
  if (epoch >= EPOCHS - KEPT) trainer.keep()
  console.log(`epoch ${epoch + 1}: ${examples.length} runs, ${seconds()} s`)
}

trainer.average()
// The few largest weights are cut, so that the many small ones keep their last bit.
const sizes = Float32Array.from(trainer.weights, Math.abs)
  .filter((size) => size > 0)
  .sort()
const scale = sizes[Math.floor(sizes.length * 0.9995)] / 127
const bytes = Int8Array.from(trainer.weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale))))
const transitions = Array.from(trainer.transitions, (value) => Math.round(value * 1e4) / 1e4)
const path = fileURLToPath(new URL('../packages/gateway/weights/names.bin', import.meta.url))
mkdirSync(dirname(path), { recursive: true })
const arrays = new Map([
  ['weights', bytes],
  ['lexicon', new Int8Array(slots.buffer)],
  ['kinds', new Int8Array(kinds.buffer)],
])
writeFileSync(path, weightsFile(KIND, { about: { scale, transitions, ...THRESHOLDS }, arrays }))
console.log(`${path}: ${words.size} words, ${seconds()} s`)

function seconds() {
  return ((Date.now() - from) / 1000).toFixed(0)
}
