/** Texts are counted so many characters at a time, so that a count can stop once it is over its limit. */
const PIECE = 4096
/** The counter's time grows by the square of a run without a break: longer ones are cut, each for one token too many at most. */
const RUN = 64
const SPACE = 0x20

/** A text in pieces that are counted one by one: cut where a token begins anyhow, and within a run only where it is long. */
export function piecesOf(text: string): readonly string[] {
  const pieces: string[] = []
  let start = 0
  let run = 0
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const before = text.charCodeAt(at - 1)
    run = isSpace(code) === isSpace(before) ? run + 1 : 0
    const isWord = code === SPACE && !isSpace(before) && !isSpace(text.charCodeAt(at + 1))
    const isCut = run >= RUN ? !isLow(code) : isWord && at - start >= PIECE
    if (!isCut) continue
    pieces.push(text.slice(start, at))
    start = at
    run = 0
  }
  if (start < text.length) pieces.push(text.slice(start))
  return pieces
}

// No other: what a pattern takes for a word must not look like one that is broken.
function isSpace(code: number): boolean {
  return code === SPACE || (code >= 0x09 && code <= 0x0d)
}

/** The second half of a surrogate pair. */
function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
