import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, FindingType, Scan } from '../../spec/index.js'
import { codiceFiscaleHolds, icaoHolds } from './check-digits.js'
import { CRYPTO_MAX, CRYPTO_MIN, isCryptoAddress } from './crypto-address.js'
import { isSaid, known } from './said.js'

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
    text.charCodeAt(at) === 0x2d &&
    isAlphanumeric(text.charCodeAt(at - 1)) &&
    isAlphanumeric(text.charCodeAt(at + 1))
  )
}

/** What is longer is none of these. */
const LENGTH_MAX = CRYPTO_MAX
const LENGTH_MIN = 6

const DOCUMENT = /^(?=(?:[^0-9]*[0-9]){5})[A-Za-z]{0,3}[0-9]{2}[0-9A-Z-]{3,9}$|^[A-Z]{1,2}[0-9A-Z]{6,9}$/
const LICENCE = /^(?=(?:[^0-9]*[0-9]){4})[A-Za-z]{0,5}[0-9][0-9A-Za-z-]{3,18}$/
const AUSWEIS = /^(?=(?:[^0-9]*[0-9]){3})[0-9CFGHJKLMNPRTVWXYZ]{9}[0-9]?$/
const CODICE = /^[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/
const PAN = /^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$/
const UK_LICENCE = /^[A-Z9]{5}[0-9][0156][0-9][0-3][0-9]{2}[A-Z9]{2}[0-9A-Z]{3}$/

/** What says that a licence is a driver's: there are licences of software, of doctors and of pubs. */
const DRIVES =
  /driv(?:er['’]?s?|ing)[ _-]{0,2}(?:licen[cs]e|permit|id)|\bd\.?l\.?\b|führerschein|permis|patente|conduc|rijbewijs|körkort|praw[oa] jazdy|\bcnh\b|habilita/i
const PASS = /\bpass[ -]?(?:nr|nummer|no|number)\b/i
/** As far back as these are looked for. */
const REACH = 72

function judge(text: string, start: number, end: number): Judgement | undefined {
  const word = text.slice(start, end)
  const { length } = word
  if (length >= CRYPTO_MIN) return isCryptoAddress(word) ? { type: 'pii.crypto', score: 1 } : undefined
  const candidate = { text, start, end }
  if (length === 16 && CODICE.test(word.toUpperCase()) && codiceFiscaleHolds(word.toUpperCase())) {
    return { type: 'pii.national-id', score: 1 }
  }
  if (length === 16 && UK_LICENCE.test(word)) return nationalId(known(candidate, ['licence'], 0.7)?.score)
  if (length === 10 && PAN.test(word)) return nationalId(known(candidate, ['pan'], 0.7)?.score)
  if (length <= 12 && DOCUMENT.test(word)) {
    if (isSaid(candidate, ['passport'], REACH) || PASS.test(text.slice(Math.max(0, start - 24), start))) {
      return { type: 'pii.passport', score: 0.95 }
    }
  }
  if ((length === 9 || length === 10) && AUSWEIS.test(word) && isSaid(candidate, ['ausweis'])) {
    if (length === 9 || icaoHolds(word)) return nationalId(0.9)
  }
  if (length <= 20 && LICENCE.test(word) && isSaid(candidate, ['licence'], REACH)) {
    if (DRIVES.test(text.slice(Math.max(0, start - REACH), start))) return nationalId(0.9)
  }
  return undefined
}

function nationalId(score: number | undefined): Judgement | undefined {
  return score === undefined ? undefined : { type: 'pii.national-id', score }
}

const NONE: readonly Finding[] = []

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
    let at = from
    while (at < text.length) {
      if (!isAlphanumeric(text.charCodeAt(at))) {
        at++
        continue
      }
      let end = at
      let hasDigit = false
      while (end < text.length) {
        const code = text.charCodeAt(end)
        if (code >= 0x30 && code <= 0x39) hasDigit = true
        else if (!isAlphanumeric(code) && !isInner(text, end)) break
        end++
      }
      // A hyphen at the end may be an inner one, and an `@` makes a name of the word.
      if (!ended && text.length - end < 2 && end - at <= LENGTH_MAX) return { findings: findings ?? NONE, hold: at }
      const start = escapeEnd(text, at)
      if (hasDigit && end - start >= LENGTH_MIN && end - start <= LENGTH_MAX && standsFree(text, start, end)) {
        const one = judge(text, start, end)
        if (one !== undefined) {
          findings ??= []
          findings.push({ start, end, type: one.type, score: one.score })
        }
      }
      at = end
    }
    return { findings: findings ?? NONE, hold: text.length }
  },
}

/** `\nX1234567` in JSON text is a line break and a word. */
function escapeEnd(text: string, start: number): number {
  return text.charCodeAt(start - 1) === 0x5c && escapeBefore(text, start + 1) > 0 ? start + 1 : start
}

function standsFree(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1)
  const behind = text.charAt(end)
  if (before === '_' || behind === '_' || before === '@' || behind === '@') return false
  if (before === '-' && isAlphanumeric(text.charCodeAt(start - 2))) return false
  return !isAlphanumeric(text.charCodeAt(start - 1)) || escapeBefore(text, start) > 0
}
