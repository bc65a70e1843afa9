import { fileURLToPath } from 'node:url'
import { readWeights, type Weights } from '../../weights/weights.js'
import { Lexicon } from './lexicon.js'
import { type Model, TAGS } from './tagger.js'

/** Where the weights of this version lie, beside the built code as beside the source. */
const OWN = new URL('../../../weights/names.bin', import.meta.url)

export const KIND = { name: 'names', version: 1 }

/** From which score on something is found. */
export interface Thresholds {
  readonly person: number
  readonly address: number
}

export interface Names {
  readonly model: Model
  readonly lexicon: Lexicon
  readonly thresholds: Thresholds
}

/** @throws WeightsError, or an Error that names the file, where it is not what this version reads */
export function readNames(path: string = fileURLToPath(OWN)): Names {
  const { about, arrays } = readWeights(path, KIND)
  const weights = arrayOf(arrays, 'weights', path)
  const slots = arrayOf(arrays, 'lexicon', path)
  const kinds = arrayOf(arrays, 'kinds', path)
  return {
    model: {
      weights: spread(weights),
      transitions: Float32Array.from(numbersOf(about, 'transitions', path)),
      scale: numberOf(about, 'scale', path),
    },
    // Copies: what lies in the file begins at no multiple of four.
    lexicon: new Lexicon(new Uint32Array(slots.slice().buffer), new Uint16Array(kinds.slice().buffer)),
    thresholds: { person: numberOf(about, 'person', path), address: numberOf(about, 'address', path) },
  }
}

/** Rows of `TAGS` weights become rows of eight: one never lies across two lines of the cache. */
function spread(weights: Int8Array): Int8Array {
  const rows = weights.length / TAGS
  const wide = new Int8Array(rows * 8)
  for (let row = 0; row < rows; row++) {
    for (let tag = 0; tag < TAGS; tag++) wide[row * 8 + tag] = weights[row * TAGS + tag] ?? 0
  }
  return wide
}

function arrayOf(arrays: Weights['arrays'], name: string, path: string): Int8Array {
  const one = arrays.get(name)
  if (one === undefined) throw new Error(`${path}: no ${name} in the weights`)
  return one
}

function numberOf(about: Weights['about'], name: string, path: string): number {
  const one = about[name]
  if (typeof one !== 'number') throw new Error(`${path}: no ${name} in the weights`)
  return one
}

function numbersOf(about: Weights['about'], name: string, path: string): readonly number[] {
  const one = about[name]
  if (!Array.isArray(one) || !one.every((value) => typeof value === 'number')) {
    throw new Error(`${path}: no ${name} in the weights`)
  }
  return one
}
