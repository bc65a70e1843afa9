import type { FindingType } from './finding.js'
import type { ActsByType } from './obligation.js'
import type { TextPart } from './part.js'
import type { Principal } from './principal.js'
import type { Step } from './refusal.js'

/** Which labels an identity has, by what touched it. Labels only rise, until they age out or are declassified. */
export interface Ledger {
  /**
   * The session that labels stay with; undefined where they belong to the identity alone, or the caller names none. Refuses one
   * that was not minted here for this principal (`invalid_request`): whoever could make one up could start clean.
   *
   * @param named as the caller names it
   */
  sessionOf(principal: Principal, named: string | undefined): Step<string | undefined>
  /**
   * The labels of a principal at this moment, sorted.
   *
   * @param session by `sessionOf`
   */
  labelsOf(principal: Principal, session: string | undefined): readonly string[]
  /**
   * Adds labels: they hold here at once, and everywhere once it is fulfilled. Rejects where the store does not take them.
   *
   * @param session by `sessionOf`
   * @returns undefined where nothing need be written
   */
  gather(principal: Principal, session: string | undefined, labels: readonly string[]): Promise<void> | undefined
}

/** Which labels an exchange brings, by what is in it. */
export interface Gathering {
  /** Only types that bring some. */
  readonly findings: ReadonlyMap<FindingType, readonly string[]>
  /** What tools gave back brings these. */
  readonly toolResults: readonly string[]
}

/**
 * The labels that texts bring.
 *
 * @param types that were found in them
 * @param acts what becomes of findings: what is taken out of a text touches nobody. Undefined: nothing is decided yet
 */
export function labelsBrought(
  { findings, toolResults }: Gathering,
  parts: readonly TextPart[],
  types: readonly string[],
  acts: ActsByType | undefined,
): readonly string[] {
  const brought: string[] = []
  if (toolResults.length > 0 && parts.some(({ role }) => role === 'tool')) brought.push(...toolResults)
  for (const [type, labels] of findings) {
    if (types.includes(type) && isLeft(acts, type)) brought.push(...labels)
  }
  return brought
}

function isLeft(acts: ActsByType | undefined, type: FindingType): boolean {
  const act = acts?.get(type)
  switch (act) {
    case undefined:
    case 'flag':
      return true
    case 'block':
    case 'redact':
    case 'mask':
    case 'tokenize':
      return false
  }
}

/** Both, sorted; the very list where the other adds nothing. */
export function withLabels(labels: readonly string[], more: readonly string[]): readonly string[] {
  return more.every((one) => labels.includes(one)) ? labels : [...new Set([...labels, ...more])].sort()
}
