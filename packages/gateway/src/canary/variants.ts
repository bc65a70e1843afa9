/** Beyond this the encodings are not made: an answer that long in an encoding shows its beginning too. */
const ENCODED_MAX = 8192

/** A text as it may be written down: itself, backwards, and in the encodings that models know well. */
export function variantsOf(text: string): readonly string[] {
  const head = text.slice(0, ENCODED_MAX)
  const bytes = Buffer.from(head)
  return [
    text,
    [...text].reverse().join(''),
    rotated(text, 13),
    atbash(text),
    // What stands before it moves it within groups of three bytes, of five bits.
    ...[0, 1, 2].map((by) => Buffer.concat([Buffer.alloc(by), bytes]).toString('base64')),
    ...[0, 1, 2, 3, 4].map((by) => base32(Buffer.concat([Buffer.alloc(by), bytes]))),
    bytes.toString('hex'),
    [...head].map((one) => one.codePointAt(0)).join(' '),
    encodeURIComponent(bytes.toString()),
    JSON.stringify(head),
  ]
}

function rotated(text: string, by: number): string {
  return text.replace(/[a-z]/gi, (one) => {
    const first = one < 'a' ? 65 : 97
    return String.fromCharCode(((one.charCodeAt(0) - first + by) % 26) + first)
  })
}

function atbash(text: string): string {
  return text.replace(/[a-z]/gi, (one) => String.fromCharCode((one < 'a' ? 155 : 219) - one.charCodeAt(0)))
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 section 6, without padding. */
function base32(bytes: Buffer): string {
  let out = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += BASE32.charAt((held >> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  return bits === 0 ? out : out + BASE32.charAt((held << (5 - bits)) & 31)
}
