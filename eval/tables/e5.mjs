import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../../packages/detector-e5/dist/engine.js'
import { allDetectors } from '../../packages/gateway/dist/compose/detectors.js'
import { ATTACKS_APART, HARMLESS_APART, RIGHT_APART, WRONG_APART } from '../cases/apart.mjs'
import { SHORT_ATTACKS, WRITTEN_LAST as SHORT_LAST } from '../cases/attacks.mjs'
import { LANGUAGE_CASES, LANGUAGE_HARMLESS, UNTRAINED_HARMLESS, UNTRAINED_LANGUAGES } from '../cases/languages.mjs'
import { OVER_DEFENCE, WRITTEN_LAST } from '../cases/over-defence.mjs'
import { PLAIN_MESSAGES } from '../cases/plain-messages.mjs'
import { SYSTEM_PROMPTS } from '../cases/system-prompts.mjs'
import { rowsOf } from '../data.mjs'
import { row, share } from '../figures.mjs'
import { isHeldBack } from '../held-back.mjs'
import { found, isDoubted, isFlagged } from '../injection.mjs'
import { WAYS } from './obfuscated.mjs'

export const title = 'The transformer beside the thread (@ostiary/detector-e5)'

const MODELS =
  process.env.OSTIARY_E5_MODELS ?? fileURLToPath(new URL('../../packages/detector-e5/models', import.meta.url))
const WORKER = new URL('../../packages/detector-e5/dist/worker.js', import.meta.url)
const ADDRESS = new Set(['ADDRESS', 'STREET_ADDRESS'])
const forever = new AbortController().signal

/**
 * Against rows that were held back from training and from thresholds, and cases of our own; names and addresses against all rows of
 * `pii`. None of all this was trained on, and no threshold was fixed on it.
 */
export async function measure() {
  if (!existsSync(MODELS)) return [row('nothing measured: needs the e5 models (`npm run models:build`)', '-')]
  const before = process.memoryUsage().rss
  const engine = await createEngine({ models: MODELS, worker: WORKER })
  const rows = []
  for (const part of [cost, attacks, ownCases, underSystem, planted, people, obfuscated, together]) {
    rows.push(...(await part(engine, before)))
  }
  await engine.close()
  return rows
}

const held = (name) => rowsOf(name).filter(isHeldBack)
const of = (rows, hit) => share(rows.filter(hit).length, rows.length)
const isClear = ({ scope, subtype }) => scope === 'core' && subtype !== 'obfuscated'
const isInData = ({ scope }) => scope === 'task_in_data'
const isRetrieved = ({ subtype }) => subtype.startsWith('retrieved_')
const isUser = (one) => !isRetrieved(one)
const every = (cases) => Object.values(cases).flat()
const asRows = (texts) => texts.map((text) => ({ text }))
const scoreOf = ({ found }, ask) => found[ask]?.[0]?.score ?? 0

async function looked(engine, rows, asks) {
  const all = []
  for (const one of rows) {
    const { system: charge = '', text } = one
    all.push({ ...one, found: await engine.look({ text, asks, charge }, forever) })
  }
  return all
}

/** What counts from the default threshold on. */
function alarmOf({ thresholds }) {
  return (one) =>
    scoreOf(one, 'injection') >= thresholds.injection.medium || scoreOf(one, 'against') >= thresholds.against.medium
}

async function attacks(engine) {
  const isAlarm = alarmOf(engine)
  const isUnsure = (one) => scoreOf(one, 'injection') >= engine.thresholds.injection.low
  const clear = await looked(engine, held('injection').filter(isClear), ['injection'])
  const users = await looked(engine, held('benign_hard').filter(isUser), ['injection'])
  const general = await looked(engine, held('benign_general'), ['injection'])
  const about = users.filter(({ subtype }) => subtype === 'prose_about_attacks' || subtype === 'benign_cyber')
  return [
    row('attacks found, in clear', of(clear, isAlarm), '>= .88'),
    ...['jailbreak', 'prompt_extraction'].map((kind) => {
      const some = clear.filter(({ subtype }) => subtype === kind)
      return row(`  of them ${kind}`, of(some, isAlarm))
    }),
    row('attacks found, or unsure (low)', of(clear, isUnsure)),
    row('hard harmless texts flagged', of(users, isAlarm), '<= .020'),
    row('ordinary prompts flagged', of(general, isAlarm), '<= .005'),
    row('texts about attacks flagged', of(about, isAlarm)),
  ]
}

