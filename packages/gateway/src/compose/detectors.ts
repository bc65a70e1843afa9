import { cardDetector } from '../adapters/detector-card/detector.js'
import { credentialDetectors } from '../adapters/detector-credential/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { createHttpDetector } from '../adapters/detector-http/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { type LoadedDetector, loadDetector } from '../adapters/detector-module/load.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import type { Config, LocalDetectorConfig, RemoteDetectorConfig } from '../config/config.js'
import { readSecret } from '../config/secret.js'
import type { Detector, Placed, PlacedRemote, RemoteDetector } from '../spec/index.js'

/** Every detector of this version that is the gateway's own. */
export function allDetectors(): readonly Detector[] {
  return [cardDetector, ...credentialDetectors, emailDetector, ibanDetector, privateKeyDetector]
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
