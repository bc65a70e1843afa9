import {
  type Detector,
  type Finding,
  type FindingType,
  familyOf,
  type PartFindings,
  type TextPart,
} from '../spec/index.js'

/** What inspection learnt of a request or an answer. Illness is a value: `failed` is not `clean`. */
export type Inspected =
  | {
      readonly kind: 'clean' | 'found'
      /** Only parts that have findings. */
      readonly parts: readonly PartFindings[]
      /** `context.findings`: families and full types, sorted. */
      readonly findings: readonly string[]
      readonly counts: ReadonlyMap<FindingType, number>
      readonly promptTokens: number
    }
  | {
      readonly kind: 'failed'
      readonly detector: string
      /** The error's name, never its message: that may quote the text. */
      readonly why: string
      readonly promptTokens: number
    }

export type InspectParts = (parts: readonly TextPart[]) => Inspected

/** What the usual encodings make of prose, roughly: an estimate that costs nothing. */
const CHARACTERS_PER_TOKEN = 4

const NO_PARTS: readonly PartFindings[] = []
const NO_FINDINGS: readonly string[] = []
const NO_COUNTS: ReadonlyMap<FindingType, number> = new Map()

export function createInspect(detectors: readonly Detector[]): InspectParts {
  return (parts) => {
    let length = 0
    for (const part of parts) length += part.text.length
    const promptTokens = Math.ceil(length / CHARACTERS_PER_TOKEN)

    let found: PartFindings[] | undefined
    for (let index = 0; index < parts.length; index++) {
      const text = parts[index]?.text ?? ''
      let findings: Finding[] | undefined
      for (const detector of detectors) {
        try {
          const scan = detector.scan(text, 0, true)
          if (scan.findings.length > 0) findings = findings?.concat(scan.findings) ?? [...scan.findings]
        } catch (error) {
          const why = error instanceof Error ? error.name : typeof error
          return { kind: 'failed', detector: detector.name, why, promptTokens }
        }
      }
      if (findings === undefined) continue
      findings.sort((a, b) => a.start - b.start || a.end - b.end)
      found ??= []
      found.push({ index, findings })
    }
    if (found === undefined) {
      return { kind: 'clean', parts: NO_PARTS, findings: NO_FINDINGS, counts: NO_COUNTS, promptTokens }
    }
    const counts = countTypes(found)
    return { kind: 'found', parts: found, findings: namesOf(counts), counts, promptTokens }
  }
}

function countTypes(parts: readonly PartFindings[]): ReadonlyMap<FindingType, number> {
  const counts = new Map<FindingType, number>()
  for (const part of parts) {
    for (const { type } of part.findings) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}

function namesOf(counts: ReadonlyMap<FindingType, number>): readonly string[] {
  const names = new Set<string>()
  for (const type of counts.keys()) names.add(familyOf(type)).add(type)
  return [...names].sort()
}
