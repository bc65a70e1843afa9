import {
  type BodyDetector,
  type Detector,
  type Elsewhere,
  type Finding,
  type FindingType,
  familyOf,
  type Illness,
  type PartFindings,
  type Placed,
  type TextPart,
  type Wanted,
} from '../spec/index.js'

interface Looked {
  /** Only parts that have findings. */
  readonly parts: readonly PartFindings[]
  /** `context.findings`: families and full types, sorted. */
  readonly findings: readonly string[]
  readonly counts: ReadonlyMap<FindingType, number>
  readonly promptTokens: number
  /** Whether it is open that an injection is in it: who judges that is not sure, or failed, or there is none. */
  readonly isUnsure: boolean
}

/** What inspection learnt of a request or an answer. Illness is a value: `failed` is not `clean`. */
export type Inspected =
  | (Looked & { readonly kind: 'clean' | 'found' })
  /** What the others found stands beside it. Behind a failure that is `closed` nothing was looked at any more. */
  | (Looked & { readonly kind: 'failed'; readonly failed: readonly Illness[] })

/**
 * @param wanted the same object each time where it means the same
 * @param elsewhere what detectors elsewhere said of the very same parts
 */
export type InspectParts = (parts: readonly TextPart[], wanted: Wanted, elsewhere?: Elsewhere) => Inspected

/** What the usual encodings make of prose, roughly: an estimate that costs nothing. */
const CHARACTERS_PER_TOKEN = 4

const NO_PARTS: readonly PartFindings[] = []
const NO_FINDINGS: readonly string[] = []
const NO_COUNTS: ReadonlyMap<FindingType, number> = new Map()

const NONE_FAILED: readonly Illness[] = []
const NONE_FOUND: readonly Finding[] = []
const NO_BODIES: readonly (readonly (readonly Finding[])[])[] = []

/** Never its message: that may quote the text. */
function whyOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

interface Running {
  readonly detectors: readonly Placed<Detector>[]
  readonly bodyDetectors: readonly Placed<BodyDetector>[]
  readonly judgesInjections: boolean
}

export function createInspect(
  all: readonly Placed<Detector>[],
  allOfBodies: readonly Placed<BodyDetector>[] = [],
): InspectParts {
  const running = new WeakMap<Wanted, Running>()

  function runningFor(wanted: Wanted): Running {
    const known = running.get(wanted)
    if (known !== undefined) return known
    const isWanted = ({ detector }: Placed<{ readonly types: readonly FindingType[] }>): boolean =>
      detector.types.some((type) => wanted.has(type))
    const bodyDetectors = allOfBodies.filter(isWanted)
    const judgesInjections = bodyDetectors.some(({ detector }) => detector.types.some(isInjection))
    const found = { detectors: all.filter(isWanted), bodyDetectors, judgesInjections }
    running.set(wanted, found)
    return found
  }

  return (parts, wanted, elsewhere) => {
    const { detectors, bodyDetectors, judgesInjections } = runningFor(wanted)
    let length = 0
    for (const part of parts) length += part.text.length
    const promptTokens = Math.ceil(length / CHARACTERS_PER_TOKEN)

    let found: PartFindings[] | undefined
    let failed = elsewhere?.failed ?? NONE_FAILED
    let refused = isRefused(failed)
    let ofBody: (readonly (readonly Finding[])[])[] | undefined
    let isUnsure = !judgesInjections
    for (const { detector, whenIll } of bodyDetectors) {
      if (refused || parts.length === 0) break
      try {
        const said = detector.inspect(parts)
        if (said.findings.length !== parts.length) throw new RangeError('not one list for each part')
        ofBody ??= []
        ofBody.push(said.findings)
        isUnsure ||= said.isUnsure
      } catch (error) {
        isUnsure = true
        failed = withIllness(failed, { detector: detector.name, why: whyOf(error), whenIll })
        refused ||= whenIll === 'closed'
      }
    }
    for (let index = 0; index < parts.length && !refused; index++) {
      const text = parts[index]?.text ?? ''
      let findings: Finding[] | undefined
      for (const { detector, whenIll } of detectors) {
        try {
          const scan = detector.scan(text, 0, true)
          if (scan.findings.length > 0) findings = findings?.concat(scan.findings) ?? [...scan.findings]
        } catch (error) {
          failed = withIllness(failed, { detector: detector.name, why: whyOf(error), whenIll })
          refused ||= whenIll === 'closed'
        }
      }
      for (const said of ofBody ?? NO_BODIES) {
        const here = said[index] ?? NONE_FOUND
        if (here.length > 0) findings = findings?.concat(here) ?? [...here]
      }
      const others = elsewhere?.findings[index]
      if (others !== undefined && others.length > 0) findings = findings?.concat(others) ?? [...others]
      if (findings === undefined) continue
      findings.sort((a, b) => a.start - b.start || a.end - b.end)
      found ??= []
      found.push({ index, findings })
    }
    if (found === undefined && failed.length === 0) {
      return { kind: 'clean', parts: NO_PARTS, findings: NO_FINDINGS, counts: NO_COUNTS, promptTokens, isUnsure }
    }
    const counts = found === undefined ? NO_COUNTS : countTypes(found)
    const findings = namesOf(counts)
    // One by one: of an object that is spread V8 makes a hidden class at each call, which lies among the old objects.
    return failed.length > 0
      ? { kind: 'failed', parts: found ?? NO_PARTS, findings, counts, promptTokens, isUnsure, failed }
      : { kind: 'found', parts: found ?? NO_PARTS, findings, counts, promptTokens, isUnsure }
  }
}

function isInjection(type: FindingType): boolean {
  return familyOf(type) === 'injection'
}

function isRefused(failed: readonly Illness[]): boolean {
  return failed.some(({ whenIll }) => whenIll === 'closed')
}

/** A detector that fails at every part of a body failed once. */
function withIllness(failed: readonly Illness[], one: Illness): readonly Illness[] {
  return failed.some(({ detector }) => detector === one.detector) ? failed : [...failed, one]
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
