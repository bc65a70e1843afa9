import { Mender } from './mender.js'

const BACKSLASH = 0x5c
const QUOTE = 0x22
const ESCAPED = /\\(?:u([0-9a-fA-F]{4})|[\s\S])/g
/** An escape that has begun and may go on: an odd backslash, perhaps `u` and some digits. */
const BEGUN = /^\\(?:u[0-9a-fA-F]{0,3})?$/

const SHORT: ReadonlyMap<number, string> = new Map([
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
])

/**
 * JSON text with those of its escapes decoded that hide a plain character: `\u0034` is `4`, `\/` is `/`. What must be escaped
 * stays escaped, so it means the same to whoever parses it.
 */
export function unhide(json: string): string {
  if (json.indexOf('\\u') < 0 && json.indexOf('\\/') < 0) return json
  return json.replace(ESCAPED, (whole: string, digits: string | undefined) => {
    if (whole === '\\/') return '/'
    if (digits === undefined) return whole
    const code = Number.parseInt(digits, 16)
    const short = SHORT.get(code)
    // By its letter, which no number that follows can be taken to go on from.
    if (short !== undefined) return short
    // Halves of pairs stay as they are: the other half may be far.
    const must = code < 0x20 || code === QUOTE || code === BACKSLASH || (code >= 0xd800 && code <= 0xdfff)
    return must ? whole : String.fromCharCode(code)
  })
}

/** `unhide` for text that comes in pieces, the same for every cutting. */
export class Unhider {
  #begun = ''

  push(piece: string): string {
    const text = this.#begun === '' ? piece : this.#begun + piece
    this.#begun = openEscape(text)
    return unhide(this.#begun === '' ? text : text.slice(0, -this.#begun.length))
  }

  end(): string {
    const rest = this.#begun
    this.#begun = ''
    return rest
  }
}

function openEscape(text: string): string {
  const at = text.lastIndexOf('\\')
  if (at < 0 || at < text.length - 5) return ''
  let run = at
  while (run > 0 && text.charCodeAt(run - 1) === BACKSLASH) run--
  const tail = text.slice(at)
  return ((at - run) & 1) === 0 && BEGUN.test(tail) ? tail : ''
}

const STRING = /"(?:[^"\\]|\\[\s\S])*(?:"|$)/y
/** Names are always quoted, so a colon after the first character is part of a bare word. */
const BARE = /[^\s{}[\],:"][^\s{}[\],"]*/y
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

/**
 * JSON text in which words were put in place of others. Inside a string that is no harm; in place of a number it is: quotes go
 * round what is no JSON any more.
 */
export function mend(edited: string, before: string): string {
  if (parses(edited) || !parses(before)) return edited
  // As in a stream, so that a client gets the same either way.
  const mender = new Mender()
  const mended = mender.push(edited) + mender.end()
  if (parses(mended)) return mended
  let out = ''
  let at = 0
  while (at < edited.length) {
    STRING.lastIndex = at
    BARE.lastIndex = at
    const string = STRING.exec(edited)
    const bare = string === null ? BARE.exec(edited) : null
    const taken = string?.[0] ?? bare?.[0] ?? edited.charAt(at)
    out += bare !== null && !SCALAR.test(taken) ? JSON.stringify(taken) : taken
    at += taken.length
  }
  return parses(out) ? out : JSON.stringify(edited)
}

function parses(json: string): boolean {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}
