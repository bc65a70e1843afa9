import {
  CAPITALISED,
  COMMON_SHIFT,
  FAMOUS,
  FIRST,
  LAST,
  mix,
  PARTICLE,
  PLACE,
  RARE,
  STREET,
  THING,
  TITLE,
  TOY,
  UNIT,
} from './lexicon.js'
import { COMMA, LINE, NUMBER, NUMBER_WORD, type Tokens } from './tokens.js'

/** Tokens of context on the sides of a run. */
export const LEFT = 3
export const RIGHT = 2
/** Features a token has at the most. */
export const FEATURES_MAX = 48

const NAMES = FIRST | LAST | RARE | PLACE
/** Words that mean something by themselves, whatever lists of names they are in too. */
const TELLING = STREET | UNIT | TITLE | PARTICLE | THING | FAMOUS | TOY
/** Stands for every word that no list has. */
const UNKNOWN = 7

/**
 * A name is known by its kind, not by itself: what is learnt of one must hold for those that no list has. Only words that mean
 * something, or are common, are told apart.
 */
function identity(tokens: Tokens, at: number): number {
  const shape = tokens.shape[at] ?? 0
  const kind = tokens.kind[at] ?? 0
  if (shape >= NUMBER && shape < NUMBER_WORD) return shape
  if (kind === 0) return shape < LINE && shape > 0 ? UNKNOWN : shape
  if ((kind & TELLING) === 0 && ((kind >>> COMMON_SHIFT) & 3) === 0 && (kind & (NAMES | CAPITALISED)) !== 0) return kind
  return tokens.word[at] ?? 0
}

/** The words before a run, in no order. */
export interface Bag {
  readonly bag: Uint32Array
  readonly bagCount: number
}

/** What holds for the run as a whole. */
export function runFeatures(tokens: Tokens, count: number): number {
  let bits = 0
  for (let at = LEFT; at < LEFT + count; at++) {
    const shape = tokens.shape[at] ?? 0
    const kind = tokens.kind[at] ?? 0
    if ((kind & STREET) !== 0) bits |= 1
    if ((kind & UNIT) !== 0) bits |= 2
    if (shape >= NUMBER && shape <= NUMBER_WORD) bits |= 4
    if (shape === COMMA) bits |= 8
    if (shape === LINE) bits |= 16
    if ((kind & FIRST) !== 0) bits |= 32
  }
  return bits | (Math.min(3, count >>> 1) << 6)
}

/**
 * The features of the token at `at`, as places in a table of `mask + 1` rows.
 *
 * @param run of `runFeatures`
 * @returns how many were written to `out`
 */
export function featuresOf(tokens: Tokens, at: number, run: number, bag: Bag, mask: number, out: Int32Array): number {
  const s0 = tokens.shape[at] ?? 0
  const s1 = tokens.shape[at - 1] ?? 0
  const s2 = tokens.shape[at - 2] ?? 0
  const t1 = tokens.shape[at + 1] ?? 0
  const t2 = tokens.shape[at + 2] ?? 0
  const k0 = tokens.kind[at] ?? 0
  const k1 = tokens.kind[at - 1] ?? 0
  const l1 = tokens.kind[at + 1] ?? 0
  const w0 = identity(tokens, at)
  const w1 = identity(tokens, at - 1)
  const w2 = identity(tokens, at - 2)
  const v1 = identity(tokens, at + 1)
  const v2 = identity(tokens, at + 2)
  // What the run follows: `name is`, `Dear`, `lives at`.
  const before = identity(tokens, LEFT - 1)
  const before2 = identity(tokens, LEFT - 2)
  const self = mix(k0, s0)
  let count = 0
  const add = (template: number, value: number): void => {
    out[count++] = mix(value, template) & mask
  }
  add(1, 1)
  add(2, s0)
  add(3, (s1 << 8) | s0)
  add(4, (s0 << 8) | t1)
  add(5, (s1 << 16) | (s0 << 8) | t1)
  add(6, self)
  add(7, mix(k1, self))
  add(8, mix(self, l1))
  add(9, w0)
  add(10, mix(w1, s0))
  add(11, mix(v1, s0))
  add(12, mix(w1, self))
  add(13, mix(v1, self))
  add(14, mix(w2, s0))
  add(15, mix(v2, s0))
  add(16, mix(w1, w0))
  add(17, mix(w0, v1))
  add(18, (s2 << 16) | (s1 << 8) | s0)
  add(19, (s0 << 16) | (t1 << 8) | t2)
  add(20, mix(mix(w1, w2), self))
  add(21, mix(before, self))
  add(22, mix(mix(before, before2), s0))
  add(23, mix(run, self))
  add(24, mix(run, s0))
  add(25, mix(mix(k1, self), l1))
  add(26, mix(w1, v1))
  add(27, mix(before, run))
  add(28, (Math.min(4, at - LEFT) << 16) | (k0 & 0xffff))
  if (s0 < LINE) {
    add(29, tokens.tail2[at] ?? 0)
    add(30, tokens.tail3[at] ?? 0)
    add(31, tokens.tail4[at] ?? 0)
    add(32, tokens.head3[at] ?? 0)
    add(33, mix(tokens.tail3[at] ?? 0, t1))
    add(34, mix(tokens.tail4[at] ?? 0, t1))
    const part = s0 >= NUMBER ? 1 : (k0 & (FIRST | LAST)) !== 0 ? 2 : 3
    for (let index = 0; index < bag.bagCount; index++) add(35, mix(bag.bag[index] ?? 0, part))
  }
  return count
}
