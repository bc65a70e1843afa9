const CHARACTERS_MAX = 1200
const CHARACTERS_MIN = 600
/** Where a text may be cut, best first: after a paragraph, a line, a sentence, a word. */
const ENDS = [/\n[^\S\n]*\n\s*/g, /\n\s*/g, /[.!?…]["'”’)\]]*\s+|[。！？]/g, /\s+/g]

/**
 * A text in pieces of at most 1200 UTF-16 code units, each as long as its paragraphs allow; at least one. Blanks around them are
 * left out, nothing else is, and nothing is in two of them: what is cut is cut between paragraphs or sentences, where a phrase
 * that is asked for seldom goes across.
 */
export function passagesOf(text: string): readonly string[] {
  const passages: string[] = []
  let from = 0
  while (from < text.length) {
    const to =
      text.length - from <= CHARACTERS_MAX ? text.length : from + cutOf(text.slice(from, from + CHARACTERS_MAX))
    const passage = text.slice(from, to).trim()
    if (passage !== '') passages.push(passage)
    from = to
  }
  return passages.length === 0 ? [''] : passages
}

function cutOf(window: string): number {
  for (const end of ENDS) {
    const last = [...window.matchAll(end)].at(-1)
    const at = last === undefined ? 0 : last.index + last[0].length
    if (at >= CHARACTERS_MIN) return at
  }
  // Not between the halves of a character.
  return /[\ud800-\udbff]$/.test(window) ? window.length - 1 : window.length
}
