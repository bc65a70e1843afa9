import { type Evidence, isHidden } from './evidence.js'
import { createHomoglyphs } from './homoglyphs.js'
import { Showing, type View } from './view.js'

let twins: Uint16Array | undefined

/**
 * Compatibility folded (NFKC), without what nobody sees, and with letters of other scripts turned into the Latin ones that they
 * look like: those in words that have Latin letters too, and all of them where most letters are Latin ones.
 *
 * A text that is Russian, or Greek, stays what it is. One that is written wholly in look-alikes does too.
 */
export function folded(text: string, { hidden, latin, marks, shapes, twins: others }: Evidence): View | undefined {
  const isMixed = others > 0 && latin > 0
  if (hidden === 0 && shapes === 0 && marks < 3 && !isMixed) return undefined
  twins ??= createHomoglyphs()
  const showing = new Showing(text.length)
  const isLatin = latin * 2 > others
  let changed = false
  let foldsWord = false
  let wordEnd = 0
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code < 128) {
      const from = at
      while (at < text.length && text.charCodeAt(at) < 128) at += 1
      showing.copy(text, from, at)
      continue
    }
    const point = text.codePointAt(at) ?? code
    const length = point > 0xffff ? 2 : 1
    const [start, end] = [at, at + length]
    at = end
    if (isHidden(code) || (point >= 0xe0000 && point <= 0xe0fff) || (marks >= 3 && code >= 0x300 && code <= 0x36f)) {
      changed = true
      continue
    }
    if (length === 1) {
      if (start >= wordEnd) {
        wordEnd = endOfWord(text, start)
        foldsWord = isLatin || hasLatin(text, start, wordEnd)
      }
      const twin = foldsWord ? (twins[code] ?? 0) : 0
      if (twin !== 0) {
        showing.add(String.fromCharCode(twin), start, end)
        changed = true
        continue
      }
    }
    const shown = shownAs(text, point, start, end)
    if (shown === undefined) showing.copy(text, start, end)
    else {
      showing.add(shown, start, end)
      changed = true
    }
  }
  return changed ? showing.view('folded') : undefined
}

/** What compatibility makes of one character, where that is not itself. */
function shownAs(text: string, point: number, start: number, end: number): string | undefined {
  // Letters in black circles and squares, and those that flags are made of, are symbols to Unicode, which it does not fold.
  if (point >= 0x1f150 && point <= 0x1f169) return String.fromCharCode(0x41 + point - 0x1f150)
  if (point >= 0x1f170 && point <= 0x1f189) return String.fromCharCode(0x41 + point - 0x1f170)
  if (isRegional(point)) return isFlag(text, start, end) ? undefined : String.fromCharCode(0x41 + point - 0x1f1e6)
  const written = text.slice(start, end)
  const shown = written.normalize('NFKC')
  // A few ligatures stand for whole sentences.
  return shown === written || shown.length > 4 ? undefined : shown
}

function isRegional(point: number): boolean {
  return point >= 0x1f1e6 && point <= 0x1f1ff
}

/** Two of them alone are the flag of a country. */
function isFlag(text: string, start: number, end: number): boolean {
  let length = 1
  for (let at = end; length < 3 && isRegional(text.codePointAt(at) ?? 0); at += 2) length += 1
  for (let at = start - 2; length < 3 && isRegional(text.codePointAt(at) ?? 0); at -= 2) length += 1
  return length < 3
}

/** Longer words are none. */
const WORD_MAX = 64

function endOfWord(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && end - start < WORD_MAX && isWordCode(text.charCodeAt(end))) end += 1
  return end
}

function hasLatin(text: string, start: number, end: number): boolean {
  for (let at = start - 1; at >= 0 && start - at < WORD_MAX && isWordCode(text.charCodeAt(at)); at--) {
    if (isLatinCode(text.charCodeAt(at))) return true
  }
  for (let at = start; at < end; at++) if (isLatinCode(text.charCodeAt(at))) return true
  return false
}

function isLatinCode(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

function isWordCode(code: number): boolean {
  return isLatinCode(code) || (code >= 0x30 && code <= 0x39) || (code >= 0xc0 && code < 0x2000) || isHidden(code)
}
