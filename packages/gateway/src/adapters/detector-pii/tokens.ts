import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, FindingType, Scan } from '../../spec/index.js'
import { saidBefore } from './before.js'
import { codiceFiscaleHolds, icaoHolds } from './check-digits.js'
import { CRYPTO_MAX, CRYPTO_MIN, isCryptoAddress } from './crypto-address.js'
import { known } from './said.js'
import type { Label } from './words.js'

interface Judgement {
  readonly type: FindingType
  readonly score: number
}

function isAlphanumeric(code: number): boolean {
  const lower = code | 0x20
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a)
}

/** A hyphen that stands between two of a word's characters is part of it. */
function isInner(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 0x2d && isAlphanumeric(text.charCodeAt(at - 1)) && isAlphanumeric(text.charCodeAt(at + 1))
  )
}

/** What is longer is none of these. */
const LENGTH_MAX = CRYPTO_MAX
const LENGTH_MIN = 6

const DOCUMENT = /^[A-Za-z]{0,3}[0-9]{2}[0-9A-Z-]{3,9}$|^[A-Z]{1,2}[0-9A-Z]{6,9}$/
const LICENCE = /^[A-Za-z]{0,5}[0-9][0-9A-Za-z-]{3,18}$/
const AUSWEIS = /^[0-9CFGHJKLMNPRTVWXYZ]{9}[0-9]?$/
const CODICE = /^[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/
const PAN = /^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$/
const UK_LICENCE = /^[A-Z9]{5}[0-9][0156][0-9][0-3][0-9]{2}[A-Z9]{2}[0-9A-Z]{3}$/

/** What says that a licence is a driver's: there are licences of software, of doctors and of pubs. */
const DRIVES =
  /driv(?:er['’]?s?|ing)[ _-]{0,2}(?:licen[cs]e|permit|id)|\bd\.?l\.?\b|führerschein|permis|patente|conduc|rijbewijs|körkort|praw[oa] jazdy|\bcnh\b|habilita/i
const PASS = /\bpass[ -]?(?:nr|nummer|no|number)\b|\btravel document/i
/** As far back as these are looked for. */
const REACH = 72

function judge(text: string, start: number, end: number): Judgement | undefined {
  const word = text.slice(start, end)
  const { length } = word
  if (length >= CRYPTO_MIN) return isCryptoAddress(word) ? { type: 'pii.crypto', score: 1 } : undefined
  const candidate = { text, start, end }
  if (length === 16 && CODICE.test(word) && codiceFiscaleHolds(word)) {
    return { type: 'pii.national-id', score: 1 }
  }
  if (length === 16 && UK_LICENCE.test(word)) return nationalId(known(candidate, ['licence'], 0.7)?.score)
  if (length === 10 && PAN.test(word)) return nationalId(known(candidate, ['pan'], 0.7)?.score)
  const digits = digitsIn(word)
  if (length > 20 || digits < 2) return undefined
  // What says which of the three it is, if any.
  const said = saidBefore(text, start, PASSED)
  if (said === undefined || said.digits > 4) return undefined
  switch (said.label) {
    case 'pass':
      // There are passes of many kinds, and some are words to get in by.
      if (!PASS.test(text.slice(Math.max(0, start - REACH), start))) return undefined
      return passport(word, digits)
    case 'passport':
      return passport(word, digits)
    case 'ausweis':
      return digits > 2 && AUSWEIS.test(word) && (length === 9 || icaoHolds(word)) ? nationalId(0.9) : undefined
    case 'licence':
      if (digits < 4 || !LICENCE.test(word)) return undefined
      return DRIVES.test(text.slice(Math.max(0, start - REACH), start)) ? nationalId(0.9) : undefined
    default:
      return undefined
  }
}

function passport(word: string, digits: number): Judgement | undefined {
  const isNumber = word.length <= 12 && digits > 2 && DOCUMENT.test(word)
  return isNumber ? { type: 'pii.passport', score: 0.95 } : undefined
}

/** `passport id`, `call about the licence`: words that leave open which. */
const PASSED: readonly Label[] = ['id', 'call', 'date', 'ip']

function digitsIn(word: string): number {
  let digits = 0
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    if (isDigit(code)) digits++
  }
  return digits
}

function nationalId(score: number | undefined): Judgement | undefined {
  return score === undefined ? undefined : { type: 'pii.national-id', score }
}

const NONE: readonly Finding[] = []

/** Every one of these words has a digit, and prose has few. */
const DIGIT = /[0-9]/g

/**
 * Words of letters and digits: numbers of passports, of driving licences and of identity cards where words before them say so,
 * in ten languages; Italian, Indian and British numbers of people by their form; addresses of crypto currencies by their checksum.
 *
 * Blind to numbers with spaces within, to those that only a word behind them names, and to currencies whose addresses have no
 * checksum or another (Solana, Monero, Bitcoin Cash).
 */
export const tokenDetector: Detector = {
  name: 'documents',
  types: ['pii.crypto', 'pii.national-id', 'pii.passport'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    let at = from
    for (;;) {
      DIGIT.lastIndex = at
      if (!DIGIT.test(text)) break
      at = DIGIT.lastIndex - 1
      const begin = wordStart(text, floor, at)
      const end = wordEnd(text, at)
      // A hyphen at the end may be an inner one, and an `@` makes a name of the word.
      if (!ended && text.length - end < 2 && end - begin <= LENGTH_MAX)
        return { findings: findings ?? NONE, hold: begin }
      const start = escapeEnd(text, begin)
      if (
        end - start >= LENGTH_MIN &&
        end - start <= LENGTH_MAX &&
        standsFree(text, start, end) &&
        mayBegin(text, start, end)
      ) {
        const one = judge(text, start, end)
        if (one !== undefined) {
          findings ??= []
          findings.push({ start, end, type: one.type, score: one.score })
        }
      }
      floor = end
      at = end
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : wordAtEnd(text, floor) }
  },
}

/** Where the word begins that `at` is in. One that is too long is read from somewhere within, and does not stand free there. */
function wordStart(text: string, floor: number, at: number): number {
  const lowest = Math.max(floor, at - LENGTH_MAX - 1)
  let start = at
  while (
    start > lowest &&
    (isAlphanumeric(text.charCodeAt(start - 1)) || (start < text.length && isInner(text, start - 1)))
  )
    start--
  return start
}

function wordEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && (isAlphanumeric(text.charCodeAt(end)) || isInner(text, end))) end++
  return end
}

