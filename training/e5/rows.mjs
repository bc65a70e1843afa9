// `node training/e5/rows.mjs OUT`: the texts that the heads of @ostiary/detector-e5 learn from, as JSON lines: our own patterns, rows
// of the labelled set that are not held back and not share-alike, prose. Offsets are UTF-16.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA, rowsOf } from '../../eval/data.mjs'
import { EXTRACT, OVERRIDE } from '../injection/attacks.mjs'
import { documentTexts, pairTexts, userTexts } from '../injection/data.mjs'
import { chance, hashOf, texts } from '../injection/grammar.mjs'
import { FORGED, MISUSE, PERSONA } from '../injection/jailbreaks.mjs'
import { LANGUAGES } from '../injection/languages.mjs'
import { CLEAN, PLANTED, WITH_CODE } from '../injection/planted.mjs'
import { WORDS } from '../injection/words.mjs'
import { documents as named } from '../names/documents.mjs'
import { documents } from './documents.mjs'

const [out] = process.argv.slice(2)
if (out === undefined) {
  console.error('node training/e5/rows.mjs OUT')
  process.exit(2)
}
/** Never trained on: thresholds are read off these. By pattern or source, so that they are as new as what is met later. */
const isForThresholds = (group) => hashOf(`thresholds/${group}`) % 6 === 0
const ofPart = (row) => ({
  ...row,
  part: row.isForThresholds === true || isForThresholds(row.group) ? 'thresholds' : 'train',
})
const SHARE_ALIKE = /\bSA\b/

const user = userTexts({ scale: 0.6 })
const next = chance(5)
// Attacks are few beside prose, and what asks for the system prompt is fewest.
const weightOf = ({ group, label, weight }) => weight * (label === 0 ? 1 : group.startsWith('extract/') ? 4 : 2)
const users = user
  .filter(({ kind, text }) => kind !== 'document' || next() < (text.length > 0 ? 0.25 : 0))
  .map((row) => ofPart({ ...row, weight: weightOf(row) }))
write('user', users)

const planted = [
  ...ofPatterns(PLANTED, 40, 'planted'),
  ...ofPatterns(WITH_CODE, 50, 'with-code'),
  ...ofPatterns(OVERRIDE, 10, 'override'),
  ...ofPatterns(EXTRACT, 6, 'extract'),
  ...ofPatterns(MISUSE, 16, 'misuse'),
  ...ofPatterns(FORGED, 8, 'forged'),
  ...ofPatterns(PERSONA, 4, 'persona'),
  ...Object.entries(LANGUAGES).flatMap(([language, { attack }]) => ofPatterns(attack, 4, `attack-${language}`)),
]
// Among them is the prose, as prompts and documents.
const pages = user.filter(({ kind }) => kind === 'document').map(({ text }) => text)
const inPlace = documents({ clean: CLEAN, planted, pages, words: WORDS, count: 5200, share: 0.45, seed: 17 })
// Values of structured data, and the same texts in documents.
for (const { group, spans, text } of documentTexts({ scale: 0.3 })) {
  if (group.startsWith('value/') && next() < 1 / 3) inPlace.push({ text, spans, group })
}
const { isHeldBack } = DATA === undefined ? {} : await import('../../eval/held-back.mjs')
if (DATA !== undefined) {
  for (const row of [...rowsOf('injection'), ...rowsOf('benign_hard')]) {
    if (isHeldBack(row)) continue
    if (SHARE_ALIKE.test(row.licence.replaceAll('-', ' '))) {
      // Nothing is learnt from these; how often they alarm says where the threshold has to be.
      if (row.label === 0) inPlace.push({ text: row.text, spans: [], group: row.id, isForThresholds: true })
      continue
    }
    if (row.scope === 'task_in_data')
      inPlace.push({ text: row.text, spans: row.spans, group: `technique/${row.technique}`, weight: 2 })
    else if (/^retrieved|prose_about/.test(row.subtype))
      inPlace.push({ text: row.text, spans: [], group: row.id, weight: 2 })
  }
}
write(
  'planted',
  inPlace.map((row) => ofPart(row)),
)

const people = named(9000, 20_261_130).map((row, index) => ({ ...row, group: `names/${index}` }))
if (DATA !== undefined) {
  // Prompts hold next to no names, and what alarms on them is wrong; the few that do are taken for none.
  for (const row of [...rowsOf('benign_general'), ...rowsOf('benign_hard')]) {
    if (isHeldBack(row) || SHARE_ALIKE.test(row.licence.replaceAll('-', ' '))) continue
    people.push({ text: row.text.slice(0, 1500), spans: [], group: row.id, weight: 0.5, prompt: true })
  }
}
for (const { kind, text } of user) {
  if (kind === 'prompt' && next() < 0.4)
    people.push({ text: text.slice(0, 800), spans: [], group: `prose/${hashOf(text)}`, weight: 0.5, prompt: true })
}
write(
  'names',
  people.map((row) => ofPart(row)),
)

// Of whole assistants nothing is learnt yet: most of a long message would be cut off.
const isWhole = ({ group }) => /\/whole-\d+$/.test(group)
write(
  'against',
  pairTexts()
    .filter((row) => !isWhole(row))
    .map((row) => ofPart(row)),
)

function ofPatterns(patterns, count, family) {
  return texts(patterns, WORDS, count, hashOf(family)).map(({ text, template }) => ({
    text,
    group: `${family}/${template}`,
  }))
}

function write(name, rows) {
  mkdirSync(out, { recursive: true })
  const shuffle = chance(3)
  const order = rows.map((row) => [shuffle(), row]).sort(([a], [b]) => a - b)
  writeFileSync(join(out, `${name}.jsonl`), order.map(([, row]) => `${JSON.stringify(row)}\n`).join(''))
  const characters = rows.reduce((sum, { text }) => sum + text.length, 0)
  console.log(
    `${name}: ${rows.length} texts, ${characters} characters, ${rows.filter(({ part }) => part === 'thresholds').length} for thresholds`,
  )
}
