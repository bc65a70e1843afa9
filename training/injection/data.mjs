// The texts that the heads learn from: rows of the shared set that are not held back, our own patterns, and prose.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DATA, rowsOf } from '../../eval/data.mjs'
import { isHeldBack } from '../../eval/held-back.mjs'
import { EXTRACT, OVERRIDE } from './attacks.mjs'
import { MORE } from './attacks-more.mjs'
import { PERSONAS, QUOTED, REQUESTS, TRIGGERS } from './benign.mjs'
import { chance, hashOf, pick, say, texts } from './grammar.mjs'
import { FORGED, gibberish, HARMFUL, MISUSE, PERSONA } from './jailbreaks.mjs'
import { LANGUAGES } from './languages.mjs'
import { SAID, STANDS } from './ordinary.mjs'
import { pairs } from './pairs.mjs'
import { CLEAN, PLANTED, TASKS, WITH_CODE } from './planted.mjs'
import { structured } from './structures.mjs'
import { WORDS } from './words.mjs'

const FENCE = '```'
/** Of what is planted, what is an attack whoever says it. */
const SAID_TOO = new Set(['override', 'secrets', 'fake'])
/** Of ordinary prompts, those that are no longer stand under system messages. UTF-16 code units. */
const PROMPT_MAX = 3000
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What somebody says who pastes a document. */
const ASKS = ['Summarise this:', 'What does it say?', 'Translate:', 'tl;dr', 'Explain this to me.', 'Is this right?']

/** Half of all documents are pasted behind a request. */
function asked(text) {
  const hash = hashOf(text) >>> 3
  return hash % 2 === 0 ? text : `${ASKS[(hash >>> 1) % ASKS.length]}\n\n${text}`
}

/** Of patterns: those of one pattern are of one fold, so that it is told how another would fare. */
function of(patterns, count, family, rest, seed = 1) {
  return texts(patterns, WORDS, count, seed + hashOf(family)).map(({ text, template }) => ({
    text,
    // Of a language all are of one fold: then it is told how one would fare that nothing was learnt of.
    group: rest.language === undefined ? `${family}/${template}` : `language/${rest.language}`,
    ...rest,
  }))
}

/** Users' texts: `{ text, label, group, weight, kind, language? }`. */
export function userTexts({ scale = 1 } = {}) {
  const n = (count) => Math.max(1, Math.round(count * scale))
  const rows = [
    ...of(OVERRIDE, n(45), 'override', { label: 1, weight: 0.5, kind: 'own' }),
    ...of(MORE, n(35), 'more', { label: 1, weight: 0.6, kind: 'own' }),
    ...of(EXTRACT, n(35), 'extract', { label: 1, weight: 0.6, kind: 'own' }),
    ...of(PERSONA, n(40), 'persona', { label: 1, weight: 0.5, kind: 'own' }),
    ...of(FORGED, n(40), 'forged', { label: 1, weight: 0.6, kind: 'own' }),
    ...of(MISUSE, n(40), 'misuse', { label: 1, weight: 0.5, kind: 'own' }),
    ...of(REQUESTS, n(60), 'requests', { label: 0, weight: 1, kind: 'own' }),
    ...of(TRIGGERS, n(60), 'triggers', { label: 0, weight: 1.5, kind: 'own' }),
    ...of(PERSONAS, n(110), 'personas', { label: 0, weight: 1.5, kind: 'own' }),
    ...of(QUOTED, n(60), 'quoted', { label: 0, weight: 1.2, kind: 'own' }),
    ...of(SAID, n(60), 'said', { label: 0, weight: 1.2, kind: 'own' }),
  ]
  for (const { group, text } of ordinaryDocuments(n(24), 43)) {
    rows.push({ text: `${ASKS[hashOf(text) % ASKS.length]}\n\n${text}`, label: 0, group, weight: 1, kind: 'own' })
  }
  for (const { text } of listed('values-clean.jsonl'))
    rows.push({ text, label: 0, group: `value/${text}`, weight: 1, kind: 'value' })
  for (const { kind, text } of listed('values-planted.jsonl')) {
    if (SAID_TOO.has(kind)) rows.push({ text, label: 1, group: `value/${text}`, weight: 0.8, kind: 'value' })
  }
  const next = chance(11)
  for (const { text } of of(HARMFUL, n(160), 'gibberish', {})) {
    rows.push({
      text: `${text} ${gibberish(next, pick)}`,
      label: 1,
      group: `gibberish/${hashOf(text) % 5}`,
      weight: 0.6,
      kind: 'own',
    })
  }
  for (const [language, { attack, benign }] of Object.entries(LANGUAGES)) {
    rows.push(...of(attack, n(24), `attack-${language}`, { label: 1, weight: 0.4, kind: 'language', language }))
    rows.push(...of(benign, n(5), `benign-${language}`, { label: 0, weight: 2, kind: 'language', language }))
  }
  if (DATA !== undefined) {
    for (const row of rowsOf('injection')) {
      if (row.scope === 'core' && !isHeldBack(row) && row.subtype !== 'obfuscated')
        rows.push({ text: row.text, label: 1, group: row.id, weight: row.subtype === 'jailbreak' ? 1 : 2, kind: 'row' })
    }
    for (const name of ['benign_hard', 'benign_general']) {
      for (const row of rowsOf(name)) {
        if (isHeldBack(row) || /CC BY-SA/.test(row.licence)) continue
        rows.push({ text: row.text, label: 0, group: row.id, weight: 2, kind: name })
      }
    }
  }
  for (const { kind, text } of prose()) {
    if (kind === 'prompt') rows.push({ text, label: 0, group: `prose/${hashOf(text)}`, weight: 2, kind: 'prompt' })
    else if (kind === 'document')
      rows.push({
        text: asked(text.slice(0, 2500)),
        label: 0,
        group: `prose/${hashOf(text)}`,
        weight: 0.5,
        kind: 'document',
      })
  }
  return rows
}

