import { cardDetector } from '../adapters/detector-card/detector.js'
import { credentialDetectors } from '../adapters/detector-credential/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { createHttpDetector } from '../adapters/detector-http/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { piiDetectors, piiRules } from '../adapters/detector-pii/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import type { Config, RemoteDetectorConfig } from '../config/config.js'
import { readSecret } from '../config/secret.js'
import { createPatternDetector } from '../patterns/detector.js'
import type { Rule } from '../patterns/rule.js'
import type { Detector, FindingType, Placed, PlacedRemote, RemoteDetector } from '../spec/index.js'

/** The rules of all rooms, which one pass over a text looks for. */
export function patternRules(): readonly Rule[] {
  return piiRules()
}

/** Every detector of this version that is the gateway's own. */
export function allDetectors(): readonly Detector[] {
  return [...SINGLE, createPatternDetector({ name: 'patterns', rules: patternRules() })]
}

const SINGLE: readonly Detector[] = [
  cardDetector,
  ...credentialDetectors,
  emailDetector,
  ibanDetector,
  privateKeyDetector,
  ...piiDetectors,
]

/** Those that a configuration leaves on. What finds several types fails open only where all of them may. */
export function detectorsOf({ inspection: { types, open } }: Config): readonly Placed<Detector>[] {
  const rules = patternRules().filter(({ type }) => types.includes(type))
  const patterns = rules.length > 0 ? [createPatternDetector({ name: 'patterns', rules })] : []
  return [...SINGLE, ...patterns]
    .map((detector) => ({ detector, on: detector.types.filter((type) => types.includes(type)) }))
    .filter(({ on }) => on.length > 0)
    .map(({ detector, on }) => ({
      detector: on.length === detector.types.length ? detector : limited(detector, on),
      whenIll: on.every((type) => open.includes(type)) ? 'open' : 'closed',
    }))
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
