import { cardDetector } from '../adapters/detector-card/detector.js'
import { credentialDetectors } from '../adapters/detector-credential/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { createHttpDetector } from '../adapters/detector-http/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { createNamesDetector } from '../adapters/detector-names/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import type { Config, RemoteDetectorConfig } from '../config/config.js'
import { readSecret } from '../config/secret.js'
import type { Detector, Placed, PlacedRemote, RemoteDetector } from '../spec/index.js'

/** Read once a process, when first asked for: megabytes of weights that never change. */
let names: Detector | undefined

/** Every detector of this version that is the gateway's own. */
export function allDetectors(): readonly Detector[] {
  names ??= createNamesDetector()
  return [cardDetector, ...credentialDetectors, emailDetector, ibanDetector, names, privateKeyDetector]
}

/** Those that a configuration leaves on. */
export function detectorsOf({ inspection: { types, open } }: Config): readonly Placed<Detector>[] {
  return allDetectors()
    .map((detector) => ({ detector, on: detector.types.filter((type) => types.includes(type)) }))
    .filter(({ on }) => on.length > 0)
    .map(({ detector, on }) => ({ detector, whenIll: on.every((type) => open.includes(type)) ? 'open' : 'closed' }))
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
