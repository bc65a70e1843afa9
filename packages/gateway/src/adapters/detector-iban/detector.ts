import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, Scan } from '../../spec/index.js'
import { checksumHolds } from './checksum.js'
import { LENGTHS } from './countries.js'

const HEAD_LENGTH = 4
const HEAD = /[A-Za-z]{2}[0-9]{2}/g

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a)
}

/** Space, hyphen and their unbreakable forms: between groups of four, where IBANs are printed with them. */
function isSeparator(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0xa0 || code === 0x202f || code === 0x2011
}

/** End of an IBAN that begins at `start`, 0 where there is none, -1 where the text ends too early to tell. */
function ibanEnd(text: string, start: number, ended: boolean): number {
  const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase())
  if (length === undefined) return 0
  let seen = HEAD_LENGTH
  let at = start + HEAD_LENGTH
  while (seen < length) {
    if (at >= text.length) return ended ? 0 : -1
    const code = text.charCodeAt(at)
    if (isAlphanumeric(code)) seen++
    else if (!isSeparator(code) || seen % 4 !== 0 || !isAlphanumeric(text.charCodeAt(at - 1))) return 0
    at++
  }
  if (at >= text.length && !ended) return -1
  if (isAlphanumeric(text.charCodeAt(at))) return 0
  return checksumHolds(text, start, at) ? at : 0
}

/** A word of up to three characters that the text ends with may be the beginning of one. */
function headAtEnd(text: string, floor: number): number {
  let start = text.length
  while (start > floor && text.length - start < HEAD_LENGTH && isAlphanumeric(text.charCodeAt(start - 1))) start--
  const isWhole = text.length - start < HEAD_LENGTH && !isAlphanumeric(text.charCodeAt(start - 1))
  if (isWhole) return start
  for (let at = Math.max(floor, text.length - HEAD_LENGTH + 1); at < text.length; at++) {
    if (escapeBefore(text, at) > 0) return at
  }
  return text.length
}

const NONE: readonly Finding[] = []

/** International bank account numbers: known country, its length, checksum; compact or in groups of four, in any case. */
export const ibanDetector: Detector = {
  name: 'iban',
  types: ['pii.iban'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    HEAD.lastIndex = from
    for (let head = HEAD.exec(text); head !== null; head = HEAD.exec(text)) {
      const start = head.index
      if (start > 0 && isAlphanumeric(text.charCodeAt(start - 1)) && escapeBefore(text, start) === 0) {
        HEAD.lastIndex = start + 1
        continue
      }
      const end = ibanEnd(text, start, ended)
      if (end === -1) return { findings: findings ?? NONE, hold: start }
      if (end === 0) continue
      findings ??= []
      findings.push({ start, end, type: 'pii.iban', score: 1 })
      floor = end
      HEAD.lastIndex = end
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : headAtEnd(text, floor) }
  },
}
