import { Showing, type View, type ViewKind } from './view.js'
import { COMMON, COMMON_MIN } from './words.js'

/** Words that must have come out, and their share of all that were looked at. */
const HITS_MIN = 3
const SHARE_MIN = 0.12
const LONGEST = 16
const WORD = /[A-Za-z]{2,16}/g

/** Powers of the base that words are hashed by. */
const POWERS = Int32Array.from({ length: LONGEST }, (_, exponent) => power(exponent))
const [PLAIN, SHIFTED, TURNED] = [1, 2, 4]
const MASK = 0xffff
/** By the hash of a word, which of the three it is. One in a hundred words is taken for one that it is not. */
const KNOWN = known()

function power(exponent: number): number {
  let product = 1
  for (let i = 0; i < exponent; i++) product = Math.imul(product, 31)
  return product
}

function known(): Uint8Array {
  const flags = new Uint8Array(MASK + 1)
  const add = (word: string, flag: number): void => {
    const at = slot(hashOf(word), word.length)
    flags[at] = (flags[at] ?? 0) | flag
  }
  for (const word of COMMON) {
    add(word, PLAIN)
    add(shiftedBy13(word), SHIFTED)
    add(turned(word), TURNED)
  }
  return flags
}

function hashOf(word: string): number {
  let hash = 0
  for (let at = 0; at < word.length; at++) hash = (hash + Math.imul(word.charCodeAt(at), POWERS[at] ?? 0)) | 0
  return hash
}

function slot(hash: number, length: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 16) ^ length
}

/**
 * A text shifted by 13 letters, or backwards, as it reads once that is undone: where words come out that are none as they stand.
 */
export function deciphered(text: string): readonly View[] {
  let words = 0
  let plain = 0
  let shifted = 0
  let backwards = 0
  let length = 0
  let hash = 0
  for (let at = 0; at <= text.length; at++) {
    const low = text.charCodeAt(at) | 0x20
    if (low >= 0x61 && low <= 0x7a) {
      if (length < LONGEST) hash = (hash + Math.imul(low, POWERS[length] ?? 0)) | 0
      length += 1
      continue
    }
    if (length >= COMMON_MIN && length <= LONGEST) {
      words += 1
      const flags = KNOWN[slot(hash, length)] ?? 0
      if ((flags & PLAIN) !== 0) plain += 1
      else if ((flags & SHIFTED) !== 0) shifted += 1
      else if ((flags & TURNED) !== 0) backwards += 1
    }
    length = 0
    hash = 0
  }
  // What was hidden may stand beside words that say so.
  const hidden = words - plain
  const views: View[] = []
  if (shifted >= HITS_MIN && shifted > hidden * SHARE_MIN) views.push(rot13(text))
  if (backwards >= HITS_MIN && backwards > hidden * SHARE_MIN) views.push(reversed(text), mirrored(text))
  return views
}

function shiftedBy13(word: string): string {
  let out = ''
  for (let at = 0; at < word.length; at++) out += shift(word.charCodeAt(at))
  return out
}

function shift(code: number): string {
  const base = code >= 0x61 && code <= 0x7a ? 0x61 : code >= 0x41 && code <= 0x5a ? 0x41 : 0
  return String.fromCharCode(base === 0 ? code : base + ((code - base + 13) % 26))
}

function turned(word: string): string {
  let out = ''
  for (let at = word.length - 1; at >= 0; at--) out += word.charAt(at)
  return out
}

function view(kind: ViewKind, text: string, at: (index: number) => number): View {
  return {
    kind,
    text,
    spanOf(start, end) {
      const first = at(start)
      const last = at(end - 1)
      return { start: Math.min(first, last), end: Math.max(first, last) + 1 }
    },
  }
}

function rot13(text: string): View {
  return view('rot13', shiftedBy13(text), (index) => index)
}

function reversed(text: string): View {
  return view('reversed', turned(text), (index) => text.length - 1 - index)
}

/** Each word backwards, in its place. */
function mirrored(text: string): View {
  const showing = new Showing(text.length)
  let from = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    showing.copy(text, from, index)
    for (let at = word.length - 1; at >= 0; at--) showing.add(word.charAt(at), index + at, index + at + 1)
    from = index + word.length
  }
  showing.copy(text, from, text.length)
  return showing.view('mirrored')
}
