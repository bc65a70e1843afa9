import { createOpenAiDialect } from '../../packages/gateway/dist/adapters/dialect-openai/dialect.js'
import { allDetectors } from '../../packages/gateway/dist/compose/detectors.js'
import { unhide } from '../../packages/gateway/dist/lens/escapes.js'
import { Mender } from '../../packages/gateway/dist/lens/mender.js'
import { createGuardFactory } from '../../packages/gateway/dist/release/guard.js'
import { editText } from '../../packages/gateway/dist/spec/replacement.js'
import { chunked, framed, LATE } from './frame.mjs'
import { randomOf } from './random.mjs'
import { read } from './read.mjs'

const [{ lens: chat }] = createOpenAiDialect().endpoints
const detectors = allDetectors().map((detector) => ({ detector, whenIll: 'closed' }))
/** So many characters in a row of a protected string are a leak; fewer may be prose. */
const WINDOW = 6

/** Tries a transcript in several chunkings; throws where the law is broken. Gives how many bytes went through. */
export function holds({ channels, acts, seed }, chunkings) {
  const random = randomOf(seed)
  const { bytes, whole, texts } = framed(channels, random)
  const expected = new Map(texts.map((one) => [nameOf(one), judged(one, acts)]))
  const blocked = [...expected.values()].some((one) => one.blocked)
  let first
  for (let i = 0; i < chunkings; i++) {
    const { out, refusal, counts } = run(i === 0 ? [bytes] : chunked(bytes, random), acts)
    if (acts.size === 0) {
      same(refusal, undefined, 'a refusal')
      if (!out.equals(whole)) throw new Error('without an act the bytes are not what they were')
    } else if (blocked) {
      same(refusal, 'content_blocked', 'no refusal')
      same(startsAll(read(out).channels, expected), true, 'more left than may be shown')
    } else {
      same(refusal, undefined, 'a refusal')
      // The same bytes are as good as they were the first time.
      if (first?.equals(out) !== true) complete(out, texts, expected, acts)
      if (first !== undefined && !first.equals(out)) throw new Error('the bytes depend on the chunks')
      same(JSON.stringify(counts), JSON.stringify(countsOf(expected)), 'the counts')
      first = out
    }
  }
  return bytes.length * chunkings
}

function neverIll({ detector }) {
  throw new Error(`${detector} failed`)
}

function run(chunks, acts) {
  const counts = {}
  const onFinding = (type, _act, times) => {
    counts[type] = (counts[type] ?? 0) + times
  }
  const guard = acts.size === 0 ? undefined : createGuardFactory({ detectors, acts, onFinding, onIll: neverIll })
  const lens = chat.openStream({ guard })
  const pieces = []
  let refusal
  for (let i = 0; i <= chunks.length && refusal === undefined; i++) {
    const out = i < chunks.length ? lens.push(chunks[i]) : lens.end()
    if (!Buffer.isBuffer(out)) refusal = out.code
    // As it is on the wire: what has left cannot be taken back.
    else if (out.length > 0) pieces.push(Buffer.from(out))
  }
  return { out: Buffer.concat(pieces), refusal, counts: sorted(counts) }
}

/** The batch result. */
function judged({ place, text }, acts) {
  const seen = place.startsWith('arguments') ? unhide(text) : text
  const findings = detectors.flatMap(({ detector }) => detector.scan(seen, 0, true).findings)
  const edited = editText(seen, findings, acts)
  const soft = new Map([...acts].map(([type, act]) => [type, act === 'block' ? 'redact' : act]))
  return {
    blocked: edited.kind === 'blocked',
    text: edited.kind === 'edited' ? mended(place, edited.text) : '',
    shown: mended(place, editText(seen, findings, soft).text),
    counts: edited.counts,
  }
}

/** In arguments a number's replacement gets quotes. */
function mended(place, text) {
  if (!place.startsWith('arguments')) return text
  const mender = new Mender()
  const out = mender.push(text) + mender.end()
  same(out.replaceAll('"', ''), text.replaceAll('"', ''), 'what mending added but quotes')
  return out
}

function complete(out, texts, expected, acts) {
  const { channels, ended } = read(out)
  same(ended, true, 'no end mark')
  for (const one of texts) {
    const name = nameOf(one)
    const said = channels.get(name) ?? ''
    same(said, expected.get(name).text, `channel ${name}`)
    if (one.said.plan !== undefined) asPlanned(one, said, acts)
  }
  nothingIn(decoded(out), texts, acts)
}

/** What was planned needs no detector to know what must come out. */
function asPlanned({ place, said: { plan } }, said, acts) {
  const shown = plan.map((one) => {
    const act = one.type === undefined ? undefined : acts.get(one.type)
    if (act === 'redact') return `[redacted:${one.type}]`
    return act === 'mask' ? one.masked : one.text
  })
  const plain = place.startsWith('arguments') ? JSON.parse(said).q : said
  same(plain, shown.join(' '), 'what was planned')
}

/** On the bytes themselves: no row of characters of what was to be redacted everywhere stands anywhere. */
function nothingIn(text, texts, acts) {
  if (text.includes(LATE)) throw new Error('what stood in a comment, an id, an unknown event or behind the end')
  // What runs into one another in a text without a plan may be shown, and so may stand here.
  if (texts.some(({ said }) => said.plan === undefined)) return
  for (const { said } of texts) {
    for (const { type, text: secret } of said.plan) {
      if (type === undefined || acts.get(type) !== 'redact') continue
      for (let at = 0; at + WINDOW <= secret.length; at++) {
        const row = secret.slice(at, at + WINDOW)
        if (text.includes(row) && !shownElsewhere(row, texts, acts)) throw new Error(`\`${row}\` of a ${type} came out`)
      }
    }
  }
}

function shownElsewhere(row, texts, acts) {
  return texts.some(({ said }) =>
    said.plan.some(({ type, text, masked }) => {
      const act = type === undefined ? undefined : acts.get(type)
      return act === 'mask' ? masked.includes(row) : act !== 'redact' && text.includes(row)
    }),
  )
}

function decoded(out) {
  const once = out.toString('utf8').replaceAll('\\\\', '\\')
  return once.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function startsAll(channels, expected) {
  return [...channels].every(([name, said]) => (expected.get(name)?.shown ?? '').startsWith(said))
}

function countsOf(expected) {
  const counts = {}
  for (const one of expected.values()) {
    for (const [type, times] of one.counts) counts[type] = (counts[type] ?? 0) + times
  }
  return sorted(counts)
}

function sorted(counts) {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function nameOf({ choice, place }) {
  return `${choice}/${place}`
}

function same(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
}
