import { cpus, loadavg } from 'node:os'
import { allBodyDetectors, allDetectors } from '../../packages/gateway/dist/compose/detectors.js'
import { rowsOf } from '../data.mjs'
import { row } from '../figures.mjs'

export const title = 'Speed of the default inspection'

const KIB = 1024
/** Texts of 4 KB that are timed, and such as are looked at before. */
const TIMED = 200
const WARM_UP = 100
/** Of one text the best of so many: the machine has other things to do. */
const LOOKS = 5
const MIB = 1024 * KIB

/** One user's text, as a gate looks at it before it asks: the processor's time, on one core. */
export async function measure() {
  const all = prose()
  const texts = pieces(all, 4 * KIB).slice(0, WARM_UP + TIMED)
  const looks = looksOf()
  const [together] = looks
  // Everything is looked at together first, always the same texts: weights are read, automata built, code compiled.
  for (const text of texts.slice(0, WARM_UP)) together.look(text)
  return [
    row('conditions', conditions(texts.length - WARM_UP)),
    ...looks.flatMap(({ name, look }) => short(name, look, texts.slice(WARM_UP))),
    ...looks.map(({ name, look }) => row(`${name}, µs to a KiB at 4, 8, 16 … 1024 KiB`, growth(all, look))),
  ]
}

function conditions(count) {
  const [{ model }] = cpus()
  return `Node ${process.version}, ${model}, load ${loadavg()[0].toFixed(1)}; ${count} texts, best of ${LOOKS}; ${WARM_UP} others before`
}

/** All detectors together, then each of them: first streams', then bodies'. */
function looksOf() {
  const single = [
    ...allDetectors().map((one) => ({ name: one.name, look: (text) => one.scan(text, 0, true) })),
    ...allBodyDetectors().map((one) => ({ name: one.name, look: (text) => one.inspect([partOf(text)]) })),
  ]
  const look = (text) => {
    for (const one of single) one.look(text)
  }
  return [{ name: 'all together', look }, ...single]
}

function partOf(text) {
  return { role: 'user', address: '', text, isName: false, isJson: false }
}

function short(name, look, texts) {
  const costs = texts.map((text) => bestOf(text, look)).sort((a, b) => a - b)
  const at = (share) => `${costs[Math.ceil(costs.length * share) - 1].toFixed(3)} ms`
  return [row(`${name}, 4 KiB, p50`, at(0.5)), row(`${name}, 4 KiB, p99`, at(0.99))]
}

function growth(all, look) {
  const said = []
  for (let size = 4 * KIB; size <= MIB; size *= 2) {
    const [text] = pieces(all, size)
    said.push(((bestOf(text, look) * 1000 * KIB) / size).toFixed(0))
  }
  return said.join(', ')
}

/** Milliseconds of the processor's time: what else runs on the machine counts only as far as it empties caches. */
function bestOf(text, look) {
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < LOOKS; times++) {
    const from = process.cpuUsage()
    look(text)
    const { user, system } = process.cpuUsage(from)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** Ordinary prompts one behind the other, again from the front where they are too few for the longest text. */
function prose() {
  const once = [...rowsOf('benign_general'), ...rowsOf('benign_hard')].map(({ text }) => text).join('\n\n')
  return once.repeat(Math.ceil(MIB / once.length))
}

/** Flat pieces of a text: no look at one pays for its making. */
function pieces(text, length) {
  const all = []
  for (let at = 0; at + length <= text.length && all.length < WARM_UP + TIMED; at += length)
    all.push(Buffer.from(text.slice(at, at + length), 'utf16le').toString('utf16le'))
  return all
}
