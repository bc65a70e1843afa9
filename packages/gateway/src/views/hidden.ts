import type { Evidence } from './evidence.js'
import { Showing, type View } from './view.js'

/** Fewer are the flag of a country, or the look of a sign. */
const CARRIERS_MIN = 6
const BITS_MIN = 32

/**
 * A text that nobody sees, in characters that stand for others: tags (U+E0020 to U+E007E are ASCII), variation selectors (256 of
 * them, one for each byte), and characters of no width that are the bits of ASCII.
 */
export function hiddenText(text: string, { carriers, hidden }: Evidence): View | undefined {
  if (carriers < CARRIERS_MIN && hidden < BITS_MIN) return undefined
  const showing = new Showing(hidden + 16)
  if (carriers >= CARRIERS_MIN) tags(text, showing)
  if (hidden - carriers >= CARRIERS_MIN) selectors(text, showing)
  if (hidden >= BITS_MIN) bits(text, showing)
  return showing.length >= CARRIERS_MIN ? showing.view('hidden') : undefined
}

function tags(text: string, showing: Showing): void {
  for (let at = text.indexOf('\udb40'); at !== -1; at = text.indexOf('\udb40', at + 1)) {
    const point = text.codePointAt(at) ?? 0
    if (point >= 0xe0020 && point <= 0xe007e) showing.add(String.fromCharCode(point - 0xe0000), at, at + 2)
    else if (point >= 0xe0100 && point <= 0xe01ef) addByte(showing, point - 0xe0100 + 16, at, at + 2)
  }
}

function selectors(text: string, showing: Showing): void {
  // A selector alone says which picture a sign has: only a row of them carries anything.
  for (let at = 0; at < text.length - 1; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xfe00 && code <= 0xfe0f && isSelector(text.charCodeAt(at + 1)))
      addByte(showing, code - 0xfe00, at, at + 1)
  }
}

function isSelector(code: number): boolean {
  return code === 0xdb40 || (code >= 0xfe00 && code <= 0xfe0f)
}

function addByte(showing: Showing, byte: number, start: number, end: number): void {
  if (byte >= 0x20 && byte < 0x7f) showing.add(String.fromCharCode(byte), start, end)
}

/** The two characters of no width that come most are 0 and 1, in the order of their codes. */
function bits(text: string, showing: Showing): void {
  let byte = 0
  let count = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x200b && code !== 0x200c && code !== 0x200d) {
      count = 0
      byte = 0
      continue
    }
    if (code === 0x200d && count % 8 === 0) continue
    if (count % 8 === 0) start = at
    byte = ((byte << 1) | (code === 0x200b ? 0 : 1)) & 0xff
    count += 1
    if (count % 8 !== 0) continue
    addByte(showing, byte, start, at + 1)
    byte = 0
  }
}
