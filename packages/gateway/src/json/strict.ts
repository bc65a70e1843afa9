import { isUtf8 } from 'node:buffer'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** Has no prototype: a member named `__proto__` or `constructor` is a member like any other. */
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

export interface StrictJsonLimits {
  /** Arrays and objects inside one another; 1 is a flat object. */
  readonly maxDepth: number
  readonly maxBytes: number
}

/** `why` names the rule that was broken and never repeats what was written. */
export type StrictJson =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'fault'; readonly why: string; readonly at: number }

/**
 * Reads JSON (RFC 8259) that two readers cannot understand differently: UTF-8 without a BOM, no member twice in one object at any
 * depth, no lone surrogate, no number beyond a double. `JSON.parse` takes the last of two equal members where the next system may
 * take the first, so what one checks the other does not see.
 */
export function parseStrictJson(source: Uint8Array | string, limits: StrictJsonLimits): StrictJson {
  let text: string
  if (typeof source === 'string') {
    if (source.length > limits.maxBytes || Buffer.byteLength(source) > limits.maxBytes) return tooLarge()
    text = source
  } else {
    if (source.byteLength > limits.maxBytes) return tooLarge()
    if (!isUtf8(source)) return { kind: 'fault', why: 'not UTF-8', at: 0 }
    // Unlike a TextDecoder this keeps a BOM, and a BOM is no JSON.
    text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('utf8')
  }
  const reader: Reader = { text, maxDepth: limits.maxDepth, at: 0, depth: 0, why: '' }
  const value = readValue(reader)
  if (value === BAD) return { kind: 'fault', why: reader.why, at: reader.at }
  skipSpace(reader)
  if (reader.at !== text.length) return { kind: 'fault', why: 'text after the value', at: reader.at }
  return { kind: 'value', value }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Reader {
  readonly text: string
  readonly maxDepth: number
  at: number
  depth: number
  why: string
}

const BAD: unique symbol = Symbol('bad')
type Bad = typeof BAD

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const HEX4 = /^[0-9A-Fa-f]{4}$/
// With the `u` flag a pair is one character, so only a lone one matches.
const LONE_SURROGATE = /\p{Surrogate}/u
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

function tooLarge(): StrictJson {
  return { kind: 'fault', why: 'too large', at: 0 }
}

function bad(reader: Reader, why: string): Bad {
  reader.why = why
  return BAD
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    reader.at += 1
  }
}

function readValue(reader: Reader): Json | Bad {
  skipSpace(reader)
  switch (reader.text.charCodeAt(reader.at)) {
    case 0x22:
      return readString(reader)
    case 0x7b:
      return readObject(reader)
    case 0x5b:
      return readArray(reader)
    case 0x74:
      return readWord(reader, 'true', true)
    case 0x66:
      return readWord(reader, 'false', false)
    case 0x6e:
      return readWord(reader, 'null', null)
    default:
      return readNumber(reader)
  }
}

function readWord(reader: Reader, word: string, value: Json): Json | Bad {
  if (!reader.text.startsWith(word, reader.at)) return bad(reader, 'not a JSON value')
  reader.at += word.length
  return value
}

function readNumber(reader: Reader): Json | Bad {
  NUMBER.lastIndex = reader.at
  const digits = NUMBER.exec(reader.text)?.[0]
  if (digits === undefined) return bad(reader, 'not a JSON value')
  const value = Number(digits)
  if (!Number.isFinite(value)) return bad(reader, 'a number too large for a double')
  reader.at += digits.length
  return value
}

function readString(reader: Reader): string | Bad {
  const { text } = reader
  const from = reader.at + 1
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      reader.at = at + 1
      return text.slice(from, at)
    }
    // The rest is rare in tokens and keys: an escape, a control character, or a surrogate.
    if (code === 0x5c || code < 0x20 || code >= 0xd800) return readStringSlowly(reader, from, at)
  }
  return bad(reader, 'a string without end')
}

function readStringSlowly(reader: Reader, from: number, at: number): string | Bad {
  const { text } = reader
  let value = text.slice(from, at)
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === '"') {
      reader.at = at + 1
      return LONE_SURROGATE.test(value) ? bad(reader, 'a lone surrogate') : value
    }
    if (char < ' ') return bad(reader, 'a control character in a string')
    if (char !== '\\') {
      value += char
      at += 1
      continue
    }
    const letter = text.charAt(at + 1)
    if (letter === 'u') {
      const hex = text.slice(at + 2, at + 6)
      if (!HEX4.test(hex)) return bad(reader, 'not an escape')
      value += String.fromCharCode(Number.parseInt(hex, 16))
      at += 6
      continue
    }
    const meant = ESCAPES.get(letter)
    if (meant === undefined) return bad(reader, 'not an escape')
    value += meant
    at += 2
  }
  return bad(reader, 'a string without end')
}

function readArray(reader: Reader): Json | Bad {
  const all: Json[] = []
  if (!enter(reader)) return BAD
  skipSpace(reader)
  if (taken(reader, 0x5d)) return leave(reader, all)
  for (;;) {
    const value = readValue(reader)
    if (value === BAD) return BAD
    all.push(value)
    skipSpace(reader)
    if (taken(reader, 0x5d)) return leave(reader, all)
    if (!taken(reader, 0x2c)) return bad(reader, 'an array without end')
  }
}

function readObject(reader: Reader): Json | Bad {
  const members: Record<string, Json> = Object.create(null)
  if (!enter(reader)) return BAD
  skipSpace(reader)
  if (taken(reader, 0x7d)) return leave(reader, members)
  for (;;) {
    skipSpace(reader)
    if (reader.text.charCodeAt(reader.at) !== 0x22) return bad(reader, 'a member without a name')
    const name = readString(reader)
    if (name === BAD) return BAD
    if (name in members) return bad(reader, 'a member twice in one object')
    skipSpace(reader)
    if (!taken(reader, 0x3a)) return bad(reader, 'a member without a value')
    const value = readValue(reader)
    if (value === BAD) return BAD
    members[name] = value
    skipSpace(reader)
    if (taken(reader, 0x7d)) return leave(reader, members)
    if (!taken(reader, 0x2c)) return bad(reader, 'an object without end')
  }
}

function taken(reader: Reader, code: number): boolean {
  if (reader.text.charCodeAt(reader.at) !== code) return false
  reader.at += 1
  return true
}

function enter(reader: Reader): boolean {
  if (reader.depth >= reader.maxDepth) {
    reader.why = 'nested too deeply'
    return false
  }
  reader.depth += 1
  reader.at += 1
  return true
}

function leave<T>(reader: Reader, value: T): T {
  reader.depth -= 1
  return value
}