/** Where the word begins that the text ends with, a hyphen behind it included; the text's length where there is none. */
function wordAtEnd(text: string, floor: number): number {
  const end = text.endsWith('-') ? text.length - 1 : text.length
  const start = wordStart(text, floor, end)
  if (start === end || end - start > LENGTH_MAX) return text.length
  const word = escapeEnd(text, start)
  return mayBegin(text, word, end) ? word : text.length
}

/**
 * Whether any of these words begins so. Prose must not wait: what begins with letters has them large, or one of them, or is an
 * address of a currency, which is told from a capitalised word by its next six letters.
 */
function mayBegin(text: string, start: number, end: number): boolean {
  let lead = start
  while (lead < end && !isDigit(text.charCodeAt(lead))) lead++
  const letters = text.slice(start, lead)
  if (letters.length < 2 || letters === letters.toUpperCase()) return true
  if (PARTS.some((part) => part.startsWith(letters))) return true
  return 'LMDAXTr'.includes(letters.charAt(0)) && (letters.length < 8 || /[A-Z]/.test(letters.slice(1, 7)))
}

/** How addresses in bech32 begin. */
const PARTS = ['bc', 'ltc', 'addr', 'cosmos']

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** `\nX1234567` in JSON text is a line break and a word, and so is `\u000aX1234567`. */
function escapeEnd(text: string, start: number): number {
  if (text.charCodeAt(start - 1) !== 0x5c) return start
  if (escapeBefore(text, start + 1) > 0) return start + 1
  return escapeBefore(text, start + 5) === 6 ? start + 5 : start
}

function standsFree(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1)
  const behind = text.charAt(end)
  if (before === '_' || behind === '_' || before === '@' || behind === '@') return false
  if (before === '-' && isAlphanumeric(text.charCodeAt(start - 2))) return false
  return !isAlphanumeric(text.charCodeAt(start - 1)) || escapeBefore(text, start) > 0
}
