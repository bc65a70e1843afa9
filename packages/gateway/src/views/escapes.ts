import { Showing, type View } from './view.js'

const ESCAPE =
  /%[0-9A-Fa-f]{2}|&#(\d{2,7});|&#[xX]([0-9A-Fa-f]{1,6});|&(amp|lt|gt|quot|apos|nbsp);|\\u(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))|\\x([0-9A-Fa-f]{2})|\\([0-7]{3})|\\([nrt"'/\\])/g
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
const LETTERED: Readonly<Record<string, string>> = { n: '\n', r: '\n', t: ' ' }

/** Escapes of addresses, HTML, JSON and programs, undone. */
export function unescaped(text: string): View | undefined {
  let showing: Showing | undefined
  let from = 0
  for (const match of text.matchAll(ESCAPE)) {
    const shown = shownBy(match)
    if (shown === undefined) continue
    showing ??= new Showing(text.length)
    showing.copy(text, from, match.index)
    from = match.index + match[0].length
    showing.add(shown, match.index, from)
  }
  if (showing === undefined) return undefined
  showing.copy(text, from, text.length)
  return showing.view('unescaped')
}

function shownBy([written, decimal, hexadecimal, name, point, unicode, byte, octal, letter]: RegExpMatchArray):
  | string
  | undefined {
  if (name !== undefined) return NAMED[name]
  if (letter !== undefined) return LETTERED[letter] ?? letter
  if (decimal !== undefined) return character(Number.parseInt(decimal, 10))
  if (octal !== undefined) return character(Number.parseInt(octal, 8))
  // Beyond ASCII a byte in an address is a part of a character: what matters here is in ASCII.
  return character(Number.parseInt(hexadecimal ?? point ?? unicode ?? byte ?? written?.slice(1) ?? '', 16))
}

function character(point: number): string | undefined {
  return point >= 9 && point <= 0x10ffff ? String.fromCodePoint(point) : undefined
}
