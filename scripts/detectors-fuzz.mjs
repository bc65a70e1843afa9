// Gives every detector, an operator's terms and the canaries what nobody would write, and the worst that anybody could. Runs the build.
//
//   node scripts/detectors-fuzz.mjs [--n 2000] [--length 1000000] [--ratio 20] [--seed N] [--only NAME,…]
//
// Holds, or it exits 1 with the input that breaks it:
// - nothing throws; findings are in order, within the text, of one type apart, and final; every cutting gives the same (`--n` short
//   texts a detector; who judges a whole text is asked once for each, and cut nothing);
// - on texts of `--length` characters, each made of one bad thing, a character costs at most `--ratio` times what it costs in the middle
//   one of them, with each detector and with all together. What is cheaper than 5 ns to a character is counted as that: who looks for one
//   rare character costs nothing at all where it is rare.
import { parseArgs } from 'node:util'
import { streamDetectors, wholeDetectors } from './detectors/fuzzed.mjs'
import { longTexts, randomOf, shortText } from './detectors/inputs.mjs'
import { broken, brokenWhole } from './detectors/laws.mjs'

const FLOOR_NS = 5
/** The best of so many: the machine has other things to do. */
const LOOKS = 3
const WARM_LENGTH = 20_000

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '2000' },
    length: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    ratio: { type: 'string', default: '20' },
    only: { type: 'string' },
  },
})
const only = values.only?.split(',')
const all = [...streamDetectors(), ...wholeDetectors()]
const detectors = all.filter(({ name }) => only === undefined || only.includes(name))
if (detectors.length === 0) {
  console.error(`no such detector: there are ${all.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
console.log(`seed ${values.seed}`)
const random = randomOf(Number(values.seed))
// Code that nobody ran yet costs ten times as much, and a gate runs for days.
for (const [, text] of longTexts(WARM_LENGTH, random)) for (const detector of detectors) detector.scan(text, 0, true)
const costs = new Map(detectors.map(({ name }) => [name, []]))
for (const [input, text] of longTexts(Number(values.length), random)) {
  for (const detector of detectors) costs.get(detector.name).push({ input, ns: costOf(detector, text) })
}
for (const detector of detectors) {
  laws(detector)
  speed(detector.name, costs.get(detector.name))
}
speed('all', together())

/** What each input costs with one detector after the other. */
function together() {
  const [first, ...others] = [...costs.values()]
  return first.map(({ input, ns }) => ({
    input,
    ns: others.reduce((sum, one) => sum + one.find((other) => other.input === input).ns, ns),
  }))
}

function laws(detector) {
  for (let left = Number(values.n); left > 0; left--) {
    const text = shortText(random)
    let fault
    try {
      fault = lawsOf(detector)(detector, text, random)
    } catch (error) {
      fault = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    if (fault === undefined) continue
    console.log(`${detector.name}: ${fault}: ${JSON.stringify(smallest(detector, text))}`)
    process.exitCode = 1
    return
  }
  console.log(`${detector.name}: no law broken by ${values.n} texts`)
}

function lawsOf({ isWhole }) {
  return isWhole ? brokenWhole : broken
}

/** As small a text as breaks it still, by leaving out what can be. */
function smallest(detector, text) {
  const breaks = (one) => {
    try {
      // Always the same cuttings, so that it is the text that matters.
      return lawsOf(detector)(detector, one, randomOf(1)) !== undefined
    } catch {
      return true
    }
  }
  if (!breaks(text)) return text
  for (let size = text.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= text.length; ) {
      const less = text.slice(0, at) + text.slice(at + size)
      if (breaks(less)) text = less
      else at += size
    }
  }
  return text
}

function speed(name, costs) {
  const sorted = [...costs].sort((a, b) => b.ns - a.ns)
  const middle = Math.max(FLOOR_NS, sorted[sorted.length >> 1].ns)
  const [worst] = sorted
  const ratio = worst.ns / middle
  const said = sorted.slice(0, 3).map(({ input, ns }) => `${ns.toFixed(1)} ns for ${input}`)
  const isSlow = ratio > Number(values.ratio)
  console.log(
    `${name}: ${isSlow ? 'TOO SLOW, ' : ''}${ratio.toFixed(1)} times ${middle.toFixed(1)} ns to a character: ${said.join('; ')}`,
  )
  if (isSlow) process.exitCode = 1
}

/** Nanoseconds to a character, of the processor's time. */
function costOf(detector, text) {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < LOOKS; look++) {
    const from = process.cpuUsage()
    detector.scan(text, 0, true)
    const { user, system } = process.cpuUsage(from)
    least = Math.min(least, user + system)
  }
  return (least * 1000) / text.length
}
