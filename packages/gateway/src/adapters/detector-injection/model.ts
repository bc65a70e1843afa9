import { fileURLToPath } from 'node:url'
import { readWeights, type Weights } from '../../weights/weights.js'
import { BUCKETS, type Features, GROUPS } from './features.js'

const KIND = { name: 'injection', version: 1 }
const SHIPPED = fileURLToPath(new URL('../../../weights/injection.bin', import.meta.url))

/** From what score on a text has which grade. */
export interface Thresholds {
  readonly low: number
  readonly medium: number
  readonly high: number
}

/** One head: a weight for each feature, in steps. */
export interface Head {
  readonly weights: Int8Array
  readonly step: number
  readonly bias: number
}

export interface Model {
  /** Of users' words: chunks, and texts as a whole. */
  readonly chunk: Head
  readonly whole: Head
  /** Best chunk, mean of the best three, the whole, logarithm of how many there are; then the bias. */
  readonly combine: readonly number[]
  readonly users: Thresholds
  /** Of sentences in what tools gave back. */
  readonly planted: Head
  readonly documents: Thresholds
  /** Of users' words under a system message. */
  readonly charged: Head
  readonly under: Thresholds
}

/**
 * @param path of a weights file; default: the one that is shipped
 * @throws where it is missing, damaged or of another version
 */
export function readModel(path: string = SHIPPED): Model {
  const weights = readWeights(path, KIND)
  const { combine, documents, under, users } = weights.about
  if (!isNumbers(combine) || !isThresholds(users) || !isThresholds(documents) || !isThresholds(under))
    throw new Error(`${path}: figures are missing`)
  return {
    chunk: headOf(weights, 'chunk', path),
    whole: headOf(weights, 'whole', path),
    planted: headOf(weights, 'planted', path),
    combine,
    users,
    documents,
    charged: headOf(weights, 'charged', path),
    under,
  }
}

function headOf({ about, arrays }: Weights, name: string, path: string): Head {
  const array = arrays.get(name)
  const figures = about[name]
  const isWhole = array?.length === BUCKETS && isRecord(figures)
  if (!isWhole || typeof figures['step'] !== 'number' || typeof figures['bias'] !== 'number') {
    throw new Error(`${path}: the head ${name} is missing`)
  }
  return { weights: array, step: figures['step'], bias: figures['bias'] }
}

function isRecord(one: unknown): one is Readonly<Record<string, unknown>> {
  return typeof one === 'object' && one !== null
}

function isNumbers(one: unknown): one is readonly number[] {
  return Array.isArray(one) && one.length === 5 && one.every((figure) => typeof figure === 'number')
}

function isThresholds(one: unknown): one is Thresholds {
  return isRecord(one) && ['low', 'medium', 'high'].every((grade) => typeof one[grade] === 'number')
}

/** Sums of the weights of features, group by group, and how many there were: of several stretches as of one. */
export class Tally {
  readonly #sums: Float64Array = new Float64Array(GROUPS)
  readonly #counts: Float64Array = new Float64Array(GROUPS)

  clear(): void {
    this.#sums.fill(0)
    this.#counts.fill(0)
  }

  add({ ends, indices }: Features, { weights }: Head): void {
    let from = 0
    for (let group = 0; group < GROUPS; group++) {
      const end = ends[group] ?? 0
      let sum = 0
      for (let at = from; at < end; at++) sum += weights[indices[at] ?? 0] ?? 0
      this.#sums[group] = (this.#sums[group] ?? 0) + sum
      this.#counts[group] = (this.#counts[group] ?? 0) + end - from
      from = end
    }
  }

  logit({ bias, step }: Head): number {
    let sum = 0
    for (let group = 0; group < GROUPS; group++)
      sum += (this.#sums[group] ?? 0) / Math.sqrt((this.#counts[group] ?? 0) + 4)
    return bias + sum * step
  }
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
