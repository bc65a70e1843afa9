import { fileURLToPath } from 'node:url'
import type { Finding, FindingType } from '../../spec/index.js'
import { readWeights, type Weights } from '../../weights/weights.js'
import { AGAINST } from './charge/against.js'
import { Vectors } from './charge/vectors.js'
import { BUCKETS, type Features, GROUPS } from './features.js'

export const KIND = { name: 'injection', version: 4 }
const SHIPPED = fileURLToPath(new URL('../../../weights/injection.bin', import.meta.url))

/** From what score on a text has which grade. */
export interface Thresholds {
  /** From here on, and below `high`, one who sees more may be asked. No more than `low`. */
  readonly doubt: number
  readonly low: number
  readonly medium: number
  readonly high: number
}

/** What a sum of weights is worth. */
interface Scale {
  readonly step: number
  readonly bias: number
}

/** One head: a weight for each feature, in steps. */
export interface Head extends Scale {
  readonly weights: Int8Array
}

/** Two heads that are asked of the same features. The weights of one lie beside the other's: one look at memory has both. */
export interface Heads {
  readonly weights: Int8Array
  readonly chunk: Scale
  readonly whole: Scale
}

export interface Model {
  /** Of users' words: chunks, and texts as a whole. */
  readonly said: Heads
  /** Best chunk, mean of the best three, the whole, logarithm of how many there are; then the bias. */
  readonly combine: readonly number[]
  readonly users: Thresholds
  /** Of sentences in what tools gave back. */
  readonly planted: Head
  readonly documents: Thresholds
  /** Of sentences in a value of structured data: nothing stands around them that tells. */
  readonly values: Thresholds
  /** Of users' words under a system message. */
  readonly against: Float32Array
  readonly vectors: Vectors
  readonly under: Thresholds
}

/**
 * @param path of a weights file; default: the one that is shipped
 * @throws where it is missing, damaged or of another version
 */
export function readModel(path: string = SHIPPED): Model {
  const weights = readWeights(path, KIND)
  const { combine, documents, under, users, values } = weights.about
  if (
    !isNumbers(combine) ||
    !isThresholds(users) ||
    !isThresholds(documents) ||
    !isThresholds(values) ||
    !isThresholds(under)
  )
    throw new Error(`${path}: figures are missing`)
  return {
    said: paired(headOf(weights, 'chunk', path), headOf(weights, 'whole', path)),
    planted: headOf(weights, 'planted', path),
    combine,
    users,
    documents,
    values,
    against: floatsOf(weights, 'against', path),
    vectors: vectorsOf(weights, path),
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

/** They are stored by their bytes. */
function floatsOf({ arrays }: Weights, name: string, path: string): Float32Array {
  const bytes = arrays.get(name)
  if (bytes?.length !== AGAINST * 4) throw new Error(`${path}: the net ${name} is missing`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: AGAINST }, (_, index) => view.getFloat32(index * 4, true))
}

function vectorsOf({ arrays }: Weights, path: string): Vectors {
  const [words, codes, centres] = [arrays.get('words'), arrays.get('codes'), arrays.get('centres')]
  if (words === undefined || codes === undefined || centres === undefined)
    throw new Error(`${path}: vectors are missing`)
  try {
    return new Vectors({ words, codes, centres })
  } catch (cause) {
    throw new Error(`${path}: words and vectors do not belong together`, { cause })
  }
}

function paired(chunk: Head, whole: Head): Heads {
  const weights = new Int8Array(BUCKETS * 2)
  for (let at = 0; at < BUCKETS; at++) {
    weights[at * 2] = chunk.weights[at] ?? 0
    weights[at * 2 + 1] = whole.weights[at] ?? 0
  }
  return { weights, chunk, whole }
}

function isRecord(one: unknown): one is Readonly<Record<string, unknown>> {
  return typeof one === 'object' && one !== null
}

function isNumbers(one: unknown): one is readonly number[] {
  return Array.isArray(one) && one.length === 5 && one.every((figure) => typeof figure === 'number')
}

function isThresholds(one: unknown): one is Thresholds {
  return isRecord(one) && ['doubt', 'low', 'medium', 'high'].every((grade) => typeof one[grade] === 'number')
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
      this.count(group, sum, end - from)
      from = end
    }
  }

  /** Adds a sum of `count` weights. */
  count(group: number, sum: number, count: number): void {
    this.#sums[group] = (this.#sums[group] ?? 0) + sum
    this.#counts[group] = (this.#counts[group] ?? 0) + count
  }

  /** Adds what another one has. */
  join(other: Tally): void {
    for (let group = 0; group < GROUPS; group++) this.count(group, other.#sums[group] ?? 0, other.#counts[group] ?? 0)
  }

  logit({ bias, step }: Scale): number {
    let sum = 0
    for (let group = 0; group < GROUPS; group++)
      sum += (this.#sums[group] ?? 0) / Math.sqrt((this.#counts[group] ?? 0) + 4)
    return bias + sum * step
  }
}

/** Adds the weights of both heads. */
export function addBoth({ ends, indices }: Features, { weights }: Heads, chunk: Tally, whole: Tally): void {
  let from = 0
  for (let group = 0; group < GROUPS; group++) {
    const end = ends[group] ?? 0
    let first = 0
    let second = 0
    for (let at = from; at < end; at++) {
      const place = (indices[at] ?? 0) * 2
      first += weights[place] ?? 0
      second += weights[place + 1] ?? 0
    }
    chunk.count(group, first, end - from)
    whole.count(group, second, end - from)
    from = end
  }
}

/** Whether a score is neither that of what is harmless beyond doubt, nor of the highest grade. */
export function isDoubted(score: number, { doubt, high }: Thresholds): boolean {
  return score >= doubt && score < high
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}

const GRADES: readonly FindingType[] = ['injection.low', 'injection.medium', 'injection.high']

/** Undefined: none at all. */
export function gradeOf(score: number, { high, low, medium }: Thresholds): FindingType | undefined {
  if (score >= high) return 'injection.high'
  if (score >= medium) return 'injection.medium'
  return score >= low ? 'injection.low' : undefined
}

type Graded = Pick<Finding, 'score' | 'type'>

/** Of a higher grade; of one grade the first. */
export function higherOf<One extends Graded>(one: One, other: One): One {
  return GRADES.indexOf(other.type) > GRADES.indexOf(one.type) ? other : one
}
