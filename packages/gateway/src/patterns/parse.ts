import { type CodeSet, complement, DIGITS, LAST, LINE_ENDS, SPACES, setOf, WORDS, withBothCases } from './sets.js'

/** An expression as a tree. Every leaf takes exactly one code unit. */
export type Node =
  | { readonly kind: 'set'; readonly set: CodeSet }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number }

/** Why an expression is none of ours. The message quotes the expression, which is configuration and no one's text. */
export class PatternFault extends Error {
  override readonly name = 'PatternFault'
  /** Where in the expression, in UTF-16 code units. */
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** What JavaScript means by `source`, as far as `Rule` says that expressions reach. Throws a `PatternFault` for what is beyond. */
export function parse(source: string, ignoreCase: boolean): Node {
  const parser = new Parser(source, ignoreCase)
  const node = parser.choice(0)
  parser.expectEnd()
  return node
}

/** What stands within `[…]`, without the brackets. */
export function parseClass(inner: string, ignoreCase: boolean): CodeSet {
  const parser = new Parser(`${inner}]`, ignoreCase)
  const set = parser.classBody()
  parser.expectEnd()
  return set
}

/** Groups within groups: more is written by nobody, and the parser calls itself. */
const DEPTH_MAX = 32

const CONTROL: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['f', 0x0c],
  ['v', 0x0b],
  ['0', 0x00],
])
const CLASSES: ReadonlyMap<string, CodeSet> = new Map([
  ['d', DIGITS],
  ['D', complement(DIGITS)],
  ['w', WORDS],
  ['W', complement(WORDS)],
  ['s', SPACES],
  ['S', complement(SPACES)],
])
const HYPHEN = 0x2d
const QUANTIFIER = /[?*+]|\{(\d+)(?:(,)(\d*))?\}/y

class Parser {
  readonly #source: string
  readonly #ignoreCase: boolean
  #at = 0

  constructor(source: string, ignoreCase: boolean) {
    this.#source = source
    this.#ignoreCase = ignoreCase
  }

