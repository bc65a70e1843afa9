import type { Rule } from '../../patterns/rule.js'
import { BIRTH_DATE_RULES } from './birth-dates.js'
import { NATIONAL_ID_RULES } from './national-ids.js'

/** Personal data that has a form of its own: national numbers, dates of birth. */
export function piiRules(): readonly Rule[] {
  return [...NATIONAL_ID_RULES, ...BIRTH_DATE_RULES]
}
