import { unhide } from '../../packages/gateway/dist/lens/escapes.js'
import { Mender } from '../../packages/gateway/dist/lens/mender.js'
import { createGuardFactory } from '../../packages/gateway/dist/release/guard.js'
import { editText } from '../../packages/gateway/dist/spec/replacement.js'
import { chunked } from './chunked.mjs'
import { DETECTORS } from './detectors.mjs'
import { asPlanned, nothingIn } from './plan.mjs'
import { randomOf } from './random.mjs'
import { styleOf } from './style.mjs'
import { HELD, worded } from './texts.mjs'
import { queuesOf } from './turns.mjs'
import { openSession, restoringFor, tokenizerFor } from './vault.mjs'

const detectors = DETECTORS.map((detector) => ({ detector, whenIll: 'closed' }))

/** Tries a transcript in several chunkings; throws where the law is broken. Gives how many bytes went through. */
export function holds(dialect, { channels, acts, places, seed }, chunkings) {
  const random = randomOf(seed)
  const vault = places === undefined ? undefined : vaultWith(acts, places)
  const said = channels.map((one) => ({ ...one, said: worded(one.said, vault?.placeholders ?? []) }))
  const queues = queuesOf(said, dialect, random)
  const style = styleOf(random)
  // Where nobody guards a stream its end is looked for by its letters.
  if (acts.size === 0 && vault === undefined) style.escapes = 0
  // What is left of the queues while they are written is of no use to anybody.
  const whole = dialect.write(
    queues.map((queue) => ({ ...queue, pieces: [...queue.pieces] })),
    style,
    random,
  )
  const late = dialect.late === undefined || !random.chance(0.1) ? Buffer.alloc(0) : dialect.late(style)
  const bytes = Buffer.concat([whole, late])
  const task = { dialect, queues, acts, vault, expected: expectedOf(queues, acts, vault) }
  let first
  for (let i = 0; i < chunkings; i++) {
    const ran = run(task, i === 0 ? [bytes] : chunked(bytes, random))
    check(task, ran, { whole, first })
    first ??= ran
  }
  return bytes.length * chunkings
}

function vaultWith(acts, places) {
  const session = openSession()
  const placeholders = HELD.map(([type, value]) => session.tokenize(type, value))
  return { session, placeholders, restoring: () => restoringFor(session, acts, places), places }
}

function expectedOf(queues, acts, vault) {
  const restoring = vault?.restoring()
  return new Map(queues.map((queue) => [queue.name, judged(queue, acts, vault?.session, restoring)]))
}

function check(task, { out, refusal, why, counts, restored }, { whole, first }) {
  const { dialect, queues, acts, vault, expected } = task
  const isBlocked = [...expected.values()].some((one) => one.blocked)
  if (acts.size === 0 && vault === undefined) {
    same(refusal, undefined, `a refusal (${why})`)
    if (!out.equals(whole)) throw new Error('without an act the bytes are not what they were')
    return
  }
  if (isBlocked) {
    same(refusal, 'content_blocked', 'no refusal')
    beginsAsShown(dialect.read(out, queues), expected)
    return
  }
  same(refusal, undefined, `a refusal (${why})`)
  if (first === undefined) complete(task, out)
  // The same bytes are as good as they were the first time.
  else if (!first.out.equals(out)) throw new Error('the bytes depend on the chunks')
  same(counts, first?.counts ?? counts, 'the counts')
  same(restored, first?.restored ?? restored, 'what was put back')
  // What is said again and remembered counts once, what was forgotten twice.
  if (dialect.repeats !== true) same(counts, countsOf(expected), 'the counts')
}

function neverIll({ detector }) {
  throw new Error(`${detector} failed`)
}

function run({ dialect, acts, vault }, chunks) {
  const counts = {}
  const onFinding = (type, _act, times) => {
    counts[type] = (counts[type] ?? 0) + times
  }
  const parts = { detectors, acts, onFinding, onIll: neverIll, vault: vault?.session }
  const judging = acts.size === 0 ? undefined : createGuardFactory(parts)
  const restoring = vault?.restoring()
  const guard = restoring === undefined ? judging : (channel) => restoring.guard(channel, judging?.(channel))
  const lens = dialect.lens.openStream({ guard })
  const pieces = []
  let refusal
  for (let i = 0; i <= chunks.length && refusal === undefined; i++) {
    const out = i < chunks.length ? lens.push(chunks[i]) : lens.end()
    if (!Buffer.isBuffer(out)) refusal = out
    // As it is on the wire: what has left cannot be taken back.
    else if (out.length > 0) pieces.push(Buffer.from(out))
  }
  const { restored, withheld } = restoring?.outcome ?? {}
  return {
    ...{ out: Buffer.concat(pieces), refusal: refusal?.code, why: refusal?.forLog, counts: sorted(counts) },
    restored: JSON.stringify([sorted(restored ?? {}), sorted(withheld ?? {})]),
  }
}

/** The batch result. */
function judged(queue, acts, session, restoring) {
  const { text, isJson } = queue
  const seen = isJson ? unhide(text) : text
  const findings = detectors.flatMap(({ detector }) => detector.scan(seen, 0, true).findings)
  const tokenizer = session === undefined ? undefined : tokenizerFor(session, isJson)
  const edited = editText(seen, findings, acts, tokenizer)
  const soft = new Map([...acts].map(([type, act]) => [type, act === 'block' ? 'redact' : act]))
  const finished = (one) => mended(queue, restored(queue, one, restoring))
  return {
    blocked: edited.kind === 'blocked',
    text: edited.kind === 'edited' ? finished(edited.text) : '',
    shown: finished(editText(seen, findings, soft, tokenizer).text),
    counts: edited.counts,
  }
}

/** In one piece. */
function restored({ name, role, isJson, isSealed }, text, restoring) {
  if (restoring === undefined) return text
  const guard = restoring.guard({ name, role, isJson, isSealed })
  return guard.push(text) + guard.end()
}

/** In arguments a number's replacement gets quotes. */
function mended({ isJson }, text) {
  if (!isJson) return text
  const mender = new Mender()
  const out = mender.push(text) + mender.end()
  same(out.replaceAll('"', ''), text.replaceAll('"', ''), 'what mending added but quotes')
  return out
}

function complete({ dialect, queues, acts, vault, expected }, out) {
  const { channels, wholes, ended } = dialect.read(out, queues)
  same(ended, true, 'no end mark')
  for (const queue of queues) {
    const said = channels.get(queue.name) ?? ''
    same(said, expected.get(queue.name).text, `channel ${queue.name}`)
    asPlanned(queue, said, acts, vault)
  }
  for (const [name, said] of wholes) same(said, expected.get(name).text, `channel ${name}, said again`)
  nothingIn(out, queues, acts)
}

function beginsAsShown({ channels, wholes }, expected) {
  for (const [name, said] of channels)
    same((expected.get(name)?.shown ?? '').startsWith(said), true, 'more left than may be shown')
  for (const [name, said] of wholes) same(said, expected.get(name).shown, `channel ${name}, said again`)
}

function countsOf(expected) {
  const counts = {}
  for (const one of expected.values()) {
    for (const [type, times] of one.counts) counts[type] = (counts[type] ?? 0) + times
  }
  return sorted(counts)
}

function sorted(counts) {
  return JSON.stringify(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function same(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
}
