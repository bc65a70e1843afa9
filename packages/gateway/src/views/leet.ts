import type { Evidence } from './evidence.js'
import { Showing, type View } from './view.js'

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['0', 'o'],
  ['1', 'i'],
  ['2', 'z'],
  ['3', 'e'],
  ['4', 'a'],
  ['5', 's'],
  ['6', 'g'],
  ['7', 't'],
  ['8', 'b'],
  ['9', 'g'],
  ['@', 'a'],
  ['$', 's'],
  ['!', 'i'],
  ['|', 'l'],
  ['+', 't'],
])
const WORD = /[A-Za-z0-9@$!|+]{2,32}/g
/** Where a sign ends a word it is a sign: `now!` */
const MIXED = /[A-Za-z].*[0-9@$|+]|[0-9@$!|+].*[A-Za-z]/
/** As hexadecimal, versions and identifiers have it: a row of digits, or none of the letters that leet writes. */
const NUMBERED = /\d{5}|^[A-Fa-f0-9]{8,}$|^[A-Z]{1,4}\d+$|^v?\d+[a-z]?$/
const FEWEST = 3

/** `1gn0r3` as `ignore`, in texts that are written so: where a good part of the words have digits between their letters. */
export function leetRead(text: string, { leet, words }: Evidence): View | undefined {
  if (leet < FEWEST || leet * 8 < words) return undefined
  let showing: Showing | undefined
  let from = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!MIXED.test(word) || NUMBERED.test(word)) continue
    const last = word.length - 1
    for (let at = 0; at < word.length; at++) {
      const sign = word.charAt(at)
      // A doubled 1 stands for ll far more often than for ii.
      const isDouble = sign === '1' && (word.charAt(at - 1) === '1' || word.charAt(at + 1) === '1')
      const letter = at === last && /[!|+]/.test(sign) ? undefined : isDouble ? 'l' : LETTERS.get(sign)
      if (letter === undefined) continue
      showing ??= new Showing(text.length)
      showing.copy(text, from, index + at)
      showing.add(letter, index + at, index + at + 1)
      from = index + at + 1
    }
  }
  if (showing === undefined) return undefined
  showing.copy(text, from, text.length)
  return showing.view('leet')
}
