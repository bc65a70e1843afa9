/** A token that is, or begins as, an address: with a scheme in whatever spelling, without one, or where an attribute takes one. */
const ADDRESS = new RegExp(
  [
    ':\\\\?/\\\\?/|%3a%2f|&(?:#58|#x3a|colon);',
    '(?:^|[^a-z0-9])(?:https?|ftp|wss?|file|mailto|tel|sms|data|javascript|vbscript|blob|urn|magnet|sip|xmpp|cid|geo|intent|callto|skype|whatsapp|view-source|about|ssh|git|ldap|smb):',
    '^[^a-z0-9/\\\\]*[/\\\\]{2}',
    '(?:^|[^a-z0-9])www\\d?\\.',
    // A top-level domain may be in any script, or written in ASCII for one (RFC 5890).
    '[\\p{L}\\d-]\\.(?:\\p{L}{2,24}|xn--[a-z0-9-]{1,59})(?::\\d+)?[/?#]',
    '(?:^|[^a-z])(?:href|src|srcset|action|formaction|poster|cite|background|ping|longdesc)=',
    'url\\(',
  ].join('|'),
  'iu',
)
/** What stands before a quoted address in markup. */
const TAKES_ADDRESS =
  /(?:\b(?:href|src|srcset|action|formaction|poster|cite|background|ping|longdesc|data)\s*=|\burl\()\s*\\?$/i
/** What no address goes on behind: blanks, quotes and brackets that RFC 3986 keeps out, punctuation of scripts without blanks. */
const SPECIAL = /[\s"<>`\u3000-\u303f\uff01-\uff0f\uff1a-\uff20]|[()']/g
const TOKEN_MAX = 512
const TAIL = 64

/**
 * Knows of a text that comes in pieces whether an address is being written where it ends: with a scheme or without, in the target
 * of a Markdown link or picture, in an attribute of markup.
 *
 * Takes for one what only looks like it (`https://a.example,` and on to the next blank). Does not know addresses that somebody
 * makes of several texts, nor those that a reader of another format would see.
 */
export class Surroundings {
  /** What was written since the last blank. */
  #token = ''
  #tokenIsAddress = false
  /** What was written last, blanks too. */
  #tail = ''
  /** Brackets that are open in a target; 0: none. */
  #target = 0
  #angle = false
  #quote: string | undefined

  /** Goes on behind what was written before. */
  write(text: string): void {
    let at = 0
    SPECIAL.lastIndex = 0
    for (let found = SPECIAL.exec(text); found !== null; found = SPECIAL.exec(text)) {
      this.#plain(text.slice(at, found.index))
      this.#special(found[0])
      at = found.index + 1
    }
    this.#plain(text.slice(at))
  }

  get isAddress(): boolean {
    if (this.#target > 0 || this.#quote !== undefined || this.#tokenIsAddress) return true
    return ADDRESS.test(this.#token)
  }

  #plain(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL)
    let rest = text
    // At the same places however the text is cut.
    while (this.#token.length + rest.length >= TOKEN_MAX) {
      const taken = TOKEN_MAX - this.#token.length
      this.#tokenIsAddress ||= ADDRESS.test(this.#token + rest.slice(0, taken))
      this.#token = (this.#token + rest.slice(0, taken)).slice(-TAIL)
      rest = rest.slice(taken)
    }
    this.#token += rest
  }

  #special(one: string): void {
    const before = this.#tail
    if (one === '\n') this.#target = 0
    if (one === '\n' || one === '>') this.#angle = false
    if (one === this.#quote) this.#quote = undefined
    else if ((one === '"' || one === "'") && this.#quote === undefined && TAKES_ADDRESS.test(before)) this.#quote = one
    if (this.#target > 0) this.#inTarget(one, before)
    else if (one === '(' && before.endsWith(']')) this.#target = 1
    if (one === '(' || one === ')' || one === "'") this.#plain(one)
    else {
      this.#tail = (before + one).slice(-TAIL)
      this.#token = ''
      this.#tokenIsAddress = false
    }
  }

  #inTarget(one: string, before: string): void {
    // `](<…>)`: brackets count for nothing between these.
    if (one === '<' && /\]\(\s*$/.test(before)) this.#angle = true
    if (this.#angle) return
    if (one === '(') this.#target += 1
    if (one === ')') this.#target -= 1
  }
}

const LABEL_MAX = 63

/** Whether what follows makes a host of what ends at `end`: `….example.net`. `open`: the text ends too early to tell. */
export function hostFollows(text: string, end: number, ended: boolean): boolean | 'open' {
  let at = end
  for (let labels = 1; ; labels++) {
    if (at >= text.length) return ended ? false : 'open'
    if (text.charCodeAt(at) !== 0x2e) return false
    const start = at + 1
    at = start
    while (at < text.length && at - start <= LABEL_MAX && isHost(text.charCodeAt(at))) at++
    if (at - start > LABEL_MAX) return false
    if (at >= text.length && !ended) return 'open'
    if (at === start) return false
    if (labels === 2) return /^[a-z]{2}/i.test(text.slice(start, at))
  }
}

function isHost(code: number): boolean {
  const lower = code | 0x20
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || (lower >= 0x61 && lower <= 0x7a)
}
