import { z } from 'zod'
import { FINDING_TYPES, type FindingType, familyOf, isTermType, type TermType } from '../spec/index.js'
import type { Config } from './config.js'
import { duration, flag, group, label } from './schema-parts.js'

const FAMILIES = [...new Set(FINDING_TYPES.map(familyOf)), 'term'].sort()
const TOOL_RESULTS = 'tool-results'
/** What an exchange may have in it that labels come from, beside single terms, which have an operator's names. */
const SOURCES: readonly string[] = [TOOL_RESULTS, ...FAMILIES, ...FINDING_TYPES]

const labels = z.union([label, z.array(label).min(1)])

/** What is read before it is known which terms there are. */
type GatherRead = Config['ledger']['gather'] & {
  readonly labelsOf: (source: string) => readonly string[]
}

/** Said whatever else is wrong there, in the words of a map whose keys are all known. */
const keysAreKnown: z.core.$ZodCheck<Record<string, unknown>> = new z.core.$ZodCheck({
  check: 'custom',
  when: () => true,
})
keysAreKnown._zod.check = ({ issues, value }) => {
  const keys = Object.keys(value).filter((key) => !SOURCES.includes(key) && !isTermType(key))
  if (keys.length > 0) issues.push({ code: 'unrecognized_keys', keys, message: SOURCES.join(' '), input: value })
}

const gather = z
  .object(Object.fromEntries(SOURCES.map((source) => [source, labels.optional()])))
  .catchall(labels)
  .check(keysAreKnown)
  .transform((raw): GatherRead => {
    const labelsOf = (source: string): readonly string[] => [raw[source] ?? []].flat()
    return {
      findings: gathered(FINDING_TYPES, labelsOf),
      toolResults: [...new Set(labelsOf(TOOL_RESULTS))].sort(),
      termsNamed: Object.keys(raw).filter(isTermType),
      labelsOf,
    }
  })
  .prefault({})

function gathered(
  types: readonly FindingType[],
  labelsOf: (source: string) => readonly string[],
): Config['ledger']['gather']['findings'] {
  return types
    .map((type) => ({ type, labels: [...new Set([...labelsOf(familyOf(type)), ...labelsOf(type)])].sort() }))
    .filter((one) => one.labels.length > 0)
}

type LedgerRead = Omit<Config['ledger'], 'gather'> & { readonly gather: GatherRead }

/** What each of the terms brings that there are. */
export function withTerms({ gather, ...rest }: LedgerRead, terms: readonly TermType[]): Config['ledger'] {
  const { findings, labelsOf, ...others } = gather
  return { ...rest, gather: { ...others, findings: [...findings, ...gathered(terms, labelsOf)] } }
}

const fingerprints = z
  .union([
    // The map first: where a map is written, its faults are those that help.
    group({
      ttl: duration(1000, 365 * 86_400_000, 'from 1s to 365d').prefault('8h'),
      max: z.int().min(1000).max(10_000_000).default(1_000_000),
    }),
    z.literal(false),
  ])
  .prefault({})

export const ledger: z.ZodType<LedgerRead> = group({
  ttl: duration(1000, 365 * 86_400_000, 'from 1s to 365d').prefault('8h'),
  scope: z.enum(['principal', 'session']).default('principal'),
  actors: flag.default(false),
  gather,
  fingerprints,
})
  .transform((raw) => ({
    ttlMs: raw.ttl,
    scope: raw.scope,
    actors: raw.actors,
    gather: raw.gather,
    fingerprints: raw.fingerprints === false ? undefined : { ttlMs: raw.fingerprints.ttl, max: raw.fingerprints.max },
  }))
  .prefault({})
