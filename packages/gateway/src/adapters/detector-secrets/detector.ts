import type { Rule } from '../../patterns/rule.js'
import { ADDRESSES } from './rules/address.js'
import { AI } from './rules/ai.js'
import { BUSINESS } from './rules/business.js'
import { CLOUD } from './rules/cloud.js'
import { DEVELOPMENT } from './rules/development.js'
import { FIRST } from './rules/first.js'
import { GENERIC } from './rules/generic.js'
import { MESSAGES } from './rules/messages.js'
import { OPERATIONS } from './rules/operations.js'
import { PASSWORDS } from './rules/password.js'
import { TOKENS } from './rules/token.js'

const RULES: readonly Rule[] = [
  ...FIRST,
  ...AI,
  ...CLOUD,
  ...DEVELOPMENT,
  ...BUSINESS,
  ...MESSAGES,
  ...OPERATIONS,
  ...TOKENS,
  ...ADDRESSES,
  ...PASSWORDS,
  ...GENERIC,
]

/** Secrets that expressions find: formats of vendors, and what a name before it says is one. */
export function secretRules(): readonly Rule[] {
  return RULES
}