/** Groups of what is harmless but for where it stands. */
const PLANTED_TASKS = new Set(
  PLANTED.flatMap((pattern, index) => (TASKS.includes(pattern) ? [`planted/${index}`] : [])),
)

/** Planted sentences: `{ text, group, weight, kind }`. */
function plantedTexts(scale) {
  const n = (count) => Math.max(1, Math.round(count * scale))
  const rows = [
    ...of(PLANTED, n(60), 'planted', { weight: 1, kind: 'own' }).map((row) => ({
      ...row,
      isTask: PLANTED_TASKS.has(row.group),
    })),
    ...of(WITH_CODE, n(60), 'with-code', { weight: 1, kind: 'own' }),
    ...of(OVERRIDE, n(12), 'override', { weight: 0.6, kind: 'own' }),
    ...of(MORE, n(8), 'more', { weight: 0.6, kind: 'own' }),
    ...of(EXTRACT, n(8), 'extract', { weight: 0.6, kind: 'own' }),
    ...of(MISUSE, n(20), 'misuse', { weight: 0.6, kind: 'own' }),
    ...of(FORGED, n(10), 'forged', { weight: 0.6, kind: 'own' }),
    ...of(PERSONA, n(6), 'persona', { weight: 0.4, kind: 'own' }),
  ]
  for (const [language, { attack }] of Object.entries(LANGUAGES)) {
    rows.push(...of(attack, n(8), `attack-${language}`, { weight: 0.4, kind: 'language', language }))
  }
  for (const { beside, kind, lang, text } of listed('values-planted.jsonl')) {
    const isTask = kind === 'task'
    rows.push({
      text,
      beside,
      isTask,
      group: `value/${text}`,
      weight: 1,
      kind: lang === 'en' ? 'value' : 'value-other',
    })
  }
  if (DATA === undefined) return rows
  for (const row of rowsOf('injection')) {
    if (row.scope !== 'task_in_data' || isHeldBack(row) || /CC BY-SA/.test(row.licence)) continue
    const [span] = row.spans ?? []
    if (span === undefined) continue
    rows.push({
      text: row.text.slice(span.start, span.end),
      group: `technique/${row.technique}`,
      weight: 1.5,
      kind: 'row',
      isTask: true,
    })
  }
  return rows
}

/** Documents of lines of our own, most of one pattern; some are wrapped. */
function ordinaryDocuments(count, seed) {
  const next = chance(seed)
  const lines = of(STANDS, 60, 'stands', {}, seed)
  const byGroup = new Map()
  for (const line of lines) byGroup.set(line.group, [...(byGroup.get(line.group) ?? []), line])
  return [...byGroup].flatMap(([group, alike]) =>
    Array.from({ length: count }, () => {
      const some = Array.from({ length: 2 + Math.floor(next() * 7) }, () => pick(next() < 0.6 ? alike : lines, next))
      const isFlowing = next() < 0.4
      const text = some.map((one) => one.text).join(isFlowing ? ' ' : '\n')
      return { text: isFlowing && next() < 0.6 ? wrapped(text, 40 + Math.floor(next() * 40)) : text, group }
    }),
  )
}

function wrapped(text, width) {
  let line = 0
  return text.replace(/ ?(\S+)/g, (all, word) => {
    const isFirst = line === 0
    line += all.length
    if (isFirst || line <= width) return all
    line = word.length
    return `\n${word}`
  })
}

