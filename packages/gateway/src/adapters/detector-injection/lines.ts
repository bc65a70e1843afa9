import type { Reading } from './reading.js'

const LINE = 0x0a
const FENCE = '```'
const EQUALS = 0x3d
/** Who wraps lines wraps them at less. UTF-16 code units. */
const WRAPPED_MAX = 160
/** A sentence may go on behind them. */
const WITHIN = setOf(',)]"\'”’»-‐–—/*_`')
/** What goes on may begin with them. */
const OPENS = setOf('("“«`')
/** They stand in code and in tables. */
const OF_CODE = setOf('{};|')
/** Behind an equals sign, as is the end of the line: then that is one of code, not of an option. */
const BEHIND_EQUALS = setOf(' =>')

/** The lines of a text, from the first to the last: which of them end a sentence. */
export class Lines {
  readonly #reading: Reading
  #start: number
  #isFenced: boolean

  constructor(reading: Reading) {
    this.#reading = reading
    this.#start = reading.starts[0] ?? 0
    this.#isFenced = reading.text.startsWith(FENCE, reading.starts[0] ?? 0)
  }

  /** What a line does between the token that ends at `end` and the next one, at `next`. Asked of one after the other. */
  between(end: number, next: number): 'none' | 'goes-on' | 'breaks' {
    const { text, units } = this.#reading
    let ended = 0
    for (let at = end; at < next; at++) if (units[at] === LINE) ended += 1
    if (ended === 0) return 'none'
    const start = this.#start
    this.#start = next
    const wasFenced = this.#isFenced
    if (text.startsWith(FENCE, next)) {
      this.#isFenced = !wasFenced
      return 'breaks'
    }
    return !wasFenced && ended === 1 && this.#goesOn(start, end, next) ? 'goes-on' : 'breaks'
  }

  /** Whether a line of prose goes on in the next: who wrapped it had no room there for the first word of that. */
  #goesOn(start: number, end: number, next: number): boolean {
    const { isWord, text, units } = this.#reading
    const last = units[end - 1] ?? 0
    if (end - start > WRAPPED_MAX || !(isWord[last] === 1 || WITHIN.has(last))) return false
    const first = units[next] ?? 0
    if (!isSmall(first) && !OPENS.has(first)) return false
    const lineEnd = this.#lineEnd(next)
    if (lineEnd === undefined) return false
    const word = text.slice(next, lineEnd).search(/\s|$/)
    return end - start + 1 + word > lineEnd - next && !isCode(units, start, end) && !isCode(units, next, lineEnd)
  }

  /** Undefined: not near. */
  #lineEnd(from: number): number | undefined {
    const { text, units } = this.#reading
    const most = Math.min(text.length, from + WRAPPED_MAX + 1)
    let at = from
    while (at < most && units[at] !== LINE) at += 1
    return at - from > WRAPPED_MAX ? undefined : at
  }
}

function setOf(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (one) => one.charCodeAt(0)))
}

/** Of a script that has capitals. */
function isSmall(code: number): boolean {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a
  const letter = String.fromCharCode(code)
  return letter.toUpperCase() !== letter
}

function isCode(units: Uint16Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = units[at] ?? 0
    if (OF_CODE.has(code)) return true
    if (code === EQUALS && (at + 1 === to || BEHIND_EQUALS.has(units[at + 1] ?? 0))) return true
  }
  return false
}
