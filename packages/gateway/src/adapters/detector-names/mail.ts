import { OTHER } from './characters.js'
import { isWordClass } from './tokens.js'

const AT = 0x40
const OF_MAIL = new Set([...'._-+'].map((char) => char.charCodeAt(0)))
const MAIL_MAX = 80

/**
 * Where an e-mail address ends that a word ending at `at` stands in: names in it are not looked for. `at` where there is none,
 * -1 where the text ends too early to tell.
 */
export function mailEnd(classes: Uint8Array, text: string, at: number, ended: boolean): number {
  const first = text.charCodeAt(at)
  if (first !== AT && !OF_MAIL.has(first)) return at
  const most = at + MAIL_MAX
  let end = at
  let isMail = false
  for (; end < text.length && end < most; end++) {
    const code = text.charCodeAt(end)
    if (code === AT) isMail = true
    else if (!OF_MAIL.has(code) && !isWordClass(classes[code] ?? OTHER)) break
  }
  if (end === text.length && !ended) return -1
  return isMail ? end : at
}
