import { z } from 'zod'
import { FINDING_TYPES, type FindingType, familyOf } from '../spec/index.js'
import type { Config } from './config.js'
import { duration, flag, group, label } from './schema-parts.js'

const FAMILIES = [...new Set(FINDING_TYPES.map(familyOf))].sort()
const TOOL_RESULTS = 'tool-results'
/** What an exchange may have in it that labels come from. */
const SOURCES: readonly string[] = [TOOL_RESULTS, ...FAMILIES, ...FINDING_TYPES]

const labels = z.union([label, z.array(label).min(1)])

type Gather = Config['ledger']['gather']

const gather = group(Object.fromEntries(SOURCES.map((source) => [source, labels.optional()])))
  .transform((raw): Gather => {
    const of = (source: string): readonly string[] => [raw[source] ?? []].flat()
    const findings = FINDING_TYPES.map((type: FindingType) => ({
      type,
      labels: [...new Set([...of(familyOf(type)), ...of(type)])].sort(),
    }))
    return {
      findings: findings.filter((one) => one.labels.length > 0),
      toolResults: [...new Set(of(TOOL_RESULTS))].sort(),
    }
  })
  .prefault({})

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

export const ledger: z.ZodType<Config['ledger']> = group({
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
