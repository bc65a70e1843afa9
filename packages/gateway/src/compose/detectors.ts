import { cardDetector } from '../adapters/detector-card/detector.js'
import { withDisguised } from '../adapters/detector-disguised/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { createHttpDetector } from '../adapters/detector-http/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { createInjectionDetector } from '../adapters/detector-injection/detector.js'
import { type LoadedDetector, loadDetector, moduleLack } from '../adapters/detector-module/load.js'
import { createNamesDetector } from '../adapters/detector-names/detector.js'
import { piiDetectors, piiRules } from '../adapters/detector-pii/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import { secretRules } from '../adapters/detector-secrets/detector.js'
import { createTermDetectors } from '../adapters/detector-terms/detector.js'
import type { Config, LocalDetectorConfig, RemoteDetectorConfig } from '../config/config.js'
import { readSecret } from '../config/secret.js'
import { readTerms, termType } from '../config/terms.js'
import { createPatternDetector } from '../patterns/detector.js'
import type { Rule } from '../patterns/rule.js'
import type {
  BodyDetector,
  Detector,
  FindingType,
  Placed,
  PlacedRemote,
  RemoteDetector,
  WhenIll,
} from '../spec/index.js'

/** What expressions find, by family: one pass looks for all of one. */
const PATTERNS: readonly { readonly name: string; readonly rules: () => readonly Rule[] }[] = [
  { name: 'secrets', rules: secretRules },
  { name: 'personal', rules: piiRules },
]

/** All of them. */
export function patternRules(): readonly Rule[] {
  return PATTERNS.flatMap(({ rules }) => rules())
}

/** Made once a process, when first asked for: megabytes of weights, and hundreds of expressions that take a while to be read. */
let made: { readonly names: Detector; readonly patterns: ReadonlyMap<string, Detector> } | undefined

function makeOnce(): NonNullable<typeof made> {
  made ??= {
    names: createNamesDetector(),
    patterns: new Map(PATTERNS.map(({ name, rules }) => [name, createPatternDetector({ name, rules: rules() })])),
  }
  return made
}

/** Those that no expression describes, but for names: who hides a name is not found by how names are written. */
const OTHERS: readonly Detector[] = [cardDetector, emailDetector, ibanDetector, privateKeyDetector, ...piiDetectors]

/** Every detector of this version that is the gateway's own. */
export function allDetectors(): readonly Detector[] {
  everyone ??= listed()
  return everyone
}

let everyone: readonly Detector[] | undefined

function listed(): readonly Detector[] {
  const { names, patterns } = makeOnce()
  const single = OTHERS.map(withDisguised)
  const families = [...patterns.values()].map(withDisguised)
  const plain = [...single.map(([one]) => one), names, ...families.map(([one]) => one)]
  return [...plain, ...[...single, ...families].map(([, disguised]) => disguised)]
}

/** Every detector of this version that judges whole bodies. Their weights are read once, and a damaged file throws. */
export function allBodyDetectors(): readonly BodyDetector[] {
  bodies ??= [createInjectionDetector()]
  return bodies
}

let bodies: readonly BodyDetector[] | undefined

export function bodyDetectorsOf({ inspection }: Config): readonly Placed<BodyDetector>[] {
  return placed(allBodyDetectors(), inspection, (detector, types) => ({
    name: detector.name,
    types,
    inspect(parts, isKnown) {
      const { findings, unsure } = detector.inspect(parts, isKnown)
      return { unsure, findings: findings.map((found) => found.filter(({ type }) => types.includes(type))) }
    },
    beside: (parts) => detector.beside(parts),
  }))
}

/** Those of which a type is on, without those that are off. */
function placed<D extends { readonly types: readonly FindingType[] }>(
  all: readonly D[],
  { types, open }: Pick<Config['inspection'], 'types' | 'open'>,
  limit: (detector: D, types: readonly FindingType[]) => D,
): readonly Placed<D>[] {
  const isOn = (type: FindingType): boolean => types.some((one) => one === type)
  const isOpen = (type: FindingType): boolean => open.some((one) => one === type)
  return all
    .map((detector) => ({ detector, on: detector.types.filter(isOn) }))
    .filter(({ on }) => on.length > 0)
    .map(({ detector, on }): Placed<D> => {
      const whenIll = on.every(isOpen) ? 'open' : 'closed'
      return { detector: on.length === detector.types.length ? detector : limit(detector, on), whenIll }
    })
}

/**
 * Those that a configuration leaves on, and those for the operator's own terms: their files are read now. Another one that finds
 * several types fails open only where all of them may.
 */
export function detectorsOf({ inspection: { types, open, onFailure, terms } }: Config): readonly Placed<Detector>[] {
  const own = createTermDetectors(terms.map((one) => ({ ...one, type: termType(one), words: readTerms(one) })))
  const single = placed(OTHERS, { types, open }, limited)
  const names = placed([makeOnce().names], { types, open }, limited)
  const patterns = PATTERNS.flatMap(({ name, rules }) => {
    const on = rules().filter(({ type }) => types.includes(type))
    return [
      ...placedPatterns(
        name,
        on.filter(({ type }) => !open.includes(type)),
        rules().length,
        'closed',
      ),
      ...placedPatterns(
        name,
        on.filter(({ type }) => open.includes(type)),
        rules().length,
        'open',
      ),
    ]
  })
  const ofTerms = own.map((detector): Placed<Detector> => ({ detector, whenIll: onFailure }))
  return [...[...single, ...patterns, ...ofTerms].flatMap(alsoDisguised), ...names]
}

/** One that fails at a disguise fails as it would at what is written. */
function alsoDisguised({ detector, whenIll }: Placed<Detector>): readonly Placed<Detector>[] {
  return withDisguised(detector).map((one) => ({ detector: one, whenIll }))
}