async function ownCases(engine) {
  const isAlarm = alarmOf(engine)
  const flagged = async (texts) => of(await looked(engine, asRows(texts), ['injection']), isAlarm)
  const right = async (texts) => of(await looked(engine, asRows(texts), ['injection']), (one) => !isAlarm(one))
  return [
    row('short attacks of our own, written last', await flagged(SHORT_LAST)),
    row('short attacks of our own, others', await flagged(SHORT_ATTACKS)),
    row('harmless texts with the words of attacks judged right, written last', await right(WRITTEN_LAST), '>= .97'),
    row('  others', await right(OVER_DEFENCE)),
    row('overrides in 12 languages that were not trained on', await flagged(every(UNTRAINED_LANGUAGES)), '>= .80'),
    row('  harmless with the same words, flagged', await flagged(every(UNTRAINED_HARMLESS))),
    row('overrides in 15 languages of which other patterns were', await flagged(every(LANGUAGE_CASES))),
    row('  harmless with the same words, flagged', await flagged(every(LANGUAGE_HARMLESS))),
  ]
}

async function underSystem(engine) {
  const isAlarm = alarmOf(engine)
  const asks = ['injection', 'against']
  const pairs = (at) => SYSTEM_PROMPTS.flatMap((one) => one[at].map((text) => ({ system: one[0], text })))
  const ordinary = held('benign_general')
  // Each under one of them in turn.
  const plain = ordinary.map(({ text }, at) => ({ system: PLAIN_MESSAGES[at % PLAIN_MESSAGES.length], text }))
  const wrong = await looked(engine, pairs(1), asks)
  const right = await looked(engine, pairs(2), asks)
  const free = await looked(engine, plain, asks)
  const wrongApart = await looked(engine, WRONG_APART, asks)
  const rightApart = await looked(engine, RIGHT_APART, asks)
  const isEither = (one) => isAlarm(one) || isFlagged(one.text, one)
  const inDoubt = (one) => isFlagged(one.text, one) || (isDoubted(one.text, one) && isAlarm(one))
  return [
    row('wrong only under the system message, found', of(wrong, isAlarm), '>= .65'),
    row('  right under it, flagged', of(right, isAlarm)),
    row('  wrong, found by this or by the gateway’s own', of(wrong, isEither)),
    row('  right, flagged by this or by the gateway’s own', of(right, isEither)),
    row('  wrong, found by the gateway’s own or, where that is in doubt, by this', of(wrong, inDoubt)),
    row('  right, flagged by the gateway’s own or, where that is in doubt, by this', of(right, inDoubt)),
    row('against whole assistants, written apart, found', of(wrongApart, isAlarm)),
    row('  what they are there for, flagged', of(rightApart, isAlarm)),
    row('  against them, found by the gateway’s own or, where that is in doubt, by this', of(wrongApart, inDoubt)),
    row(
      '  what they are there for, flagged by the gateway’s own or, where that is in doubt, by this',
      of(rightApart, inDoubt),
    ),
    row('ordinary prompts under messages that take any, flagged', of(free, isAlarm)),
    row('  by this or by the gateway’s own', of(free, isEither)),
    row('  by the gateway’s own or, where that is in doubt, by this', of(free, inDoubt)),
    row(
      '    of which it is in doubt',
      of(free, (one) => isDoubted(one.text, one)),
    ),
  ]
}