/** Clean documents: `{ text, group, weight, kind }`. */
function carriers(scale) {
  const n = (count) => Math.max(1, Math.round(count * scale))
  const rows = []
  const next = chance(23)
  const lines = of(CLEAN, n(140), 'clean', {})
  const isRow = ({ text }) => text.startsWith('|')
  const isCode = ({ text }) => /[{(;:]$|^(return|SELECT|import|x =|\/\/)/.test(text)
  const mail = lines.filter((line) => !isRow(line) && !isCode(line))
  const kinds = [mail, mail, mail, lines.filter(isRow), lines.filter(isCode)]
  for (let i = 0; i < n(1600); i++) {
    const some = Array.from({ length: 3 + Math.floor(next() * 9) }, () => pick(kinds[i % kinds.length], next))
    const between = i % 5 === 4 || i % 2 === 0 ? '\n' : ' '
    const text = some.map((one) => one.text).join(i % 5 === 3 ? '\n' : between)
    rows.push({ text, group: some[0].group, weight: 1, kind: 'own' })
  }
  for (const { group, text } of ordinaryDocuments(n(40), 41)) rows.push({ text, group, weight: 1, kind: 'own' })
  // Titles and fields are documents of one line.
  for (const { group, text } of [...of(CLEAN, n(25), 'clean', {}, 2), ...of(STANDS, n(25), 'stands', {}, 2)])
    rows.push({ text, group, weight: 1, kind: 'own' })
  for (const [language, { benign }] of Object.entries(LANGUAGES)) {
    for (const { group, text } of of(
      benign.filter((one) => !/{/.test(one)),
      1,
      `benign-${language}`,
      {},
    )) {
      rows.push({ text, group, weight: 0.3, kind: 'language', language })
    }
  }
  for (const { text } of listed('values-clean.jsonl'))
    rows.push({ text, group: `value/${text}`, weight: 1, kind: 'value' })
  for (const { group, text } of of(QUOTED, n(40), 'quoted', {})) rows.push({ text, group, weight: 1, kind: 'own' })
  if (DATA !== undefined) {
    for (const row of rowsOf('benign_hard')) {
      if (isHeldBack(row) || /CC BY-SA/.test(row.licence)) continue
      if (row.subtype === 'retrieved_email')
        rows.push({ text: row.text, group: row.id, weight: 1.5, kind: 'retrieved' })
      if (row.subtype === 'prose_about_attacks')
        rows.push({ text: row.text, group: row.id, weight: 1, kind: 'document' })
    }
  }
  for (const { kind, text } of prose()) {
    if (kind === 'data') rows.push({ text, group: `data/${hashOf(text)}`, weight: 1, kind: 'data' })
    if (kind !== 'document') continue
    const start = text.length > 2500 ? Math.floor((hashOf(text) / 2 ** 32) * (text.length - 2000)) : 0
    rows.push({ text: text.slice(start, start + 1500), group: `prose/${hashOf(text)}`, weight: 1, kind: 'document' })
  }
  return rows
}

/** Documents, clean and with an instruction in them: `{ text, spans, group, weight, kind }`. */
export function documentTexts({ scale = 1, folds = 4 } = {}) {
  const next = chance(31)
  const clean = carriers(scale)
  const byFold = Array.from({ length: folds }, (_, fold) => clean.filter(({ group }) => hashOf(group) % folds === fold))
  const rows = clean.map((row) => ({ ...row, spans: [] }))
  for (const planted of plantedTexts(scale)) {
    // A task is known by what stands around it, and nothing else tells that.
    const one = planted.isTask ? { ...planted, weight: 2 * planted.weight } : planted
    // One of the same fold, or else what was trained on would stand in what is judged.
    const carrier = pick(byFold[hashOf(one.group) % folds], next)
    const lines = carrier.text.split('\n')
    const places = ['start', 'end', 'middle', 'inline']
    const place = pick(places, next)
    const at = place === 'start' ? 0 : place === 'end' ? lines.length : Math.floor(next() * (lines.length + 1))
    if (place === 'inline' && at < lines.length) {
      const text = [...lines.slice(0, at), `${lines[at]} `].join('\n')
      const rest = lines.slice(at + 1).join('\n')
      const spans = [{ start: text.length, end: text.length + one.text.length }]
      rows.push({ ...one, text: `${text}${one.text}\n${rest}`, spans })
      continue
    }
    const before = lines.slice(0, at).join('\n')
    const start = before.length + (at > 0 ? 1 : 0)
    const text = [...lines.slice(0, at), one.text, ...lines.slice(at)].join('\n')
    rows.push({ ...one, text, spans: [{ start, end: start + one.text.length }] })
  }
  return [...rows, ...structuredDocuments(clean, byFold, scale)]
}

/** The same sentences as values of structured data. */
function structuredDocuments(clean, byFold, scale) {
  const next = chance(37)
  const folds = byFold.length
  const rows = []
  const some = (group) => {
    const alike = byFold[hashOf(group) % folds]
    return Array.from({ length: 1 + Math.floor(next() * 4) }, () => shortened(pick(alike, next).text, next))
  }
  for (const one of plantedTexts(scale)) {
    if (one.text.includes(FENCE) || next() < 0.3) continue
    const others = some(one.group)
    const made = structured(one.beside === undefined ? others : [one.beside, ...others], one.text, next)
    if (made.spans.length > 0) rows.push({ ...one, ...made })
  }
  for (const one of clean) {
    if (next() < 0.4) continue
    rows.push({
      ...one,
      ...structured([shortened(one.text, next), ...some(one.group)], undefined, next),
      kind: 'structured',
    })
  }
  return rows
}

/** A few lines of a document: most fields have no more. */
function shortened(text, next) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const from = Math.floor(next() * lines.length)
  return lines
    .slice(from, from + 1 + Math.floor(next() * 3))
    .join('\n')
    .slice(0, 900)
}

/** Among what volunteers asked are a few attacks. */
function isAttack({ kind, text }) {
  return kind === 'prompt' && /as a language model|trained to decline|shadow of ChatGPT|jailbreak|\bDAN\b/.test(text)
}

const PACKAGE_MAX = 6000

/** Packages that are installed, those of scopes too. */
function packages() {
  const folder = join(ROOT, 'node_modules')
  const names = readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((one) => `${name}/${one}`) : [name],
  )
  return names.filter((name) => existsSync(join(folder, name, 'package.json'))).sort()
}

let kept

/** Ordinary prompts and documents: what `prose.mjs` cut, and the pages of packages that stand in node_modules. */
function prose() {
  if (kept !== undefined) return kept
  const rows = []
  const folder = process.env.OSTIARY_PROSE
  if (folder !== undefined && existsSync(folder)) {
    for (const file of readdirSync(folder)
      .filter((one) => one.endsWith('.jsonl'))
      .sort()) {
      const all = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
      // Many pages of one kind teach little that a part of them does not.
      const step = Math.max(1, Math.floor(all.length / 2500))
      rows.push(...all.filter((row, index) => index % step === 0 && !isAttack(row)))
    }
  }
  for (const name of packages()) {
    // What a package says of itself is data that agents read all day.
    const text = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
    if (text.length < PACKAGE_MAX) rows.push({ kind: 'data', text })
  }
  for (const name of readdirSync(join(ROOT, 'node_modules')).sort()) {
    const page = join(ROOT, 'node_modules', name, 'README.md')
    if (!existsSync(page)) continue
    const text = readFileSync(page, 'utf8').replace(/<[^>]+>/g, ' ')
    if (!/ignore (all|previous)/i.test(text)) rows.push({ kind: 'document', text })
  }
  kept = rows
  return rows
}

/** Texts of our own, an object a line. */
function listed(file) {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => JSON.parse(line))
}

