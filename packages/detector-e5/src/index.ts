import { fileURLToPath } from 'node:url'
import type { FindingType, RemoteDetector } from 'ostiary/spec'
import { createDetector as detectorOf, TYPES } from './detector.js'
import { createEngine, type Engine } from './engine.js'
import { ModelsError } from './models.js'

export { ModelsError } from './models.js'

/** What the gateway hands to a detector's module. */
export interface E5Context {
  readonly name: string
  /** Absolute path of the folder that `npm run models:build` wrote; undefined: `models` of this package. */
  readonly models?: string | undefined
  /** Empty: all that it can find. */
  readonly types: readonly FindingType[]
  /** Texts at once, each in a thread of its own with some 300 MB. */
  readonly concurrency: number
}

const WORKER = new URL('./worker.js', import.meta.url)
const MODELS = new URL('../models', import.meta.url)

/**
 * A small transformer (multilingual-e5-small, eight layers) as a detector: names of people, addresses, attempts to take a model over,
 * and instructions that were planted in retrieved data.
 *
 * @throws ModelsError where models are missing, damaged, of another version, or cannot be run here
 */
export async function createDetector(context: E5Context): Promise<RemoteDetector & { close(): Promise<void> }> {
  const { concurrency, models = fileURLToPath(MODELS), name } = context
  const types = context.types.length === 0 ? TYPES : context.types
  const unknown = types.find((type) => !TYPES.includes(type))
  if (unknown !== undefined) throw new ModelsError(`types: \`${unknown}\` is none that this detector finds`)
  const engines: Engine[] = []
  const close = async (): Promise<void> => void (await Promise.all(engines.map((engine) => engine.close())))
  try {
    while (engines.length < concurrency) engines.push(await createEngine({ models, worker: WORKER }))
  } catch (error) {
    await close()
    throw error
  }
  return { ...detectorOf({ name, types, engines }), close }
}
