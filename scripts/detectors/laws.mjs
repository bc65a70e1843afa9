import { createGuardFactory } from '../../packages/gateway/dist/release/guard.js'
import { editText } from '../../packages/gateway/dist/spec/replacement.js'

/** What is wrong with a scan of a whole text, or of one cut at these places; undefined where nothing is. */
export function broken(detector, text, random) {
  const whole = detector.scan(text, 0, true)
  const faulty = faultOf(detector, text, whole, 0, true)
  if (faulty !== undefined) return faulty
  // Of a whole text it does not tell what its twin tells: what both tell is the same however it is cut.
  const besides = detector.twin?.scan(text, 0, true).findings
  const told = (findings) =>
    JSON.stringify(besides === undefined ? joined(findings) : merged([...besides, ...findings]))
  const expected = told(whole.findings)
  for (let round = 0; round < 2; round++) {
    const share = random() ** 2
    const all = []
    let from = 0
    for (let length = 1; length < text.length; length++) {
      if (round > 0 && random() > share) continue
      // In one round characters come one by one, in the other in pieces.
      const known = text.slice(0, length)
      const scan = detector.scan(known, from, false)
      const fault = faultOf(detector, known, scan, from, false)
      if (fault !== undefined) return `${fault}, cut at ${length}`
      all.push(...scan.findings)
      from = scan.hold
    }
    all.push(...detector.scan(text, from, true).findings)
    if (told(all) !== expected) return 'cut to pieces it finds something else'
  }
  return guarded(detector, text, [...(besides ?? []), ...whole.findings], random)
}

/** The same of a detector that is never given a text in pieces. */
export function brokenWhole(detector, text) {
  return faultOf(detector, text, detector.scan(text), 0, true)
}

/** A guard drops what lies far behind: what leaves it is the same all the same. */
function guarded(detector, text, findings, random) {
  const acts = new Map(detector.types.map((type) => [type, 'redact']))
  let why
  const onIll = (illness) => {
    why = illness.why
  }
  const both = detector.twin === undefined ? [detector] : [detector.twin, detector]
  const placed = both.map((one) => ({ detector: one, whenIll: 'closed' }))
  const parts = { detectors: placed, acts, onFinding() {}, onIll }
  const guard = createGuardFactory(parts)({ name: 'content', role: 'assistant', isJson: false })
  let out = ''
  for (let at = 0; at < text.length; ) {
    const to = at + 1 + Math.floor(random() ** 3 * 40)
    out += guard.push(text.slice(at, to))
    at = to
  }
  out += guard.end()
  if (why !== undefined) return `in a guard it fails: ${why}`
  return out === editText(text, findings, acts).text ? undefined : 'through a guard another text comes'
}

function faultOf(detector, text, { findings, hold }, from, ended) {
  const ends = new Map()
  let start = from
  for (const one of findings) {
    if (!detector.types.includes(one.type)) return `a finding of ${one.type}`
    if (one.start < start) return 'findings out of order, or before what was asked for'
    if (one.start < (ends.get(one.type) ?? 0)) return `two of ${one.type} overlap`
    if (!(one.start < one.end && one.end <= text.length)) return 'a finding that is empty or beyond the text'
    if (!(one.score >= 0 && one.score <= 1)) return `a score of ${one.score}`
    if (one.end > hold) return 'a finding in what is held'
    start = one.start
    ends.set(one.type, one.end)
  }
  if (ended ? hold !== text.length : hold < from || hold > text.length) return `holds at ${hold} of ${text.length}`
  return undefined
}

/** Of one type what touches is one thing that goes on. */
function joined(findings) {
  return apart(findings, (before, { start }) => before.end === start)
}

/** As `joined`, of two detectors: what overlaps is one, too. */
function merged(findings) {
  const sorted = [...findings].sort((a, b) => a.start - b.start || b.end - a.end)
  return apart(sorted, (before, { start }) => start <= before.end)
}

function apart(findings, goesOn) {
  const all = []
  const last = new Map()
  for (const { type, start, end } of findings) {
    const before = last.get(type)
    if (before !== undefined && goesOn(before, { start })) before.end = Math.max(before.end, end)
    else {
      const one = { type, start, end }
      all.push(one)
      last.set(type, one)
    }
  }
  return all
}
