import { isWordClass, type Reader } from './reader.js'

const AT = 0x40
const MAIL_MAX = 80
/** Besides letters and digits, what an address of e-mail is made of. */
const OF_MAIL = new Uint8Array(0x80)
for (const char of '._-+@') OF_MAIL[char.charCodeAt(0)] = 1

/**
 * Finds e-mail addresses that words stand in, in one text from its front to its end: names in them are not looked for. Of what was
 * passed over for the word before nothing is looked at again, since words with dots between may go on without end.
 */
export class Mails {
  readonly #reader: Reader
  /** From the place that was asked for last up to here no sign is `@`, and each may be in an address. */
  #from = 0
  #to = 0

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Before another text. */
  begin(): void {
    this.#from = 0
    this.#to = 0
  }

  /** Where the address ends that a word ending at `at` stands in; `at` where there is none, -1 where the text ends too early to tell. */
  end(at: number, ended: boolean): number {
    const { units, length } = this.#reader
    return at < length && isOfMail(units[at] as number) ? this.#end(at, ended) : at
  }

  #end(at: number, ended: boolean): number {
    const { classes, units, length } = this.#reader
    const most = Math.min(length, at + MAIL_MAX)
    let end = this.#from <= at && at < this.#to ? this.#to : at
    let isMail = false
    for (; end < most; end++) {
      const code = units[end] as number
      if (code === AT) isMail = true
      else if (!isOfMail(code) && !isWordClass(classes[code] as number)) break
    }
    if (!isMail) {
      this.#from = at
      this.#to = end
    }
    if (end === length && !ended) return -1
    return isMail ? end : at
  }
}

function isOfMail(code: number): boolean {
  return code < OF_MAIL.length && OF_MAIL[code] === 1
}