function placedPatterns(
  name: string,
  rules: readonly Rule[],
  all: number,
  whenIll: WhenIll,
): readonly Placed<Detector>[] {
  if (rules.length === 0) return []
  const whole = rules.length === all ? makeOnce().patterns.get(name) : undefined
  return [{ detector: whole ?? createPatternDetector({ name: `${name}-${whenIll}`, rules }), whenIll }]
}

/** A detector that tells of some of its types alone. */
function limited(detector: Detector, types: readonly FindingType[]): Detector {
  return {
    name: detector.name,
    types,
    scan(text, from, ended) {
      const { findings, hold } = detector.scan(text, from, ended)
      return { findings: findings.filter(({ type }) => types.includes(type)), hold }
    },
  }
}

/** Those elsewhere. They open connections when they are asked, and keep none for long. */
export function remoteDetectorsOf(
  { classification, inspection }: Config,
  env: Readonly<Record<string, string | undefined>>,
): readonly PlacedRemote[] {
  return inspection.remote.map((one) => ({
    detector: remoteDetector(one, classification.levels, env),
    whenIll: one.onFailure,
    timeoutMs: one.timeoutMs,
  }))
}

function remoteDetector(
  { types, window, apiKey, header, labelsMax, ...one }: RemoteDetectorConfig,
  levels: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RemoteDetector {
  // A secret in a file is read at each call, so a rotated one counts.
  const value = apiKey === undefined ? undefined : (): string => readSecret(apiKey)
  const prefix = header === 'authorization' ? 'Bearer ' : ''
  return createHttpDetector({
    ...one,
    url: new URL(one.url),
    labelsWithin: levels.slice(0, labelsMax === undefined ? 2 : levels.indexOf(labelsMax) + 1),
    env,
    types: new Map(types.map(({ from, to }) => [from, to])),
    textMax: window,
    credential: value === undefined ? undefined : () => [header, `${prefix}${value()}`],
  })
}

/** Modules that are not there, each with its path in the configuration: runs none of them. */
export function moduleFaults({ inspection }: Config): readonly {
  readonly path: readonly (string | number)[]
  readonly message: string
}[] {
  return inspection.local.flatMap(({ module }, index) => {
    const message = moduleLack(module)
    return message === undefined ? [] : [{ path: ['inspection', 'local', index, 'module'], message }]
  })
}

/** A module that reads its models takes a few seconds. */
const STARTED_MS = 60_000

/** Starts a detector as the gateway does, and closes it again: why it cannot, or undefined. */
export async function localDetectorLack(
  { concurrency, models, module, name, types }: LocalDetectorConfig,
  timeoutMs: number = STARTED_MS,
): Promise<string | undefined> {
  const said = (why: string): string => `inspection.local: module ${module}: ${why}`
  const started = loadDetector({ module, name, types, models, concurrency }).then(
    async (detector) => {
      await detector.close()
      return undefined
    },
    (error: unknown) => (error instanceof Error ? error.message : said('threw what is no error')),
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(said(`has not started within ${timeoutMs / 1000} s`)), timeoutMs)
  })
  try {
    return await Promise.race([started, late])
  } catch (error) {
    return said(`cannot be closed again (${error instanceof Error ? error.name : typeof error})`)
  } finally {
    clearTimeout(timer)
  }
}

/** Longer than any request is looked at: until then those that a reload took away may still be asked. */
const REPLACED_MS = 120_000

/** Detectors beside the gateway's own thread. One that a reload leaves as it was lives on: it takes seconds to start, and much memory. */
export class LocalDetectors {
  readonly #held = new Map<string, Promise<LoadedDetector>>()
  readonly #closing = new Set<NodeJS.Timeout>()

  /** Rejects with what the operator is to read where one cannot start; then nothing is another than it was. */
  async of(sections: readonly LocalDetectorConfig[]): Promise<readonly PlacedRemote[]> {
    const made: string[] = []
    try {
      const placed: PlacedRemote[] = []
      for (const section of sections) {
        const { concurrency, ifUnsure, models, module, name, onFailure, timeoutMs, types } = section
        const key = keyOf(section)
        let detector = this.#held.get(key)
        if (detector === undefined) {
          detector = loadDetector({ module, name, types, models, concurrency })
          made.push(key)
          this.#held.set(key, detector)
        }
        placed.push({ detector: await detector, whenIll: onFailure, timeoutMs, ifUnsure })
      }
      return placed
    } catch (error) {
      for (const key of made) this.#drop(key, 0)
      throw error
    }
  }

  /** What another configuration had is closed, once nobody can be asking it any more. */
  keep(sections: readonly LocalDetectorConfig[]): void {
    const kept = new Set(sections.map(keyOf))
    for (const key of [...this.#held.keys()]) if (!kept.has(key)) this.#drop(key, REPLACED_MS)
  }

  async close(): Promise<void> {
    for (const timer of this.#closing) clearTimeout(timer)
    const all = [...this.#held.values()]
    this.#held.clear()
    await Promise.all(all.map(async (one) => (await one.catch(() => undefined))?.close()))
  }

  #drop(key: string, afterMs: number): void {
    const dropped = this.#held.get(key)
    this.#held.delete(key)
    const timer = setTimeout(() => {
      this.#closing.delete(timer)
      void dropped?.then(
        (one) => one.close(),
        () => undefined,
      )
    }, afterMs)
    timer.unref()
    this.#closing.add(timer)
  }
}

/** What makes another detector; how it is asked does not. */
function keyOf({ concurrency, models, module, name, types }: LocalDetectorConfig): string {
  return JSON.stringify([name, module, models, types, concurrency])
}
