import type { Detector, Finding, Scan } from '../../spec/index.js'
import { BASE32, beginsWord, is, LETTER_DIGIT, looksRandom, PLUS_SLASH, runEnd, runStart } from './characters.js'

const ID_LENGTH = 20
const SECRET_LENGTH = 40
const SECRET_CHARACTERS: number = LETTER_DIGIT | PLUS_SLASH
/** AWS's own manuals end their keys so. */
const SAMPLE = 'EXAMPLE'

/** Forty characters of base64 are anything; what names them stands before them, at most this far away. */
const NAME_MAX = 48
const NAME =
  /(?:secret[_ -]?access[_ -]?key|aws[_ -]?secret[\w -]{0,16})["'`\])]{0,2}\s{0,3}(?:=>|:=|[:=,>]|is)?\s{0,3}["'`([]{0,2}$/i

/** What stands before it is all known: a run that nothing names is no secret key, whatever comes. */
function isNamed(text: string, start: number): boolean {
  return NAME.test(text.slice(Math.max(0, start - NAME_MAX), start))
}

function isNamedSecret(text: string, start: number, end: number): boolean {
  if (!isNamed(text, start)) return false
  return looksRandom(text, start, end) && !text.slice(start, end).includes(SAMPLE)
}

/** Key ids: `AKIA` (long-lived) or `ASIA` (of a session) and 16 characters. `mark` is all but its first letter. */
function scanIds(text: string, from: number, ended: boolean, mark: string, findings: Finding[]): number {
  let hold = text.length
  for (let at = text.indexOf(mark, from + 1); at !== -1; at = text.indexOf(mark, at + 1)) {
    const start = at - 1
    if (text.charCodeAt(start) !== 0x41 || !beginsWord(text, start)) continue
    const end = runEnd(BASE32, text, start, ID_LENGTH)
    if (end === text.length && !ended) {
      hold = start
      break
    }
    if (end - start < ID_LENGTH || is(LETTER_DIGIT, text, end) || text.endsWith(SAMPLE, end)) continue
    findings.push({ start, end, type: 'secret.aws', score: 1 })
  }
  return hold
}

/** Secret keys: a run of exactly forty characters. One look in forty meets it. */
function scanSecrets(text: string, from: number, ended: boolean, findings: Finding[]): number {
  let floor = from
  let at = from + SECRET_LENGTH - 1
  while (at < text.length) {
    if (!is(SECRET_CHARACTERS, text, at)) {
      at += SECRET_LENGTH
      continue
    }
    const start = runStart(SECRET_CHARACTERS, text, floor, at)
    const end = runEnd(SECRET_CHARACTERS, text, at, text.length)
    if (end - start <= SECRET_LENGTH && !is(SECRET_CHARACTERS, text, start - 1)) {
      if (end === text.length && !ended) return isNamed(text, start) ? start : idAtEnd(text, from)
      if (end - start === SECRET_LENGTH && isNamedSecret(text, start, end)) {
        findings.push({ start, end, type: 'secret.aws', score: 1 })
      }
    }
    floor = end
    at = floor + SECRET_LENGTH - 1
  }
  if (ended) return text.length
  const start = runStart(SECRET_CHARACTERS, text, Math.max(floor, text.length - SECRET_LENGTH), text.length)
  return !is(SECRET_CHARACTERS, text, start - 1) && isNamed(text, start) ? start : idAtEnd(text, from)
}

const IDS_BEGUN: readonly string[] = ['AKI', 'ASI', 'AK', 'AS', 'A']

/** Where the beginning of a key id stands that the text ends within, or the text's length. */
function idAtEnd(text: string, from: number): number {
  const begun = IDS_BEGUN.find((one) => text.endsWith(one) && beginsWord(text, text.length - one.length))
  return begun === undefined ? text.length : Math.max(from, text.length - begun.length)
}

const NONE: readonly Finding[] = []

/** Access key ids of AWS, and secret access keys where their name stands before them. */
export const awsDetector: Detector = {
  name: 'aws-key',
  types: ['secret.aws'],

  scan(text: string, from: number, ended: boolean): Scan {
    const findings: Finding[] = []
    const longLived = scanIds(text, from, ended, 'KIA', findings)
    const ofSession = scanIds(text, from, ended, 'SIA', findings)
    const secret = scanSecrets(text, from, ended, findings)
    const hold = Math.min(longLived, ofSession, secret)
    return findings.length === 0 ? { findings: NONE, hold } : settle(findings, hold)
  },
}

/** Sorted, none past the hold (it is found again), none within another. */
function settle(findings: Finding[], hold: number): Scan {
  findings.sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: Finding[] = []
  let end = 0
  for (const one of findings) {
    if (one.start < end || one.end > hold) continue
    kept.push(one)
    end = one.end
  }
  return { findings: kept, hold }
}
