/** Beyond this the encodings are not made: an answer that long in an encoding shows its beginning too. */
const ENCODED_MAX = 8192

/** A text as it may be written down: itself, backwards, and in the encodings that models know well. */
export function variantsOf(text: string): readonly string[] {
  const head = text.slice(0, ENCODED_MAX)
  const bytes = Buffer.from(head)
  const moved = Buffer.concat([Buffer.alloc(2), bytes])
  const points = [...head]
  const quoted = JSON.stringify(head)
  const escaped = encodeURIComponent(bytes.toString())
  return [
    text,
    [...text].reverse().join(''),
    translated(text, ROT13),
    translated(text, ATBASH),
    // What stands before it moves it within groups of three bytes, of five bits.
    ...[0, 1, 2].map((by) => moved.toString('base64', 2 - by)),
    ...[0, 1, 2, 3, 4].map((by) => base32(bytes, by)),
    bytes.toString('hex'),
    points.map((one) => one.codePointAt(0)).join(' '),
    ...(escaped === text ? [] : [escaped]),
    ...(quoted.length === text.length + 2 ? [] : [quoted]),
  ]
}

const ROT13: Uint8Array = alphabet((letter) => (letter + 13) % 26)
const ATBASH: Uint8Array = alphabet((letter) => 25 - letter)

/** @param to from a letter to another, 0 to 25 */
function alphabet(to: (letter: number) => number): Uint8Array {
  const codes = Uint8Array.from({ length: 0x80 }, (_, code) => code)
  for (let letter = 0; letter < 26; letter++) {
    codes[0x41 + letter] = 0x41 + to(letter)
    codes[0x61 + letter] = 0x61 + to(letter)
  }
  return codes
}

function translated(text: string, codes: Uint8Array): string {
  const units = Buffer.from(text, 'utf16le')
  for (let at = 0; at < units.length; at += 2) {
    if (units[at + 1] === 0) units[at] = codes[units[at] ?? 0] ?? units[at] ?? 0
  }
  return units.toString('utf16le')
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 section 6, without padding. @param by so many bytes of zero stand before */
function base32(bytes: Buffer, by: number): string {
  const out = Buffer.alloc(Math.ceil(((by + bytes.length) * 8) / 5))
  let length = 0
  let bits = 0
  let held = 0
  for (let at = -by; at < bytes.length; at++) {
    held = (held << 8) | (at < 0 ? 0 : (bytes[at] ?? 0))
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out[length++] = BASE32.charCodeAt((held >> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  if (bits > 0) out[length++] = BASE32.charCodeAt((held << (5 - bits)) & 31)
  return out.toString('latin1', 0, length)
}