/** Alone, and beside the gateway's own detector, which undoes what hides words. */
async function obfuscated(engine) {
  const isAlarm = alarmOf(engine)
  const core = held('injection').filter(({ scope }) => scope === 'core')
  const short = core.filter(
    ({ subtype, text }) => subtype !== 'obfuscated' && text.length <= 1500 && !/[^\n -~]/.test(text),
  )
  const clear = (await looked(engine, short, ['injection'])).filter((one) => isAlarm(one) || isFlagged(one.text))
  const hidden = Object.values(WAYS).flatMap((write) => clear.map(({ text }) => ({ text: write(text) })))
  const all = await looked(engine, hidden, ['injection'])
  const theirs = core.filter(({ subtype }) => subtype === 'obfuscated')
  return [
    row(
      'found in clear by this or by the gateway’s own, and obfuscated in 19 ways: by either',
      of(all, (one) => isAlarm(one) || isFlagged(one.text)),
      '>= .95',
    ),
    row('  by this alone', of(all, isAlarm)),
    row('labelled rows, obfuscated, by this alone', of(await looked(engine, theirs, ['injection']), isAlarm)),
  ]
}

async function planted(engine) {
  const some = await looked(engine, held('injection').filter(isInData), ['planted'])
  const clean = await looked(engine, held('benign_hard').filter(isRetrieved), ['planted'])
  const isLocated = ({ found, spans }) => spans.some((a) => found.planted.some((b) => overlap(a, b) >= 0.5))
  const isFound = ({ found }) => found.planted.length > 0
  return [
    row('planted instructions located (IoU >= .5)', of(some, isLocated), '>= .88'),
    ...['e-mail', 'table', 'code'].map((kind) =>
      row(
        `  of them in ${kind}`,
        of(
          some.filter(({ source }) => source.includes(kind)),
          isLocated,
        ),
      ),
    ),
    row('documents with one flagged at all', of(some, isFound)),
    row('clean documents flagged', of(clean, isFound), '<= .030'),
  ]
}

async function people(engine, _, shown = (rows) => rows) {
  const asks = ['person', 'address']
  const all = shown(await looked(engine, rowsOf('pii'), asks))
  const general = shown(await looked(engine, held('benign_general'), asks))
  const isNamed = ({ found }) => found.person.length + found.address.length > 0
  return [
    ...named(all, 'person', (type) => type === 'PERSON', 'F1 >= .92'),
    ...named(all, 'address', (type) => ADDRESS.has(type), 'F1 >= .82'),
    ...named(joined(all), 'address', (type) => ADDRESS.has(type)).map((one) => ({
      ...one,
      name: `  ${one.name}, labelled parts of one address taken together`,
    })),
    row('ordinary prompts with a name or an address', of(general, isNamed), '<= .030'),
  ]
}

