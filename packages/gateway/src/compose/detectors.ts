import { cardDetector } from '../adapters/detector-card/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { createHttpDetector } from '../adapters/detector-http/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import { secretRules } from '../adapters/detector-secrets/detector.js'
import { createTermDetectors } from '../adapters/detector-terms/detector.js'
import type { Config, RemoteDetectorConfig } from '../config/config.js'
import { readSecret } from '../config/secret.js'
import { readTerms, termType } from '../config/terms.js'
import { createPatternDetector } from '../patterns/detector.js'
import type { Rule } from '../patterns/rule.js'
import type { Detector, Placed, PlacedRemote, RemoteDetector, WhenIll } from '../spec/index.js'

/** What expressions find, of every kind: one pass looks for all of it. */
export function patternRules(): readonly Rule[] {
  return secretRules()
}

/** Those that no expression describes. */
const OTHERS: readonly Detector[] = [cardDetector, emailDetector, ibanDetector, privateKeyDetector]

let patterns: Detector | undefined

/** Made once: hundreds of expressions take a while to be read. */
function allPatterns(): Detector {
  patterns ??= createPatternDetector({ name: 'patterns', rules: patternRules() })
  return patterns
}

/** Every detector of this version that is the gateway's own. */
export function allDetectors(): readonly Detector[] {
  return [...OTHERS, allPatterns()]
}

/** Those that a configuration leaves on, and those for the operator's own terms: their files are read now. */
export function detectorsOf({ inspection: { types, open, onFailure, terms } }: Config): readonly Placed<Detector>[] {
  const own = createTermDetectors(terms.map((one) => ({ ...one, type: termType(one), words: readTerms(one) })))
  const others = OTHERS.map((detector) => ({ detector, on: detector.types.filter((type) => types.includes(type)) }))
    .filter(({ on }) => on.length > 0)
    .map(({ detector, on }): Placed<Detector> => {
      return { detector, whenIll: on.every((type) => open.includes(type)) ? 'open' : 'closed' }
    })
  const rules = patternRules().filter(({ type }) => types.includes(type))
  const openRules = rules.filter(({ type }) => open.includes(type))
  const closedRules = rules.filter(({ type }) => !open.includes(type))
  return [
    ...others,
    ...placedPatterns('patterns', closedRules, 'closed'),
    ...placedPatterns('patterns-open', openRules, 'open'),
    ...own.map((detector) => ({ detector, whenIll: onFailure })),
  ]
}

function placedPatterns(name: string, rules: readonly Rule[], whenIll: WhenIll): readonly Placed<Detector>[] {
  if (rules.length === 0) return []
  const isAll = name === 'patterns' && rules.length === patternRules().length
  return [{ detector: isAll ? allPatterns() : createPatternDetector({ name, rules }), whenIll }]
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
