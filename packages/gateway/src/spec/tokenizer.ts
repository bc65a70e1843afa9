import type { Finding } from './finding.js'
import { CLUSTER_MAX, type Tokenizer } from './replacement.js'
import type { VaultSession } from './vault.js'

/** In a stream something must be said before more of a value has come; a whole answer says the same. */
export const ANSWERED_MAX: number = CLUSTER_MAX - 1
/** A request is there as a whole. */
export const ASKED_MAX: number = Number.POSITIVE_INFINITY

/**
 * Puts the values of one text into a session.
 *
 * @param isJson the text is JSON: its escapes are none of a value
 */
export function tokenizerOf(vault: VaultSession, isJson: boolean, lengthMax: number): Tokenizer {
  return { lengthMax, tokenize: (type, found) => vault.tokenize(type, isJson ? unescaped(found) : found) }
}

/**
 * Findings in a text but those that stand within one of its placeholders: what a detector takes for a name or a number there is
 * ours, and nobody's.
 */
export function withoutPlaceholders(
  vault: VaultSession | undefined,
  text: string,
  findings: readonly Finding[],
): readonly Finding[] {
  const own = vault?.scan(text, 0, true).found ?? []
  if (own.length === 0) return findings
  return findings.filter(({ start, end }) => !own.some((one) => one.start <= start && end <= one.end))
}

/** What was found within a string of JSON text, as its reader sees it. */
function unescaped(found: string): string {
  if (!found.includes('\\')) return found
  try {
    const read: unknown = JSON.parse(`"${found}"`)
    return typeof read === 'string' ? read : found
  } catch {
    return found
  }
}
