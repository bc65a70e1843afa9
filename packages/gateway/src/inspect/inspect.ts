import {
  type BodyDetector,
  type Detector,
  type Elsewhere,
  type Finding,
  type FindingType,
  familyOf,
  type Illness,
  type Judgement,
  type PartFindings,
  type Placed,
  type TextPart,
  type Wanted,
  type WhenIll,
} from '../spec/index.js'
import { type Made, Memory } from './memory.js'

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
 * @param whose the subject whose texts they are: what was found in one of them is not looked for again. Undefined: it is
 */
export type InspectParts = (
  parts: readonly TextPart[],
  wanted: Wanted,
  elsewhere?: Elsewhere,
  whose?: string,
) => Inspected

/** What the usual encodings make of prose, roughly: an estimate that costs nothing. */
const CHARACTERS_PER_TOKEN = 4

const NO_PARTS: readonly PartFindings[] = []
const NO_FINDINGS: readonly string[] = []
const NO_COUNTS: ReadonlyMap<FindingType, number> = new Map()

const NONE_FAILED: readonly Illness[] = []
const NONE_FOUND: readonly Finding[] = []
const NONE_SOUGHT: readonly Sought[] = []
const NO_BODIES: readonly Judgement[] = []
const CLEAN: Made = { findings: NONE_FOUND, isUnsure: false }
const UNSURE: Made = { findings: NONE_FOUND, isUnsure: true }
const UNKNOWN: Sought = { key: undefined, made: undefined }

/** Never its message: that may quote the text. */
function whyOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

interface Running {
  readonly detectors: readonly Placed<Detector>[]
  readonly bodyDetectors: readonly Placed<BodyDetector>[]
  readonly judgesInjections: boolean
  /** Which of those that were made here: what is remembered of a text is what these found. */
  readonly number: number
}

/** What is known of a part from before. */
interface Sought {
  readonly key: string | undefined
  readonly made: Made | undefined
}

export function createInspect(
  all: readonly Placed<Detector>[],
  allOfBodies: readonly Placed<BodyDetector>[] = [],
): InspectParts {
  const running = new WeakMap<Wanted, Running>()
  const memory = new Memory()
  let made = 0

  function runningFor(wanted: Wanted): Running {
    const known = running.get(wanted)
    if (known !== undefined) return known
    const isWanted = ({ detector }: Placed<{ readonly types: readonly FindingType[] }>): boolean =>
      detector.types.some((type) => wanted.has(type))
    const bodyDetectors = allOfBodies.filter(isWanted)
    const judgesInjections = bodyDetectors.some(({ detector }) => detector.types.some(isInjection))
    made += 1
    const found = { detectors: all.filter(isWanted), bodyDetectors, judgesInjections, number: made }
    running.set(wanted, found)
    return found
  }

  function soughtIn(
    parts: readonly TextPart[],
    { bodyDetectors, number }: Running,
    whose: string | undefined,
  ): readonly Sought[] {
    if (whose === undefined) return NONE_SOUGHT
    const beside = bodyDetectors.map(({ detector }) => memory.digestOf(detector.beside(parts)))
    if (beside.includes(undefined)) return NONE_SOUGHT
    const all = beside.join()
    return parts.map(({ role, text }) => {
      const key = memory.keyOf(whose, `${number} ${role} ${all}`, text)
      return { key, made: key === undefined ? undefined : memory.find(key) }
    })
  }

  return (parts, wanted, elsewhere, whose) => {
    const running = runningFor(wanted)
    let length = 0
    for (const part of parts) length += part.text.length
    const promptTokens = Math.ceil(length / CHARACTERS_PER_TOKEN)

    const sought = soughtIn(parts, running, whose)
    const look = new Look(running, elsewhere?.failed ?? NONE_FAILED)
    look.atBody(parts, sought)
    let found: PartFindings[] | undefined
    for (let index = 0; index < parts.length && !look.isRefused; index++) {
      const { key, made: known } = sought[index] ?? UNKNOWN
      const made = known ?? look.atText(parts[index]?.text ?? '', index)
      look.isUnsure ||= made.isUnsure
      if (known === undefined && key !== undefined && !look.hasFailed) memory.add(key, made)
      const others = elsewhere?.findings[index] ?? NONE_FOUND
      if (made.findings.length + others.length === 0) continue
      const findings = [...made.findings, ...others].sort((a, b) => a.start - b.start || a.end - b.end)
      found ??= []
      found.push({ index, findings })
    }
    const { failed, isUnsure } = look
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

/** One look at a body. */
class Look {
  readonly #running: Running
  failed: readonly Illness[]
  /** One failed that must not: nothing is looked at any more. */
  isRefused: boolean
  /** One of the gateway's own failed: nothing is known for sure of any part. */
  hasFailed = false
  isUnsure: boolean
  #said: readonly Judgement[] = NO_BODIES

  constructor(running: Running, failed: readonly Illness[]) {
    this.#running = running
    this.failed = failed
    this.isRefused = failed.some(({ whenIll }) => whenIll === 'closed')
    this.isUnsure = !running.judgesInjections
  }

  atBody(parts: readonly TextPart[], sought: readonly Sought[]): void {
    const isKnown = (index: number): boolean => sought[index]?.made !== undefined
    if (parts.every((_, index) => isKnown(index))) return
    for (const { detector, whenIll } of this.#running.bodyDetectors) {
      if (this.isRefused) return
      try {
        const said = detector.inspect(parts, isKnown)
        const { findings, unsure } = said
        if (findings.length !== parts.length || unsure.length !== parts.length)
          throw new RangeError('not one judgement for each part')
        this.#said = [...this.#said, said]
      } catch (error) {
        this.isUnsure = true
        this.#failed(detector, error, whenIll)
      }
    }
  }

  atText(text: string, index: number): Made {
    let findings: Finding[] | undefined
    for (const { detector, whenIll } of this.#running.detectors) {
      try {
        const scan = detector.scan(text, 0, true)
        if (scan.findings.length > 0) findings = findings?.concat(scan.findings) ?? [...scan.findings]
      } catch (error) {
        this.#failed(detector, error, whenIll)
      }
    }
    let isUnsure = false
    for (const said of this.#said) {
      const here = said.findings[index] ?? NONE_FOUND
      if (here.length > 0) findings = findings?.concat(here) ?? [...here]
      isUnsure ||= said.unsure[index] === true
    }
    if (findings === undefined) return isUnsure ? UNSURE : CLEAN
    return { findings, isUnsure }
  }

  #failed({ name }: Pick<Detector, 'name'>, error: unknown, whenIll: WhenIll): void {
    this.hasFailed = true
    this.isRefused ||= whenIll === 'closed'
    // One that fails at every part of a body failed once.
    if (this.failed.some(({ detector }) => detector === name)) return
    this.failed = [...this.failed, { detector: name, why: whyOf(error), whenIll }]
  }
}

function isInjection(type: FindingType): boolean {
  return familyOf(type) === 'injection'
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
