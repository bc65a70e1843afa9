import type { Rule } from '../../patterns/rule.js'
import type { Detector } from '../../spec/index.js'
import { BIRTH_DATE_RULES } from './birth-dates.js'
import { NATIONAL_ID_RULES } from './national-ids.js'
import { networkDetector } from './network.js'
import { phoneDetector } from './phone.js'
import { tokenDetector } from './tokens.js'

/** Personal data that one expression each can find: national numbers, dates of birth. */
export function piiRules(): readonly Rule[] {
  return [...NATIONAL_ID_RULES, ...BIRTH_DATE_RULES]
}

/** Personal data that begins with almost anything, or is written in too many ways for expressions. */
export const piiDetectors: readonly Detector[] = [phoneDetector, networkDetector, tokenDetector]
