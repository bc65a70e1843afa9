import type { Candidate, Judged, Rule } from '../../patterns/rule.js'
import { isDay } from './check-digits.js'
import { isSaidFirst } from './said.js'

/** Of eleven languages, the months, and how they are shortened. */
const MONTHS =
  'january|february|march|april|may|june|july|august|september|october|november|december|' +
  'jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|' +
  'januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|okt|dez|' +
  'janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|janv|févr|avr|juil|' +
  'enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre|' +
  'gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|' +
  'januari|februari|maart|mei|augustus|december|mrt|maj|augusti|' +
  'stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia|' +
  'janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|fev|abr|ago|set|out'

const MONTH = [...new Set(MONTHS.split('|'))].sort((a, b) => b.length - a.length).join('|')

const YEARS = '(?:18|19|20)\\d{2}'

/** Whether numbers with signs between them are a date in one of the orders in use. */
function isDate({ text, start, end }: Candidate): boolean {
  const first = numberFrom(text, start, end)
  if (first > 9999) return isDay(Math.floor(first / 100) % 100, first % 100)
  const at = nextNumber(text, start, end)
  const second = numberFrom(text, at, end)
  const third = numberFrom(text, nextNumber(text, at, end), end)
  if (first > 31) return isDay(second, third) || isDay(third, second)
  return isDay(first, second) || isDay(second, first)
}

function numberFrom(text: string, start: number, end: number): number {
  let number = 0
  for (let at = start; at < end && isDigit(text.charCodeAt(at)); at++) number = number * 10 + text.charCodeAt(at) - 0x30
  return number
}

/** Where the number behind that at `start` begins. */
function nextNumber(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(text.charCodeAt(at))) at++
  while (at < end && !isDigit(text.charCodeAt(at))) at++
  return at
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** `D.O.B.: `, `(b. `: too short to be words. */
const SHORT = /(?:\bd\. ?o\. ?b\.?|\(b\.)[ :]{0,3}$/i

function born(candidate: Candidate): Judged | undefined {
  if (isSaidFirst(candidate, ['birth'])) return { score: 0.95 }
  const before = candidate.text.slice(Math.max(0, candidate.start - 12), candidate.start)
  return before.includes('.') && SHORT.test(before) ? { score: 0.9 } : undefined
}

function bornOn(candidate: Candidate): Judged | undefined {
  return isDate(candidate) ? born(candidate) : undefined
}

function rule(name: string, expression: string, check: (candidate: Candidate) => Judged | undefined): Rule {
  // `1985-03-20T00:00` is a date as well.
  return {
    name,
    type: 'pii.birth-date',
    expression,
    ignoreCase: true,
    before: 'A-Za-z0-9_./\\-',
    behind: 'A-SU-Za-su-z0-9_',
    check,
  }
}

/** Dates of which the words before them say that somebody was born then. */
export const BIRTH_DATE_RULES: readonly Rule[] = [
  rule('birth-date-iso', `${YEARS}(?:-\\d{1,2}-\\d{1,2}|/\\d{1,2}/\\d{1,2}|\\.\\d{1,2}\\.\\d{1,2}|\\d{4})`, bornOn),
  rule(
    'birth-date-numbers',
    `\\d{1,2}(?:/\\d{1,2}/|-\\d{1,2}-|\\. ?\\d{1,2}\\. ?| \\d{1,2} | / \\d{1,2} / )(?:${YEARS}|\\d{2})`,
    bornOn,
  ),
  rule(
    'birth-date-day-first',
    `\\d{1,2}(?:st|nd|rd|th|er|º|°|ª|\\.)?[ -](?:of |de |di |d')?(?:${MONTH})[.,]?(?: de | del | do |[ -]|, )(?:${YEARS}|\\d{2})`,
    born,
  ),
  rule('birth-date-month-first', `(?:${MONTH})[.]?[ -]\\d{1,2}(?:st|nd|rd|th)?(?:, |,|[ -])(?:of )?${YEARS}`, born),
]
