import type { Evidence } from './evidence.js'
import { shiftedBy13, turned } from './shifted.js'
import { Showing, type View, type ViewKind } from './view.js'

/** Words that must have come out, and their share of all that were looked at. */
const HITS_MIN = 3
const SHARE_MIN = 0.12
const WORD = /[A-Za-z]{2,16}/g

/**
 * A text shifted by 13 letters, or backwards, as it reads once that is undone: where words come out that are none as they stand.
 */
export function deciphered(text: string, { ciphers }: Evidence): readonly View[] {
  const { looked, plain, shifted, turned: backwards } = ciphers
  // What was hidden may stand beside words that say so.
  const hidden = looked - plain
  const views: View[] = []
  if (shifted >= HITS_MIN && shifted > hidden * SHARE_MIN) views.push(rot13(text))
  if (backwards >= HITS_MIN && backwards > hidden * SHARE_MIN) views.push(reversed(text), mirrored(text))
  return views
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
