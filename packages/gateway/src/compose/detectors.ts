import { cardDetector } from '../adapters/detector-card/detector.js'
import { credentialDetectors } from '../adapters/detector-credential/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { createHttpDetector } from '../adapters/detector-http/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { createInjectionDetector } from '../adapters/detector-injection/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import type { Config, RemoteDetectorConfig } from '../config/config.js'
import { readSecret } from '../config/secret.js'
import type { BodyDetector, Detector, FindingType, Placed, PlacedRemote, RemoteDetector } from '../spec/index.js'

/** Every detector of this version that is the gateway's own. */
export function allDetectors(): readonly Detector[] {
  return [cardDetector, ...credentialDetectors, emailDetector, ibanDetector, privateKeyDetector]
}

/** Every detector of this version that judges whole bodies. Their weights are read once, and a damaged file throws. */
export function allBodyDetectors(): readonly BodyDetector[] {
  bodies ??= [createInjectionDetector()]
  return bodies
}

let bodies: readonly BodyDetector[] | undefined

/** Those that a configuration leaves on. */
export function detectorsOf(config: Config): readonly Placed<Detector>[] {
  return placed(allDetectors(), config)
}

export function bodyDetectorsOf(config: Config): readonly Placed<BodyDetector>[] {
  const { types } = config.inspection
  return placed(allBodyDetectors(), config).map(({ detector, whenIll }) => ({
    detector: only(detector, types),
    whenIll,
  }))
}

/** Without the types that are switched off. */
function only(detector: BodyDetector, types: readonly FindingType[]): BodyDetector {
  const on = detector.types.filter((type) => types.includes(type))
  if (on.length === detector.types.length) return detector
  return {
    name: detector.name,
    types: on,
    inspect: (parts) => detector.inspect(parts).map((found) => found.filter(({ type }) => on.includes(type))),
  }
}

function placed<D extends { readonly types: readonly FindingType[] }>(
  all: readonly D[],
  { inspection: { types, open } }: Config,
): readonly Placed<D>[] {
  return all
    .map((detector) => ({ detector, on: detector.types.filter((type: FindingType) => isIn(types, type)) }))
    .filter(({ on }) => on.length > 0)
    .map(({ detector, on }) => ({ detector, whenIll: on.every((type) => isIn(open, type)) ? 'open' : 'closed' }))
}

function isIn(types: readonly FindingType[], type: FindingType): boolean {
  return types.includes(type)
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
