import { type Evidence, RUN_MIN } from './evidence.js'
import { Showing, type View } from './view.js'

/** Bytes that are written apart. */
const APART_MIN = 3
const APART = /(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s,:]){7,}[0-9A-Fa-f]{2}|(?:[01]{8}\s){3,}[01]{8}/g
const HEX = /^[0-9A-Fa-f\s,:x\\]+$/
const BITS = /^[01\s]+$/
/** Longer runs are pictures and archives: their beginning tells. */
const PROBE = 256
const ENCODED = /^[A-Za-z0-9+/_-]{16,}={0,2}\s?$/
const DECODER = new TextDecoder('utf-8', { fatal: false })

const LOW = 1
const HIGH = 2
const DIGIT = 4
const SIGN = 8
/** Base64's alphabet, and that of its variant for addresses. Hexadecimal and binary digits are among them. */
const ALPHABET = Uint8Array.from({ length: 128 }, (_, code) => kindOf(String.fromCharCode(code)))

function kindOf(character: string): number {
  if (/[a-z]/.test(character)) return LOW
  if (/[A-Z]/.test(character)) return HIGH
  if (/\d/.test(character)) return DIGIT
  return /[+/_-]/.test(character) ? SIGN : 0
}

/**
 * What runs of base64, hexadecimal and binary digits say, in the place where they stand; undefined where they say nothing.
 *
 * Does not see base64 that is broken into lines of less than 16 characters.
 */
export function decoded(text: string, { bytes, hasRun }: Evidence): View | undefined {
  if (bytes < APART_MIN && !hasRun) return undefined
  const made: { view: Showing | undefined; from: number } = { view: undefined, from: 0 }
  const show = (start: number, end: number): void => {
    const said = saidBy(text.slice(start, end))
    if (said === undefined) return
    made.view ??= new Showing(text.length)
    made.view.copy(text, made.from, start)
    made.view.add(said, start, end)
    made.from = end
  }
  if (bytes >= APART_MIN) for (const { 0: written, index } of text.matchAll(APART)) show(index, index + written.length)
  // Both kinds in one text are rare: the first that says something is shown.
  if (made.view === undefined && hasRun) eachRun(text, show)
  if (made.view === undefined) return undefined
  made.view.copy(text, made.from, text.length)
  return made.view.view('decoded')
}

/** Runs that could be something encoded: words and names in code have letters of one kind, or few of the other. */
function eachRun(text: string, see: (start: number, end: number) => void): void {
  // A run that is long enough stands at one of these places.
  for (let probe = RUN_MIN - 1; probe < text.length; probe += RUN_MIN) {
    if (kindAt(text, probe) === 0) continue
    let start = probe
    while (start > 0 && kindAt(text, start - 1) !== 0) start -= 1
    let end = probe + 1
    while (end < text.length && kindAt(text, end) !== 0) end += 1
    if (end - start >= RUN_MIN && mayBeEncoded(text, start, end)) see(start, end)
    probe = end
  }
}

function mayBeEncoded(text: string, start: number, end: number): boolean {
  let kinds = 0
  let turns = 0
  let before = 0
  for (let at = start; at < end; at++) {
    const kind = kindAt(text, at)
    kinds |= kind
    if (kind !== before) turns += 1
    before = kind
  }
  const length = end - start
  if (length >= 4 * RUN_MIN && kinds === DIGIT) return true
  const isMixed = (kinds & DIGIT) !== 0 || (kinds & (LOW | HIGH)) === (LOW | HIGH)
  return isMixed && turns * 6 > Math.min(length, 4 * RUN_MIN)
}

function kindAt(text: string, at: number): number {
  return ALPHABET[text.charCodeAt(at)] ?? 0
}

function saidBy(written: string): string | undefined {
  if (BITS.test(written)) {
    const digits = written.replace(/\s/g, '')
    return digits.length % 8 === 0
      ? readable(Buffer.from((digits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))))
      : undefined
  }
  if (HEX.test(written)) {
    const digits = written.replace(/0x|\\x|[\s,:]/g, '')
    const said = digits.length % 2 === 0 ? readable(Buffer.from(digits, 'hex')) : undefined
    if (said !== undefined) return said
  }
  // A run that was cut, or that a word stands right before, need not begin where a group of four does.
  for (let skip = 0; skip < 4; skip++) {
    const body = written.slice(skip)
    if (body.length < RUN_MIN) return undefined
    if (body.length > PROBE && readable(Buffer.from(body.slice(0, PROBE), 'base64')) === undefined) continue
    const said = readable(Buffer.from(body, 'base64'))
    if (said !== undefined) return said
  }
  return undefined
}

/** Bytes that are text: nearly all of what they show is letters, digits and what stands between. */
function readable(bytes: Buffer): string | undefined {
  let plain = 0
  let letters = 0
  for (const byte of bytes) {
    if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09) plain += 1
    if (byte === 0x20 || (byte >= 0x61 && byte <= 0x7a)) letters += 1
  }
  // What was encoded twice is base64 once more.
  if (plain === bytes.length && (letters * 2 > bytes.length || ENCODED.test(bytes.toString('latin1'))))
    return bytes.toString('latin1')
  if (plain * 2 > bytes.length * 1.6 || bytes.length < RUN_MIN) return undefined
  const text = DECODER.decode(bytes)
  const wrong = text.split('\ufffd').length - 1
  if (wrong * 20 > text.length) return undefined
  const words = text.match(/[\p{L}\p{M}\s]/gu)?.length ?? 0
  return words * 10 > text.length * 8 ? text : undefined
}