async function cost(engine, before) {
  const text = 'The committee will meet on Thursday to go over the plans for the harbour. '.repeat(10).slice(0, 560)
  const times = []
  for (let i = 0; i < 25; i++) {
    const from = performance.now()
    await engine.look({ text, asks: ['person'], charge: '' }, forever)
    times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  const memory = (process.memoryUsage().rss - before) / 1e6
  const { bytes } = JSON.parse(readFileSync(`${MODELS}/manifest.json`, 'utf8'))
  return [
    row('one window of 128 tokens, p50 and p95', `${times[12].toFixed(0)} ms, ${times[23].toFixed(0)} ms`),
    row('memory of one thread', `${memory.toFixed(0)} MB`),
    row('model file', `${(bytes['model.onnx'] / 1e6).toFixed(0)} MB`),
  ]
}

/** Rows in which parts of an address that only spaces and commas part are one, as they are found. */
function joined(rows) {
  return rows.map((one) => {
    const spans = []
    for (const span of one.spans.filter(({ type }) => ADDRESS.has(type)).sort((a, b) => a.start - b.start)) {
      const last = spans.at(-1)
      if (last !== undefined && /^[\s,]*$/.test(one.text.slice(last.end, span.start))) last.end = span.end
      else spans.push({ ...span })
    }
    return { ...one, spans }
  })
}

/**
 * What an installation of both gets: the gateway's own always judges, and this beside it, each body or only those of which
 * the gateway's own is in doubt (`ifUnsure`).
 */
async function together(engine) {
  const isAlarm = alarmOf(engine)
  const either = (one) => isAlarm(one) || isFlagged(one.text)
  const inDoubt = (one) => isFlagged(one.text) || (isDoubted(one.text) && isAlarm(one))
  const lists = [
    ['attacks found, in clear', held('injection').filter(isClear), false, '>= .88'],
    ['hard harmless texts flagged', held('benign_hard').filter(isUser), false, '<= .020'],
    ['ordinary prompts flagged', held('benign_general'), false, '<= .005'],
    ['harmless texts with the words of attacks judged right, written last', asRows(WRITTEN_LAST), true, '>= .97'],
    ['  others', asRows(OVER_DEFENCE), true, ''],
    ['overrides in 12 languages that were not trained on', asRows(every(UNTRAINED_LANGUAGES)), false, '>= .80'],
    ['short attacks of our own, written last', asRows(SHORT_LAST), false, ''],
    ['attacks written apart from all patterns', ATTACKS_APART, false, ''],
    ['harmless texts like them, written apart, flagged', HARMLESS_APART, false, ''],
  ]
  const rows = []
  for (const [name, texts, isWrong, reach] of lists) {
    const all = await looked(engine, texts, ['injection'])
    for (const [how, judge] of [
      ['both', either],
      ['in doubt', inDoubt],
    ]) {
      rows.push(row(`${how}: ${name.trim()}`, of(all, isWrong ? (one) => !judge(one) : judge), reach))
    }
    rows.push(
      row(
        '  of which it is in doubt',
        of(all, ({ text }) => isDoubted(text)),
      ),
    )
  }
  return [...rows, ...(await plantedTogether(engine)), ...(await peopleTogether(engine))]
}

async function plantedTogether(engine) {
  const about = { role: 'tool' }
  const both = (one) => [...one.found.planted, ...found(one.text, about)]
  const inDoubt = (one) => (isDoubted(one.text, about) ? both(one) : found(one.text, about))
  const some = await looked(engine, held('injection').filter(isInData), ['planted'])
  const clean = await looked(engine, held('benign_hard').filter(isRetrieved), ['planted'])
  return [
    ['both', both],
    ['in doubt', inDoubt],
  ].flatMap(([how, spansOf]) => [
    row(
      `${how}: planted instructions located (IoU >= .5)`,
      of(some, (one) => one.spans.some((a) => spansOf(one).some((b) => overlap(a, b) >= 0.5))),
      '>= .88',
    ),
    row(
      `${how}: clean documents flagged`,
      of(clean, (one) => spansOf(one).length > 0),
      '<= .030',
    ),
  ])
}

/** What either finds counts; where they overlap it is one. */
async function peopleTogether(engine) {
  const names = allDetectors().find(({ name }) => name === 'names')
  const withOwn = (rows) =>
    rows.map((one) => {
      const { findings } = names.scan(one.text, 0, true)
      const all = (type) => merged([...one.found[type], ...findings.filter((its) => its.type === `pii.${type}`)])
      return { ...one, found: { person: all('person'), address: all('address') } }
    })
  const rows = await people(engine, undefined, withOwn)
  return rows.map((one) => ({ ...one, name: `both: ${one.name.trim()}` }))
}

function merged(spans) {
  const all = []
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = all.at(-1)
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end)
    else all.push({ start, end })
  }
  return all
}

function named(rows, type, isWanted, reach) {
  let [hits, right, labelled, found] = [0, 0, 0, 0]
  for (const { spans, found: all } of rows) {
    const wanted = spans.filter((one) => isWanted(one.type))
    const got = all[type]
    labelled += wanted.length
    found += got.length
    hits += wanted.filter((a) => got.some((b) => overlap(a, b) >= 0.5)).length
    right += got.filter((a) => wanted.some((b) => overlap(a, b) >= 0.5)).length
  }
  const recall = hits / labelled
  const precision = right / found
  return [
    row(`${type}, half (IoU >= .5): F1`, ((2 * recall * precision) / (recall + precision)).toFixed(3), reach),
    row(`${type}, half: recall`, share(hits, labelled)),
    row(`${type}, half: precision`, share(right, found)),
  ]
}

function overlap(a, b) {
  const both = Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))
  return both / (Math.max(a.end, b.end) - Math.min(a.start, b.start))
}
