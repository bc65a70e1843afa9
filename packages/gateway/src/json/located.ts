import { isAscii, isUtf8 } from 'node:buffer'

export type JsonValue = string | number | boolean | null | JsonArray | JsonObject
export type JsonArray = JsonValue[]
/** Without a prototype: `__proto__` and `constructor` are members like any other. */
export interface JsonObject {
  [name: string]: JsonValue
}

/** An object or array of the document. `index` counts them in document order, so a parent comes before its children. */
export interface Container {
  readonly index: number
  readonly parent: Container | undefined
  /** Its name or position in `parent`. */
  readonly key: string | number
  readonly value: JsonArray | JsonObject
  /** UTF-16 offsets in the document, half-open, brackets included. */
  readonly start: number
  readonly end: number
}

/** A string of the document: a value, or a member's name. */
export interface Place {
  /** Undefined where the document is this string and nothing else. */
  readonly inside: Container | undefined
  /** Its name or position in `inside`; of a name, the name. */
  readonly key: string | number
  /** Decoded. */
  readonly value: string
  readonly isName: boolean
  /** UTF-16 offsets in the document, half-open, quotes included. */
  readonly start: number
  readonly end: number
}

export interface Located {
  readonly kind: 'located'
  readonly text: string
  readonly value: JsonValue
  readonly containers: readonly Container[]
  /** In document order, a member's name before its value. */
  readonly strings: readonly Place[]
}

const FAULTS = {
  encoding: 'it is not valid UTF-8',
  syntax: 'it is malformed',
  trailing: 'something follows its end',
  control: 'a string holds a control character',
  escape: 'a string holds a bad escape',
  surrogate: 'a string holds half a surrogate pair',
  number: 'a number is out of range',
  duplicate: 'a member name occurs twice in one object',
  depth: 'it is nested too deeply',
  count: 'it has too many members',
} as const
FAULTS satisfies Record<string, string>
export type JsonFaultCode = keyof typeof FAULTS

/** Why a document was not read. Both texts are ours: nothing of the document is in them. */
export interface JsonFault {
  readonly kind: 'fault'
  readonly code: JsonFaultCode
  /** A clause that may follow "The body is not acceptable JSON: ". */
  readonly why: string
  /** UTF-16 offset; 0 where the bytes are no UTF-8. */
  readonly at: number
}

export interface JsonLimits {
  /** Arrays and objects within one another. */
  readonly depthMax: number
  /** Strings, names, arrays and objects together; numbers do not count. */
  readonly placesMax: number
}

export const JSON_LIMITS: JsonLimits = { depthMax: 64, placesMax: 1 << 20 }

/**
 * Reads one JSON document (RFC 8259) and where its strings stand, in one pass and more strictly than `JSON.parse`: no name
 * twice in an object, no half surrogate pairs, no byte order mark, no number beyond a double, nothing too deep.
 */
export function readLocated(bytes: Buffer, limits: JsonLimits = JSON_LIMITS): Located | JsonFault {
  const ascii = isAscii(bytes)
  if (!ascii && !isUtf8(bytes)) return fault('encoding', 0)
  const text = bytes.toString(ascii ? 'latin1' : 'utf8')
  const reader = new Reader(text, hasNoControls(bytes), limits)
  try {
    const value = reader.document()
    return { kind: 'located', text, value, containers: reader.containers, strings: reader.strings }
  } catch (thrown) {
    if (thrown instanceof Stop) return fault(thrown.code, thrown.at)
    throw thrown
  }
}

/** RFC 6901. */
export function pointer(inside: Container | undefined, key?: string | number): string {
  const above = inside === undefined || inside.parent === undefined ? '' : pointer(inside.parent, inside.key)
  if (key === undefined) return above
  return `${above}/${typeof key === 'number' ? key : token(key)}`
}

function token(name: string): string {
  if (name.indexOf('~') < 0 && name.indexOf('/') < 0) return name
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Put `json`, JSON text, in place of what stands from `start` to `end`. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly json: string
}

/** Splices sorted by start, not overlapping. All else stays: text decoded from valid UTF-8 encodes to the same bytes. */
export function splice(text: string, splices: readonly Splice[]): string {
  let out = ''
  let from = 0
  for (const one of splices) {
    out += text.slice(from, one.start) + one.json
    from = one.end
  }
  return out + text.slice(from)
}

function fault(code: JsonFaultCode, at: number): JsonFault {
  return { kind: 'fault', code, why: FAULTS[code], at }
}

/** Leaves the recursion; never leaves this file. */
class Stop extends Error {
  readonly code: JsonFaultCode
  readonly at: number
  constructor(code: JsonFaultCode, at: number) {
    super(code)
    this.code = code
    this.at = at
  }
}

