import { OTHER } from './characters.js'
import { isWordClass } from './tokens.js'

const AT = 0x40
const OF_MAIL = new Set([...'._-+'].map((char) => char.charCodeAt(0)))
const MAIL_MAX = 80

/**
 * Finds e-mail addresses that words stand in, in one text from its front to its end: names in them are not looked for. Of what was
 * passed over for the word before nothing is looked at again, since words with dots between may go on without end.
 */
export class Mails {
  readonly #classes: Uint8Array
  /** From the place that was asked for last up to here no sign is `@`, and each may be in an address. */
  #from = 0
  #to = 0

  constructor(classes: Uint8Array) {
    this.#classes = classes
  }

  /** Before another text. */
  begin(): void {
    this.#from = 0
    this.#to = 0
  }

  /** Where the address ends that a word ending at `at` stands in; `at` where there is none, -1 where the text ends too early to tell. */
  end(text: string, at: number, ended: boolean): number {
    const first = text.charCodeAt(at)
    if (first !== AT && !OF_MAIL.has(first)) return at
    const most = Math.min(text.length, at + MAIL_MAX)
    let end = this.#from <= at && at < this.#to ? this.#to : at
    let isMail = false
    for (; end < most; end++) {
      const code = text.charCodeAt(end)
      if (code === AT) isMail = true
      else if (!OF_MAIL.has(code) && !isWordClass(this.#classes[code] ?? OTHER)) break
    }
    if (!isMail) {
      this.#from = at
      this.#to = end
    }
    if (end === text.length && !ended) return -1
    return isMail ? end : at
  }
}
