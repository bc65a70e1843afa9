/** Beyond this the encodings are not made: an answer that long in an encoding shows its beginning too. */
export const ENCODED_MAX = 8192
/** Of a code point as a number, with the space behind it. */
const DIGITS_MAX = 8
const SPACE = 0x20
/** What stays as it is in a URL and in JSON. */
const PLAIN = /^[\w.!~*'()-]*$/

/** Memory that is used again, if it is no more than this. UTF-16 code units. */
const KEPT_MAX = 1 << 16
let kept: Uint16Array = new Uint16Array(1024)

/**
 * A text as it may be written down: itself, backwards, and in the encodings that models know well.
 *
 * @param see is shown one after the other as code units, which count until it returns; the text itself first
 */
export function eachVariant(text: string, see: (units: Uint16Array, length: number) => void): void {
  const head = text.slice(0, ENCODED_MAX)
  const bytes = Buffer.from(head)
  const out = roomFor(Math.max(text.length, head.length * DIGITS_MAX, bytes.length * 2 + DIGITS_MAX))
  see(out, written(text, out))
  see(out, reversed(text, out))
  see(out, translated(text, ROT13, out))
  see(out, translated(text, ATBASH, out))
  // What stands before it moves it within groups of three bytes, of five bits.
  for (let by = 0; by < 3; by++) see(out, grouped(bytes, by, BASE64, out))
  for (let by = 0; by < 5; by++) see(out, grouped(bytes, by, BASE32, out))
  see(out, grouped(bytes, 0, HEX, out))
  see(out, numbered(head, out))
  if (PLAIN.test(head)) return
  for (const spelt of [encodeURIComponent(bytes.toString()), JSON.stringify(head)]) {
    const room = roomFor(spelt.length)
    see(room, written(spelt, room))
  }
}

function roomFor(length: number): Uint16Array {
  if (length <= kept.length) return kept
  const room = new Uint16Array(length)
  if (length <= KEPT_MAX) kept = room
  return room
}

// Each writes into `out`, and gives how much it wrote.

function written(text: string, out: Uint16Array): number {
  for (let at = 0; at < text.length; at++) out[at] = text.charCodeAt(at)
  return text.length
}

/** By code points. */
function reversed(text: string, out: Uint16Array): number {
  let length = 0
  for (let at = text.length - 1; at >= 0; at--) {
    const code = text.charCodeAt(at)
    const isPair = at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff
    if (isPair) out[length++] = text.charCodeAt(--at)
    out[length++] = code
  }
  return length
}

function translated(text: string, codes: Uint8Array, out: Uint16Array): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    out[at] = codes[code] ?? code
  }
  return text.length
}

const ROT13: Uint8Array = letters((letter) => (letter + 13) % 26)
const ATBASH: Uint8Array = letters((letter) => 25 - letter)

/** @param to from a letter to another, 0 to 25 */
function letters(to: (letter: number) => number): Uint8Array {
  const codes = Uint8Array.from({ length: 0x80 }, (_, code) => code)
  for (let letter = 0; letter < 26; letter++) {
    codes[0x41 + letter] = 0x41 + to(letter)
    codes[0x61 + letter] = 0x61 + to(letter)
  }
  return codes
}

/** An encoding of so many bits in a character, RFC 4648: sections 4, 6 and 8. */
interface Base {
  readonly bits: number
  readonly alphabet: Buffer
}

const BASE64: Base = base('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const BASE32: Base = base('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')
const HEX: Base = base('0123456789abcdef')

function base(alphabet: string): Base {
  return { bits: Math.log2(alphabet.length), alphabet: Buffer.from(alphabet) }
}

/** Without padding. @param by so many bytes of zero stand before */
function grouped(bytes: Buffer, by: number, { alphabet, bits }: Base, out: Uint16Array): number {
  let length = 0
  let held = 0
  let heldBits = 0
  for (let at = -by; at < bytes.length; at++) {
    held = (held << 8) | (at < 0 ? 0 : (bytes[at] as number))
    heldBits += 8
    while (heldBits >= bits) {
      heldBits -= bits
      out[length++] = alphabet[held >> heldBits] as number
      held &= (1 << heldBits) - 1
    }
  }
  if (heldBits > 0) out[length++] = alphabet[held << (bits - heldBits)] as number
  return length
}

/** Code points in decimal digits, with spaces between. */
function numbered(text: string, out: Uint16Array): number {
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0
    if (point > 0xffff) at++
    let divisor = 10
    while (divisor <= point) divisor *= 10
    for (let rest = point; divisor > 1; rest %= divisor) {
      divisor /= 10
      out[length++] = 0x30 + ((rest / divisor) | 0)
    }
    out[length++] = SPACE
  }
  return length
}
