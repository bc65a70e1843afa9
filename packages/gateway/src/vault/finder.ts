import { escapeBefore } from '../json/escape.js'
import { folded, foldedText } from './placeholder.js'

/** Where something known stands in a text. */
export interface Spot<T> {
  readonly start: number
  readonly end: number
  /** Its letters and digits, with what stands between them. */
  readonly coreStart: number
  readonly coreEnd: number
  readonly what: T
}

export interface Spots<T> {
  readonly spots: readonly Spot<T>[]
  readonly hold: number
}

interface Node<T> {
  readonly next: Map<number, Node<T>>
  what: T | undefined
  /** As it was given out, where it is in brackets. */
  exact: string
}

/** Models put in blanks, hyphens and escapes, and leave out what stood there: between two letters so many of these. */
const GAP_MAX = 4
/** Blanks between a bracket and what it holds. */
const INSIDE_MAX = 2
const BRACKETS: ReadonlyMap<string, string> = new Map([
  ['[', ']'],
  ['\u3010', '\u3011'],
  ['\uff3b', '\uff3d'],
])
const BACKSLASH = '\\'

/**
 * Finds texts by their letters and digits alone, whatever their case, grouping and punctuation, if they begin and end a word. The
 * longest counts. Obeys the law of `Detector.scan`, and holds only what may become one of the texts it knows.
 *
 * Does not find one whose letters are spelt out, in another script, or with more than four characters between two of them.
 */
export class Finder<T> {
  readonly #root: Node<T> = { next: new Map(), what: undefined, exact: '' }
  /** Of each folded character whether one begins with it: most of a text is passed over by this alone. */
  readonly #begins = new Uint8Array(128)

  /** What stands there already. */
  get(text: string): T | undefined {
    let node: Node<T> | undefined = this.#root
    for (const one of foldedText(text)) node = node?.next.get(one.charCodeAt(0))
    return node?.what
  }

  /** @param text in brackets, or bare */
  set(text: string, what: T): void {
    const key = foldedText(text)
    let node = this.#root
    for (const one of key) {
      const code = one.charCodeAt(0)
      const next: Node<T> = node.next.get(code) ?? { next: new Map(), what: undefined, exact: '' }
      node.next.set(code, next)
      node = next
    }
    node.what = what
    node.exact = text
    this.#begins[key.charCodeAt(0)] = 1
  }

  delete(text: string): void {
    const path = [this.#root]
    const key = foldedText(text)
    for (const one of key) {
      const next = path.at(-1)?.next.get(one.charCodeAt(0))
      if (next === undefined) return
      path.push(next)
    }
    const last = path.at(-1)
    if (last !== undefined) last.what = undefined
    for (let at = key.length; at > 0; at--) {
      const node = path[at]
      if (node === undefined || node.what !== undefined || node.next.size > 0) return
      path[at - 1]?.next.delete(key.charCodeAt(at - 1))
    }
    this.#begins[key.charCodeAt(0)] = 0
  }

  scan(text: string, from: number, ended: boolean): Spots<T> {
    const spots: Spot<T>[] = []
    let floor = from
    let at = from
    while (at < text.length) {
      const mayBegin = this.#begins[folded(text.charCodeAt(at))] === 1 && beginsWord(text, at)
      const found = mayBegin ? this.#spotAt(text, at, floor, ended) : undefined
      if (found === 'open') return { spots, hold: bracketBefore(text, at, floor)?.start ?? at }
      if (found === undefined) {
        at++
        continue
      }
      spots.push(found)
      floor = found.end
      at = found.end
    }
    return { spots, hold: ended ? text.length : bracketAtEnd(text, floor) }
  }

  #spotAt(text: string, start: number, floor: number, ended: boolean): Spot<T> | 'open' | undefined {
    const core = this.#coreAt(text, start, ended)
    if (core === undefined || core === 'open') return core
    const { end, node } = core
    const what = node.what as T
    const bare = { start, end, coreStart: start, coreEnd: end, what }
    const { exact } = node
    if (!exact.startsWith('[')) return bare
    const bracket = bracketBefore(text, start, floor)
    if (bracket === undefined) return bare
    // As it was given out: a backslash before it is none of it.
    const isExact = exact.length === end - start + 2 && start > floor && text.startsWith(exact, start - 1)
    if (isExact) return { ...bare, start: start - 1, end: end + 1 }
    const close = closing(text, end, bracket.close, ended)
    if (close === 'open') return 'open'
    return close === undefined ? bare : { ...bare, start: bracket.start, end: close }
  }

  /** The longest that begins at `start`. */
  #coreAt(
    text: string,
    start: number,
    ended: boolean,
  ): { readonly end: number; readonly node: Node<T> } | 'open' | undefined {
    let node = this.#root
    let found: { end: number; node: Node<T> } | undefined
    let gap = 0
    for (let at = start; ; at++) {
      const isOver = at >= text.length
      const code = isOver ? 0 : folded(text.charCodeAt(at))
      // A word goes on behind what has a letter or digit next to its end.
      if (gap === 0 && node.what !== undefined && code === 0 && (!isOver || ended)) found = { end: at, node }
      if (isOver) return ended ? found : 'open'
      if (code > 0) {
        const next = node.next.get(code)
        if (next === undefined) return found
        node = next
        gap = 0
      } else {
        gap++
        if (node.next.size === 0 || gap > GAP_MAX || !isGap(text.charCodeAt(at))) return found
      }
    }
  }
}

interface Bracket {
  /** Of its backslash, where it has one. */
  readonly start: number
  readonly close: string
}

/** The bracket that opens before `at`, with at most two blanks between. */
function bracketBefore(text: string, at: number, floor: number): Bracket | undefined {
  let open = at - 1
  while (open >= floor && at - 1 - open < INSIDE_MAX && isBlank(text.charCodeAt(open))) open--
  const close = open < floor ? undefined : BRACKETS.get(text.charAt(open))
  if (close === undefined) return undefined
  return { start: open > floor && text.charAt(open - 1) === BACKSLASH ? open - 1 : open, close }
}

/** End of the bracket that closes behind `at`. */
function closing(text: string, at: number, close: string, ended: boolean): number | 'open' | undefined {
  let end = at
  while (end - at < INSIDE_MAX && isBlank(text.charCodeAt(end))) end++
  if (text.charAt(end) === BACKSLASH) end++
  if (end >= text.length) return ended ? undefined : 'open'
  return text.charAt(end) === close ? end + 1 : undefined
}

/** Where a bracket begins that the text ends with: what it holds may follow. */
function bracketAtEnd(text: string, floor: number): number {
  const open = bracketBefore(text, text.length, floor)
  if (open !== undefined) return open.start
  return text.length > floor && text.charAt(text.length - 1) === BACKSLASH ? text.length - 1 : text.length
}

function beginsWord(text: string, at: number): boolean {
  return at === 0 || folded(text.charCodeAt(at - 1)) === 0 || escapeBefore(text, at) > 0
}

function isBlank(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 0x09 && code <= 0x0d) ||
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200d) ||
    code === 0x202f ||
    code === 0x2060 ||
    code === 0xfeff
  )
}

const PUNCTUATION: ReadonlySet<number> = new Set(
  ['_', '-', BACKSLASH, ':', '.', '@', '\u00ad'].map((one) => one.charCodeAt(0)),
)

function isGap(code: number): boolean {
  return isBlank(code) || PUNCTUATION.has(code) || (code >= 0x2010 && code <= 0x2015)
}
