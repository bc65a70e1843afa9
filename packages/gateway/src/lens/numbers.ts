import type { Container, Located, Place } from '../json/located.js'
import type { Shapes } from './shape.js'

/** No protected text of digits alone is shorter. */
const DIGITS_MIN = 8
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Where the document has text: its strings, and in what tools are given and give back its long numbers too. */
export function textPlaces(located: Located, { numeric }: Shapes): readonly Place[] {
  if (numeric === undefined) return located.strings
  const numbers = numeric.flatMap((container) => numbersIn(located, container))
  if (numbers.length === 0) return located.strings
  return [...located.strings, ...numbers].sort((a, b) => a.start - b.start)
}

interface Inside {
  readonly container: Container
  key: string | number
}

/** One pass over the document's text from where the container opens, beside what was read of it already. */
function numbersIn({ text, containers, strings }: Located, root: Container): readonly Place[] {
  const found: Place[] = []
  const above: Inside[] = []
  let next = root.index
  let string = firstFrom(strings, root.start)
  for (let at = root.start; at < root.end; at++) {
    const code = text.charCodeAt(at)
    const inside = above.at(-1)
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      const container = containers[next++]
      if (container === undefined) break
      above.push({ container, key: code === OPEN_ARRAY ? 0 : '' })
    } else if (inside === undefined) break
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) above.pop()
    else if (code === COMMA) {
      if (typeof inside.key === 'number') inside.key++
    } else if (code === QUOTE) {
      const place = strings[string++]
      if (place === undefined) break
      if (place.isName) inside.key = place.key
      at = place.end - 1
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = at
      const written = NUMBER.exec(text)?.[0] ?? ''
      const value = wholeDigits(written)
      if (value.length >= DIGITS_MIN) {
        const { container, key } = inside
        found.push({ inside: container, key, value, isName: false, start: at, end: at + written.length })
      }
      at += Math.max(written.length, 1) - 1
    }
  }
  return found
}

/** A whole number by its digits, however it is written: `4.2e3` is `4200`. */
function wholeDigits(written: string): string {
  const value = /[.eE]/.test(written) ? Number(written) : Number.NaN
  return Number.isSafeInteger(value) ? String(value) : written
}

/** Places stand in document order. */
function firstFrom(strings: readonly Place[], start: number): number {
  let low = 0
  let high = strings.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((strings[middle] as Place).start < start) low = middle + 1
    else high = middle
  }
  return low
}