/** Four bytes at a time: with none below 0x20 in the document, no string needs a look of its own. */
function hasNoControls(bytes: Buffer): boolean {
  const { length } = bytes
  let at = 0
  if ((bytes.byteOffset & 3) === 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, length >> 2)
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as number
      if (((word - 0x20202020) & ~word & 0x80808080) !== 0) return false
    }
    at = words.length << 2
  }
  for (; at < length; at++) if ((bytes[at] as number) < 0x20) return false
  return true
}

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const HALF_PAIR = /[\uD800-\uDFFF]/u

/**
 * An object that inherits nothing, so that `__proto__` and `constructor` are names like any other. Made by a constructor: V8
 * keeps what `Object.create(null)` gives as a hash table, at several times the memory.
 */
const Bare = function (this: JsonObject) {} as unknown as new () => JsonObject
Bare.prototype = Object.freeze(Object.create(null))

const NAME_MAX = 32
/** A power of two. */
const NAMES_KEPT = 256
/** Names that were met, each at the place that a few of its characters tell; a new one takes the place of the old. */
const names: (string | undefined)[] = new Array(NAMES_KEPT).fill(undefined)

interface Open {
  index: number
  parent: Container | undefined
  key: string | number
  value: JsonArray | JsonObject
  start: number
  end: number
}

class Reader {
  readonly containers: Open[] = []
  readonly strings: Place[] = []
  readonly #text: string
  readonly #clean: boolean
  readonly #depthMax: number
  readonly #placesMax: number
  #at = 0
  /** Of the first backslash at or after where we are; found once, not once a string. */
  #backslash: number

  constructor(text: string, clean: boolean, limits: JsonLimits) {
    this.#text = text
    this.#clean = clean
    this.#depthMax = limits.depthMax
    this.#placesMax = limits.placesMax
    this.#backslash = nextBackslash(text, 0)
  }

