import type { Evidence } from './evidence.js'
import { Showing, type View } from './view.js'
import { segmented } from './words.js'

/** Letters that one separator stands between: fewer are initials, or a list. */
const LETTERS_MIN = 5
/** A hyphen between single letters is rarer than a space. */
const HYPHENED_MIN = 3
const SEPARATOR = /[\s\-_.,*|/\\~+:;·•]/
const LETTER = /[\p{L}\p{N}'’]/u

/**
 * `i g n o r e` and `i-g-n-o-r-e` as one word. Between words stands more than between letters; where nothing tells words apart, they
 * are cut by a list of common ones.
 */
export function joined(text: string, { singles }: Evidence): View | undefined {
  if (singles < HYPHENED_MIN) return undefined
  let showing: Showing | undefined
  let from = 0
  for (let at = 0; at < text.length; ) {
    const end = endOfRun(text, at)
    if (end === undefined) {
      at += 1
      continue
    }
    showing ??= new Showing(text.length)
    showing.copy(text, from, at)
    join(text, at, end, showing)
    from = at = end
  }
  if (showing === undefined) return undefined
  showing.copy(text, from, text.length)
  return showing.view('joined')
}

/** Where a run of single letters that begins here ends; undefined where none does. */
function endOfRun(text: string, start: number): number | undefined {
  if (!isLetter(text, start) || isLetter(text, start + 1) || (start > 0 && isLetter(text, start - 1))) return undefined
  const separator = text.charAt(start + 1)
  if (!SEPARATOR.test(separator) || !isLetter(text, start + 2)) return undefined
  let letters = 1
  let end = start + 1
  for (;;) {
    let next = end
    while (next - end < GAP_MAX && text.charAt(next) === separator) next += 1
    // A sign that stands alone belongs to the run: `t h i s ,   a n d`
    if (next > end && next < text.length && !isLetter(text, next) && text.charAt(next + 1) === separator) {
      end = next + 1
      continue
    }
    if (next === end || !isLetter(text, next)) break
    const isSingle = !isLetter(text, next + 1)
    if (!isSingle) break
    letters += 1
    end = next + 1
  }
  return letters >= (/\s/.test(separator) ? LETTERS_MIN : HYPHENED_MIN) ? end : undefined
}

const GAP_MAX = 6

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128)
    return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39)
  return LETTER.test(text.charAt(at))
}

function join(text: string, start: number, end: number, showing: Showing): void {
  // Letters with their places, and where a wider gap was.
  let word = ''
  let places: number[] = []
  const flush = (): void => {
    if (word === '') return
    let at = 0
    for (const [index, length] of segmented(word).entries()) {
      if (index > 0) showing.add(' ', places[at - 1] ?? 0, places[at] ?? 0)
      for (let i = at; i < at + length; i++) showing.add(word.charAt(i), places[i] ?? 0, (places[i] ?? 0) + 1)
      at += length
    }
    word = ''
    places = []
  }
  let gap = 0
  for (let at = start; at < end; at++) {
    const character = text.charAt(at)
    if (isLetter(text, at)) {
      if (gap > 1) {
        flush()
        showing.add(' ', at - gap, at)
      }
      word += character
      places.push(at)
      gap = 0
    } else if (SEPARATOR.test(character)) gap += 1
    else {
      flush()
      showing.copy(text, at, at + 1)
      gap = 0
    }
  }
  flush()
}
