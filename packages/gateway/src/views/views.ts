import { deciphered } from './ciphers.js'
import { decoded } from './encoded.js'
import { unescaped } from './escapes.js'
import { type Evidence, evidenceOf } from './evidence.js'
import { folded } from './folded.js'
import { hiddenText } from './hidden.js'
import { joined } from './joined.js'
import { leetRead } from './leet.js'
import { through, type View } from './view.js'

/** Of one text. What hides more than so deep hides from a model too. */
const VIEWS_MAX = 12
const ESCAPES_MIN = 4

/**
 * A text as it reads once what hides its words was undone: invisible characters, look-alikes, leet, split words, encodings, escapes,
 * rot13, turned text. Each view is made only where something in the text asks for it, so of ordinary prose there is none; what was
 * decoded, folded or unescaped is looked at once more. Linear in the text, in time and in memory (some 10 bytes a character and
 * view).
 *
 * Does not undo: other shifts and substitutions than rot13, Morse code, texts in pictures, words in other words, payloads that are
 * split over several variables or messages.
 */
export function viewsOf(text: string): readonly View[] {
  const first = viewsOnce(text)
  if (first.length === 0) return first
  const views = [...first]
  for (const view of first) {
    if (!NESTS.has(view.kind)) continue
    for (const second of viewsOnce(view.text)) {
      if (views.length < VIEWS_MAX && second.text !== text) views.push(through(view, second))
    }
  }
  return views
}

const NESTS: ReadonlySet<View['kind']> = new Set(['decoded', 'folded', 'hidden', 'unescaped', 'joined'])

function viewsOnce(text: string): readonly View[] {
  const evidence = evidenceOf(text)
  return [...spellings(text, evidence), ...deciphered(text, evidence)]
}

/** A few escapes stand in any text. */
function escapes(text: string, { escapes: some }: Evidence): View | undefined {
  return some < ESCAPES_MIN ? undefined : unescaped(text)
}

function spellings(text: string, evidence: Evidence): readonly View[] {
  const views: View[] = []
  for (const show of [folded, hiddenText, escapes, joined, leetRead, decoded]) {
    const view = show(text, evidence)
    if (view !== undefined && view.text !== '') views.push(view)
  }
  return views
}