/** Users' words under a system message: `{ system, text, label, group }`. */
export function pairTexts() {
  const ordinary = prose().filter(({ kind, text }) => kind === 'prompt' && text.length < PROMPT_MAX)
  const rows = DATA === undefined ? [] : rowsOf('benign_general').filter((row) => !isHeldBack(row))
  const known = rows.filter(({ licence, text }) => !/CC BY-SA/.test(licence) && text.length < PROMPT_MAX)
  const words = { ...WORDS, BENIGN: [...ordinary, ...known, ...known, ...known].map(({ text }) => text) }
  words.PAGES = prose()
    .filter(({ kind, text }) => kind === 'document' && text.length > 300)
    .map(({ text }) => text)
  words.CODED = words.PAGES.flatMap((text) => text.match(/^```[a-z]*\n[^`]{60,900}```$/gm) ?? [])
  // Where there is no prose, our own requests take its place.
  if (words.BENIGN.length === 0) words.BENIGN = texts(REQUESTS, WORDS, 20, 3).map(({ text }) => text)
  if (words.PAGES.length === 0) words.PAGES = words.BENIGN
  if (words.CODED.length === 0) words.CODED = ['for (const one of all) {\n  print(one.name)\n}']
  return pairs({ assistants: listed('assistants.jsonl'), chance, hashOf, pick, say, words })
}
