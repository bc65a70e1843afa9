import type { FindingType, PartFindings } from './finding.js'
import { type Fingerprints, labelsKnownIn } from './fingerprints.js'
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
   * The same of the subject alone, who reads the answers: without what an actor has gathered for others.
   *
   * @param session by `sessionOf`
   */
  readerLabelsOf(principal: Principal, session: string | undefined): readonly string[]
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
  /** What was released brings its labels wherever it is found again; undefined: nothing is remembered. */
  readonly known?: Fingerprints
}

/**
 * The labels that texts bring.
 *
 * @param types that were found in them
 * @param acts what becomes of findings: what is taken out of a text touches nobody. Undefined: nothing is decided yet
 * @param found where they stand: then what is known of the texts, as they are left, brings its labels too. Undefined: that is not
 *   looked for
 */
export function labelsBrought(
  { findings, known, toolResults }: Gathering,
  parts: readonly TextPart[],
  types: readonly string[],
  acts: ActsByType | undefined,
  found?: readonly PartFindings[],
): readonly string[] {
  const brought: string[] = []
  if (found !== undefined && known?.isEmpty === false) brought.push(...knownIn(known, parts, acts, found))
  if (toolResults.length > 0 && parts.some(({ role }) => role === 'tool')) brought.push(...toolResults)
  for (const [type, labels] of findings) {
    if (types.includes(type) && isLeft(acts, type)) brought.push(...labels)
  }
  return brought
}

/** Those that they bring by what is known of them alone: whoever has such a text has them, whatever becomes of it. */
export function labelsOfKnown(
  { known }: Gathering,
  parts: readonly TextPart[],
  found: readonly PartFindings[],
): readonly string[] {
  return known?.isEmpty === false ? knownIn(known, parts, undefined, found) : []
}

/** Texts are read, and looked through, once for each way that they may leave. */
const looked = new WeakMap<readonly TextPart[], Map<string, readonly string[]>>()

function knownIn(
  known: Fingerprints,
  parts: readonly TextPart[],
  acts: ActsByType | undefined,
  found: readonly PartFindings[],
): readonly string[] {
  const cut = found.flatMap(({ findings, index }) =>
    findings.filter(({ type }) => !isLeft(acts, type)).map((one) => ({ ...one, index })),
  )
  const way = [...new Set(cut.map(({ type }) => type))].sort().join(' ')
  const ways = looked.get(parts) ?? new Map<string, readonly string[]>()
  looked.set(parts, ways)
  const held = ways.get(way)
  if (held !== undefined) return held
  const texts = parts.map(({ text }) => text)
  for (const { end, index, start } of cut) {
    const text = texts[index] ?? ''
    // As long as it was: the others stay where they are, and may overlap it.
    texts[index] = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end)
  }
  const labels = labelsKnownIn(known, texts)
  ways.set(way, labels)
  return labels
}

function isLeft(acts: ActsByType | undefined, type: FindingType): boolean {
  const act = acts?.get(type)
  switch (act) {
    case undefined:
    case 'fence':
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