  expectEnd(): void {
    if (this.#at < this.#source.length) throw this.#fault('this closes nothing')
  }

  choice(depth: number): Node {
    if (depth > DEPTH_MAX) throw this.#fault('groups within groups, too deep')
    const of = [this.#sequence(depth)]
    while (this.#take('|')) of.push(this.#sequence(depth))
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'choice', of }
  }

  #sequence(depth: number): Node {
    const of: Node[] = []
    for (let next = this.#peek(); next !== '' && next !== '|' && next !== ')'; next = this.#peek()) {
      of.push(this.#repeated(this.#atom(depth)))
    }
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'sequence', of }
  }

  #repeated(of: Node): Node {
    QUANTIFIER.lastIndex = this.#at
    const found = QUANTIFIER.exec(this.#source)
    if (found === null) return of
    const [text, least, comma, most] = found
    if (text === '*' || text === '+' || (comma !== undefined && most === '')) {
      throw this.#fault(`\`${text}\` has no end: write how many at most, as in \`{1,64}\``)
    }
    const min = text === '?' ? 0 : Number(least)
    const max = text === '?' ? 1 : comma === undefined ? min : Number(most)
    if (min > max) throw this.#fault(`\`${text}\` asks for more than it lets be`)
    if (max === 0) throw this.#fault(`\`${text}\` takes nothing`)
    this.#at += text.length
    if ('?+'.includes(this.#peek()) && this.#peek() !== '') {
      throw this.#fault('only greedy repetitions: no `?` or `+` behind one')
    }
    QUANTIFIER.lastIndex = this.#at
    if (QUANTIFIER.test(this.#source)) throw this.#fault('this repeats a repetition: put a group around it')
    if ((max > 1 || min === 0) && lengthOf(of).min === 0) throw this.#fault('what is repeated may be empty')
    return { kind: 'repeat', of, min, max }
  }

  #atom(depth: number): Node {
    const char = this.#peek()
    switch (char) {
      case '(': {
        const from = this.#at
        if (!this.#source.startsWith('(?:', from)) {
          throw this.#fault('only groups `(?:…)`: no captures, no assertions')
        }
        this.#at += 3
        const node = this.choice(depth + 1)
        if (!this.#take(')')) {
          this.#at = from
          throw this.#fault('this group is not closed')
        }
        return node
      }
      case '[':
        this.#at++
        return { kind: 'set', set: this.classBody() }
      case '.':
        this.#at++
        return { kind: 'set', set: complement(LINE_ENDS) }
      case '^':
      case '$':
        throw this.#fault(`\`${char}\`: no assertions`)
      case '?':
      case '*':
      case '+':
        throw this.#fault(`\`${char}\` repeats nothing`)
      case '\\': {
        this.#at++
        const escaped = this.#escaped()
        return { kind: 'set', set: this.#folded(typeof escaped === 'number' ? [escaped, escaped] : escaped) }
      }
      default: {
        QUANTIFIER.lastIndex = this.#at
        if (QUANTIFIER.test(this.#source)) throw this.#fault('this repeats nothing')
        this.#at++
        const code = char.charCodeAt(0)
        return { kind: 'set', set: this.#folded([code, code]) }
      }
    }
  }

  /** Behind `[`, up to and with its `]`. */
  classBody(): CodeSet {
    const from = this.#at - 1
    const isNegated = this.#take('^')
    const ranges: number[] = []
    while (!this.#take(']')) {
      if (this.#peek() === '') {
        this.#at = Math.max(0, from)
        throw this.#fault('this class is not closed')
      }
      const first = this.#member()
      if (this.#peek() === '-' && this.#source.charAt(this.#at + 1) !== ']') {
        this.#at++
        if (this.#peek() === '') continue
        const last = this.#member()
        if (typeof first === 'number' && typeof last === 'number') {
          if (first > last) throw this.#fault('this is no range')
          ranges.push(first, last)
        } else {
          // `[\w-.]`: beside a class a hyphen is a hyphen.
          ranges.push(HYPHEN, HYPHEN)
          for (const one of [first, last]) ranges.push(...(typeof one === 'number' ? [one, one] : one))
        }
      } else if (typeof first === 'number') ranges.push(first, first)
      else ranges.push(...first)
    }
    const set = this.#folded(setOf(ranges))
    return isNegated ? complement(set) : set
  }

  #member(): number | CodeSet {
    const char = this.#peek()
    this.#at++
    return char === '\\' ? this.#escaped() : char.charCodeAt(0)
  }

  /** Behind a backslash. */
  #escaped(): number | CodeSet {
    const char = this.#peek()
    if (char === '') throw this.#fault('a backslash before nothing')
    const set = CLASSES.get(char)
    this.#at++
    if (set !== undefined) return set
    const control = CONTROL.get(char)
    if (control !== undefined && !(char === '0' && /\d/.test(this.#peek()))) return control
    if (char === 'x' || char === 'u') {
      const digits = this.#source.slice(this.#at, this.#at + (char === 'x' ? 2 : 4))
      if (!/^(?:[0-9A-Fa-f]{2}){1,2}$/.test(digits) || digits.length !== (char === 'x' ? 2 : 4)) {
        throw this.#fault(`\`\\${char}\` wants ${char === 'x' ? 'two' : 'four'} hexadecimal digits`)
      }
      this.#at += digits.length
      return Number.parseInt(digits, 16)
    }
    // What means nothing today may mean something elsewhere: only what has to be escaped somewhere is let be.
    if (/[A-Za-z0-9]/.test(char)) {
      this.#at--
      throw this.#fault(`\`\\${char}\` is not known here`)
    }
    return char.charCodeAt(0)
  }

  #folded(set: CodeSet): CodeSet {
    return this.#ignoreCase ? withBothCases(set) : set
  }

  #peek(): string {
    return this.#source.charAt(this.#at)
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at++
    return true
  }

  #fault(message: string): PatternFault {
    return new PatternFault(message, Math.min(this.#at, LAST))
  }
}

/** The shortest and the longest text that an expression takes, in UTF-16 code units. */
export function lengthOf(node: Node): { readonly min: number; readonly max: number } {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: 1 }
    case 'repeat': {
      const { min, max } = lengthOf(node.of)
      return { min: min * node.min, max: max * node.max }
    }
    case 'sequence': {
      let min = 0
      let max = 0
      for (const one of node.of) {
        const length = lengthOf(one)
        min += length.min
        max += length.max
      }
      return { min, max }
    }
    case 'choice': {
      const lengths = node.of.map(lengthOf)
      return { min: Math.min(...lengths.map(({ min }) => min)), max: Math.max(...lengths.map(({ max }) => max)) }
    }
  }
}
