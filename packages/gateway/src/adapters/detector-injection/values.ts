import type { Span } from '../../spec/index.js'
import { unescaped } from '../../views/escapes.js'

const QUOTES = ['"', "'"]
/** What stands before a quoted value, and behind it: of JSON, tables of cells, attributes, arguments. */
const OPENS: ReadonlySet<string> = new Set('{[(,:;=|\n')
const CLOSES: ReadonlySet<string> = new Set(')]},;|/>\n')
const BEHIND = /[ \t]+[\w.:-]{1,64}=/y
/** Three words, whatever stands between them. */
const WORDS = /\p{L}[^\p{L}]+\p{L}+[^\p{L}]+\p{L}/u
/** A name of a member that is longer may say more than what the member is. UTF-16 code units. */
const NAME_MAX = 24
const ESCAPED = /[\\&]/
const BACKSLASH = '\\'
const TAG = /<[a-z!/?][^<>]*>/giy
/** So many cells make a row. */
const CELLS_MIN = 3
/** A name or a number instructs nobody. UTF-16 code units. */
const VALUE_MIN = 12
/** Of scripts that say as much in fewer characters, and set no words apart. */
const DENSE_MIN = 5
const DENSE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]/

/**
 * Where the values of structured data stand that could say something: strings of JSON and of what is written like it, cells of
 * tables, texts between tags and in attributes. They need not be whole documents of any of these. Sorted; linear in the text.
 */
export function valuesOf(text: string): readonly Span[] {
  const values: Span[] = []
  const add = (start: number, end: number): void => {
    const value = trimmed(text, start, end)
    const whole = value.end - value.start
    // What is all of the text is judged as that.
    if (whole < text.length - 2 && says(text.slice(value.start, value.end))) values.push(value)
  }
  for (const quote of QUOTES) quoted(text, quote, add)
  cells(text, add)
  tagged(text, add)
  return values.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Whether a text is JSON, or lines of JSON: then what stands around its strings says nothing. */
export function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false
  return parses(text) || text.split('\n').every((line) => line.trim() === '' || parses(line))
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A value as it reads, and where a stretch of that stands in the text. */
export interface Value {
  readonly shown: string
  spanOf(from: number, to: number): Span
}

export function valueAt(text: string, { end, start }: Span): Value {
  const written = text.slice(start, end)
  const view = ESCAPED.test(written) ? unescaped(written) : undefined
  return {
    shown: view?.text ?? written,
    spanOf(from, to) {
      const within = view?.spanOf(from, to) ?? { start: from, end: to }
      return { start: start + within.start, end: start + within.end }
    },
  }
}

type Add = (start: number, end: number) => void

function says(value: string): boolean {
  if (value.length >= VALUE_MIN && WORDS.test(value)) return true
  return value.length >= DENSE_MIN && DENSE.test(value)
}

function trimmed(text: string, from: number, to: number): Span {
  let start = from
  let end = to
  while (start < end && isSpace(text.charCodeAt(start))) start += 1
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
  return { start, end }
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

function quoted(text: string, quote: string, add: Add): void {
  for (let at = text.indexOf(quote); at !== -1; ) {
    const end = opens(text, at) ? closing(text, quote, at + 1) : at
    if (end === -1) return
    if (end === at || !closes(text, end)) {
      // What was no end may be a beginning.
      at = end === at ? text.indexOf(quote, at + 1) : end
      continue
    }
    if (!isName(text, end) || end - at > NAME_MAX) add(at + 1, end)
    at = text.indexOf(quote, end + 1)
  }
}

/** The next quote that is neither escaped nor doubled. */
function closing(text: string, quote: string, from: number): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let escapes = at
    while (escapes > from && text.charAt(escapes - 1) === BACKSLASH) escapes -= 1
    if ((at - escapes) % 2 === 1) continue
    if (at > from && text.charAt(at + 1) === quote) {
      at += 1
      continue
    }
    return at
  }
  return -1
}

function opens(text: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && isBlank(text, before)) before -= 1
  return before < 0 || OPENS.has(text.charAt(before))
}

function closes(text: string, at: number): boolean {
  const behind = afterBlanks(text, at + 1)
  if (behind === text.length || CLOSES.has(text.charAt(behind)) || text.charAt(behind) === ':') return true
  BEHIND.lastIndex = at + 1
  return BEHIND.test(text)
}

/** The name of a member. */
function isName(text: string, end: number): boolean {
  return text.charAt(afterBlanks(text, end + 1)) === ':'
}

function afterBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && isBlank(text, at)) at += 1
  return at
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09 || code === 0x0d
}

/** Rows of a table with bars, and lines in which commas, semicolons or tabs without a space behind them part cells. */
function cells(text: string, add: Add): void {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const parts = partsOf(text, start, end)
    if (parts.length >= CELLS_MIN) {
      for (const [from, to] of parts) if (!isStructure(text, from, to)) add(from, to)
    }
    start = end + 1
  }
}

/** It is looked at as what it is. */
function isStructure(text: string, from: number, to: number): boolean {
  const { start } = trimmed(text, from, to)
  return '"\'{[<'.includes(text.charAt(start))
}

function partsOf(text: string, start: number, end: number): readonly (readonly [number, number])[] {
  const line = text.slice(start, end)
  const bars = split(line, start, '|', true)
  if (bars.length >= CELLS_MIN) return bars
  const tabs = split(line, start, '\t', true)
  if (tabs.length >= CELLS_MIN) return tabs
  const semicolons = split(line, start, ';', false)
  return semicolons.length >= CELLS_MIN ? semicolons : split(line, start, ',', false)
}

/** @param anywhere whether a separator may have a space behind it */
function split(line: string, offset: number, separator: string, anywhere: boolean): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = []
  let from = 0
  for (let at = line.indexOf(separator); at !== -1; at = line.indexOf(separator, at + 1)) {
    if (!anywhere && line.charAt(at + 1) === ' ') continue
    parts.push([offset + from, offset + at])
    from = at + 1
  }
  parts.push([offset + from, offset + line.length])
  return parts
}

/** What stands between two tags. */
function tagged(text: string, add: Add): void {
  let open = -1
  for (let at = text.indexOf('<'); at !== -1; ) {
    TAG.lastIndex = at
    if (!TAG.test(text)) {
      at = text.indexOf('<', at + 1)
      continue
    }
    if (open !== -1) add(open, at)
    open = TAG.lastIndex
    at = text.indexOf('<', open)
  }
}
