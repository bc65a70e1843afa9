import { cardDetector } from '../adapters/detector-card/detector.js'
import { credentialDetectors } from '../adapters/detector-credential/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import type { Config } from '../config/config.js'
import type { Detector } from '../spec/index.js'

/** Every detector of this version. */
export function allDetectors(): readonly Detector[] {
  return [cardDetector, ...credentialDetectors, emailDetector, ibanDetector, privateKeyDetector]
}

/** Those that find something which a configuration wants found. */
export function detectorsOf({ inspection }: Config): readonly Detector[] {
  return allDetectors().filter((one) => one.types.some((type) => inspection.types.includes(type)))
}
