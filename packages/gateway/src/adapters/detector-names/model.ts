import { fileURLToPath } from 'node:url'
import { readWeights, type Weights } from '../../weights/weights.js'
import { Lexicon } from './lexicon.js'
import { ADDRESS, ADDRESS_ON, type Model, PERSON, PERSON_ON, TAGS } from './tagger.js'

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
      weights: paired(weights),
      transitions: Float32Array.from(numbersOf(about, 'transitions', path)),
      scale: numberOf(about, 'scale', path),
    },
    // Copies: what lies in the file begins at no multiple of four.
    lexicon: new Lexicon(new Uint32Array(slots.slice().buffer), new Uint16Array(kinds.slice().buffer)),
    thresholds: { person: numberOf(about, 'person', path), address: numberOf(about, 'address', path) },
  }
}

/** By how much the weights of the other tags are more than that of `OUTSIDE`, two in one number: see `Model`. */
function paired(weights: Int8Array): Int32Array {
  const rows = weights.length / TAGS
  const pairs = new Int32Array(rows * 2)
  for (let row = 0, at = 0; row < rows; row++, at += TAGS) {
    const outside = weights[at] ?? 0
    const more = (tag: number): number => (weights[at + tag] ?? 0) - outside
    pairs[row * 2] = more(PERSON) + (more(PERSON_ON) << 16)
    pairs[row * 2 + 1] = more(ADDRESS) + (more(ADDRESS_ON) << 16)
  }
  return pairs
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
