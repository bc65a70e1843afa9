/** How a placeholder begins, as `replacementFor` writes it; the vault's begin with a capital letter. */
const MARK = '[redacted:'
/** What a finding in a JSON number leaves there: a placeholder or the masked digits, between what else the number had. */
const REPLACED = /^[-+.\deE]*(?:\[redacted:[a-z.-]+\]|\[[A-Z][A-Z_]*_[0-9A-Z]{8,}\]|\*{8,}\d{4})[-+.\deE]*$/
const NUMBER_SO_FAR = /^[-\d][-+.\deE]*$/
const MASKED_SO_FAR = /^[-+.\deE]*\*+[-+.\deE]*$/
const PLACEHOLDER_SO_FAR = /^\[(?:redacted:[a-z.-]*|[A-Z][A-Z_0-9]*)(?:\][-+.\deE]*)?$/
/** No item of an array begins so. */
const OF_PLACEHOLDER = /[rA-Z]/
/** No number of a sane caller is longer, and no more is ever held. */
const TOKEN_MAX = 96
const QUOTE_OR_BACKSLASH = /["\\]/g
const SPACE = /[ \t\n\r]/
const BEHIND_A_VALUE = /[,}\] \t\n\r]/

/**
 * Puts quotes round what a replacement left of a number, in JSON text that comes in pieces: `{"card":[redacted:pii.card]}` would
 * be no JSON. The same for every cutting; JSON passes as it is, and so does what begins like no object or array.
 *
 * Goes by how replacements look, for that is all it sees: where one was said already outside of a string, in what therefore was
 * no JSON, it gets quotes as well.
 */
export class Mender {
  /** Undefined until the text begins. */
  #isJson: boolean | undefined
  /** It began with a bracket, which is held until what follows tells what it is. */
  #opened = false
  #inString = false
  #escaped = false
  /** The last character outside of strings that is no space: a value may begin behind it or not. */
  #last = ''
  /** What may become a replacement outside of a string. */
  #token = ''

  push(text: string): string {
    let out = ''
    let at = 0
    while (at < text.length && this.#isJson !== false) {
      if (this.#inString) {
        const end = this.#stringPiece(text, at)
        out += text.slice(at, end)
        at = end
      } else {
        out += this.#outside(text.charAt(at))
        at++
      }
    }
    return this.#isJson === false ? out + text.slice(at) : out
  }

  end(): string {
    return this.#opened && this.#isJson === undefined ? '[' : this.#settle('')
  }

  /** Goes on from `at` within a string; gives where it ends, or the end of the text. */
  #stringPiece(text: string, at: number): number {
    if (this.#escaped) {
      this.#escaped = false
      return at + 1
    }
    QUOTE_OR_BACKSLASH.lastIndex = at
    const found = QUOTE_OR_BACKSLASH.exec(text)
    if (found === null) return text.length
    if (found[0] === '"') this.#inString = false
    else this.#escaped = true
    return found.index + 1
  }

  #outside(next: string): string {
    if (this.#isJson === undefined) return this.#begin(next)
    return this.#isJson ? this.#inJson(next) : next
  }

  /** An object begins with `{`. With `[` begins an array, or a replacement: no item of an array begins as one goes on. */
  #begin(next: string): string {
    if (this.#opened) {
      this.#isJson = !OF_PLACEHOLDER.test(next)
      this.#last = '['
      return this.#isJson ? `[${this.#inJson(next)}` : `[${next}`
    }
    if (next === '[') {
      this.#opened = true
      return ''
    }
    if (!SPACE.test(next)) this.#isJson = next === '{'
    return this.#isJson === true ? this.#inJson(next) : next
  }

  #inJson(next: string): string {
    const grown = this.#token + next
    if ((this.#token !== '' || this.#mayBegin()) && canBecomeReplaced(grown)) {
      this.#token = grown
      return ''
    }
    const before = this.#settle(next)
    // A bracket that was held for a placeholder's may be an array's, and this its first item.
    if (before !== '' && this.#mayBegin() && canBecomeReplaced(next)) {
      this.#token = next
      return before
    }
    if (next === '"') this.#inString = true
    if (!SPACE.test(next)) this.#last = next
    return before + next
  }

  #mayBegin(): boolean {
    return this.#last === ':' || this.#last === ',' || this.#last === '['
  }

  #settle(next: string): string {
    const token = this.#token
    if (token === '') return ''
    this.#token = ''
    this.#last = token.charAt(token.length - 1)
    return REPLACED.test(token) && (next === '' || BEHIND_A_VALUE.test(next)) ? JSON.stringify(token) : token
  }
}

function canBecomeReplaced(token: string): boolean {
  if (token.length > TOKEN_MAX) return false
  const open = token.indexOf('[')
  if (open < 0) return NUMBER_SO_FAR.test(token) || MASKED_SO_FAR.test(token)
  const mark = token.slice(open)
  if (open > 0 && !NUMBER_SO_FAR.test(token.slice(0, open))) return false
  return MARK.startsWith(mark) || PLACEHOLDER_SO_FAR.test(mark)
}