  document(): JsonValue {
    const value = this.#value(this.#next(), undefined, 0, 0)
    if (this.#at < this.#text.length) {
      const code = this.#next()
      if (!Number.isNaN(code)) throw new Stop('trailing', this.#at)
    }
    return value
  }

  /** Skips white space; the code unit there, NaN at the end. */
  #next(): number {
    const text = this.#text
    let code = text.charCodeAt(this.#at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.#at)
    return code
  }

  #value(code: number, inside: Container | undefined, key: string | number, depth: number): JsonValue {
    if (code === QUOTE) {
      const start = this.#at
      const value = this.#string()
      this.strings.push({ inside, key, value, isName: false, start, end: this.#at })
      return value
    }
    if (code === OPEN_OBJECT) return this.#object(inside, key, depth + 1)
    if (code === OPEN_ARRAY) return this.#array(inside, key, depth + 1)
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.#number(code)
    if (code === 0x74) return this.#word('true', true)
    if (code === 0x66) return this.#word('false', false)
    if (code === 0x6e) return this.#word('null', null)
    throw new Stop('syntax', this.#at)
  }

  #word(word: string, value: boolean | null): boolean | null {
    if (!this.#text.startsWith(word, this.#at)) throw new Stop('syntax', this.#at)
    this.#at += word.length
    return value
  }

  #open(parent: Container | undefined, key: string | number, depth: number, value: JsonArray | JsonObject): Open {
    if (depth > this.#depthMax) throw new Stop('depth', this.#at)
    const { containers } = this
    if (containers.length + this.strings.length > this.#placesMax) throw new Stop('count', this.#at)
    const open: Open = { index: containers.length, parent, key, value, start: this.#at, end: this.#at }
    containers.push(open)
    this.#at++
    return open
  }

  #object(parent: Container | undefined, key: string | number, depth: number): JsonObject {
    const value: JsonObject = new Bare()
    const open = this.#open(parent, key, depth, value)
    let code = this.#next()
    if (code !== CLOSE_OBJECT) {
      for (;;) {
        if (code !== QUOTE) throw new Stop('syntax', this.#at)
        const start = this.#at
        const name = this.#name()
        // "The names within an object SHOULD be unique" (RFC 8259 section 4). The next reader may take the other one.
        if (value[name] !== undefined) throw new Stop('duplicate', start)
        this.strings.push({ inside: open, key: name, value: name, isName: true, start, end: this.#at })
        if (this.#next() !== COLON) throw new Stop('syntax', this.#at)
        this.#at++
        value[name] = this.#value(this.#next(), open, name, depth)
        if (this.strings.length > this.#placesMax) throw new Stop('count', this.#at)
        code = this.#next()
        if (code === CLOSE_OBJECT) break
        if (code !== COMMA) throw new Stop('syntax', this.#at)
        this.#at++
        code = this.#next()
      }
    }
    open.end = ++this.#at
    return value
  }

  #array(parent: Container | undefined, key: string | number, depth: number): JsonArray {
    const value: JsonArray = []
    const open = this.#open(parent, key, depth, value)
    let code = this.#next()
    if (code !== CLOSE_ARRAY) {
      for (;;) {
        value.push(this.#value(code, open, value.length, depth))
        if (this.strings.length > this.#placesMax) throw new Stop('count', this.#at)
        code = this.#next()
        if (code === CLOSE_ARRAY) break
        if (code !== COMMA) throw new Stop('syntax', this.#at)
        this.#at++
        code = this.#next()
      }
    }
    open.end = ++this.#at
    return value
  }

  /** A member's name. The same few come in every document, and one that was met before need not be made again. */
  #name(): string {
    const text = this.#text
    const start = this.#at + 1
    const end = text.indexOf('"', start)
    const length = end - start
    if (length < 1 || length > NAME_MAX || end > this.#backslashFrom(start)) return this.#string()
    const slot = (text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7 + length) & (NAMES_KEPT - 1)
    const kept = names[slot]
    if (kept !== undefined && kept.length === length && text.startsWith(kept, start)) {
      this.#at = end + 1
      return kept
    }
    const name = this.#string()
    // A copy: a slice of the document would keep all of it.
    names[slot] = Buffer.from(name).toString()
    return name
  }

  /** Where the next backslash stands at or behind `from`. */
  #backslashFrom(from: number): number {
    if (this.#backslash < from) this.#backslash = nextBackslash(this.#text, from)
    return this.#backslash
  }

  #string(): string {
    const text = this.#text
    const start = this.#at + 1
    let end = text.indexOf('"', start)
    if (end < 0) throw new Stop('syntax', this.#at)
    if (this.#backslashFrom(start) > end) {
      if (!this.#clean) this.#refuseControls(start, end)
      this.#at = end + 1
      return text.slice(start, end)
    }
    while (isEscaped(text, start, end)) {
      end = text.indexOf('"', end + 1)
      if (end < 0) throw new Stop('syntax', this.#at)
    }
    if (!this.#clean) this.#refuseControls(start, end)
    const value = this.#unescaped(text.slice(start - 1, end + 1))
    this.#at = end + 1
    return value
  }

  #unescaped(quoted: string): string {
    let value: string
    try {
      value = JSON.parse(quoted)
    } catch {
      throw new Stop('escape', this.#at)
    }
    // Text decoded from UTF-8 has whole pairs: only an escape can make half of one.
    if (quoted.indexOf('\\u') >= 0 && HALF_PAIR.test(value)) throw new Stop('surrogate', this.#at)
    return value
  }

  #refuseControls(start: number, end: number): void {
    const text = this.#text
    for (let at = start; at < end; at++) if (text.charCodeAt(at) < 0x20) throw new Stop('control', at)
  }

  #number(first: number): number {
    const text = this.#text
    const start = this.#at
    let at = start
    let code = first
    if (code === MINUS) code = text.charCodeAt(++at)
    const digits = at
    let value = 0
    if (code === ZERO) code = text.charCodeAt(++at)
    else {
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + (code - ZERO)
        code = text.charCodeAt(++at)
      }
      if (at === digits) throw new Stop('syntax', at)
    }
    let exact = at - digits <= 15 && first !== MINUS
    if (code === DOT) {
      exact = false
      at = this.#digits(at + 1)
      code = text.charCodeAt(at)
    }
    if (code === 0x65 || code === 0x45) {
      exact = false
      code = text.charCodeAt(++at)
      at = this.#digits(code === MINUS || code === 0x2b ? at + 1 : at)
    }
    this.#at = at
    if (exact) return value
    value = Number(text.slice(start, at))
    if (!Number.isFinite(value)) throw new Stop('number', start)
    return value
  }

  /** One digit at least; gives where they end. */
  #digits(from: number): number {
    let at = from
    let code = this.#text.charCodeAt(at)
    while (code >= ZERO && code <= NINE) code = this.#text.charCodeAt(++at)
    if (at === from) throw new Stop('syntax', at)
    return at
  }
}

function nextBackslash(text: string, from: number): number {
  const at = text.indexOf('\\', from)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

/** Whether an odd number of backslashes stands before `at`, none before `start` counted. */
function isEscaped(text: string, start: number, at: number): boolean {
  let run = at
  while (run > start && text.charCodeAt(run - 1) === BACKSLASH) run--
  return ((at - run) & 1) === 1
}
