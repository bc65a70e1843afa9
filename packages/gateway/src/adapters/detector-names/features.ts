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
import { COMMA, LINE, NUMBER, NUMBER_WORD } from './shapes.js'
import type { Tokens } from './tokens.js'

/** Tokens of context on the sides of a run. */
export const LEFT = 3
export const RIGHT = 2
/** Features a token has at the most, those of the bag among them. */
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
  return (tokens.word[at] ?? 0) | 0
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

/** What tells the tokens of a run, and those around it, apart: written to `out`, by place. */
export function identitiesOf(tokens: Tokens, count: number, out: Int32Array): void {
  for (let at = 0; at < LEFT + count + RIGHT; at++) out[at] = identity(tokens, at)
}

/** Features are told apart by their number, from 1 on; those of the bag's words have the same one. */
const BAG_TEMPLATE = 35

/**
 * The features of the token at `at`, as places in a table of `mask + 1` rows.
 *
 * @param run of `runFeatures`
 * @param identities of `identitiesOf`
 * @returns how many were written to `out`
 */
export function featuresOf(
  tokens: Tokens,
  at: number,
  run: number,
  identities: Int32Array,
  mask: number,
  out: Int32Array,
): number {
  const { shape, kind } = tokens
  const s0 = shape[at] ?? 0
  const s1 = shape[at - 1] ?? 0
  const s2 = shape[at - 2] ?? 0
  const t1 = shape[at + 1] ?? 0
  const t2 = shape[at + 2] ?? 0
  const k0 = kind[at] ?? 0
  const k1 = kind[at - 1] ?? 0
  const l1 = kind[at + 1] ?? 0
  const w0 = identities[at] ?? 0
  const w1 = identities[at - 1] ?? 0
  const w2 = identities[at - 2] ?? 0
  const v1 = identities[at + 1] ?? 0
  const v2 = identities[at + 2] ?? 0
  // What the run follows: `name is`, `Dear`, `lives at`.
  const before = identities[LEFT - 1] ?? 0
  const before2 = identities[LEFT - 2] ?? 0
  const self = mix(k0, s0)
  const between = mix(k1, self)
  out[0] = 1
  out[1] = s0
  out[2] = (s1 << 8) | s0
  out[3] = (s0 << 8) | t1
  out[4] = (s1 << 16) | (s0 << 8) | t1
  out[5] = self
  out[6] = between
  out[7] = mix(self, l1)
  out[8] = w0
  out[9] = mix(w1, s0)
  out[10] = mix(v1, s0)
  out[11] = mix(w1, self)
  out[12] = mix(v1, self)
  out[13] = mix(w2, s0)
  out[14] = mix(v2, s0)
  out[15] = mix(w1, w0)
  out[16] = mix(w0, v1)
  out[17] = (s2 << 16) | (s1 << 8) | s0
  out[18] = (s0 << 16) | (t1 << 8) | t2
  out[19] = mix(mix(w1, w2), self)
  out[20] = mix(before, self)
  out[21] = mix(mix(before, before2), s0)
  out[22] = mix(run, self)
  out[23] = mix(run, s0)
  out[24] = mix(between, l1)
  out[25] = mix(w1, v1)
  out[26] = mix(before, run)
  out[27] = (Math.min(4, at - LEFT) << 16) | (k0 & 0xffff)
  let count = 28
  if (s0 < LINE) {
    const tail3 = (tokens.tail3[at] ?? 0) | 0
    const tail4 = (tokens.tail4[at] ?? 0) | 0
    out[28] = tokens.tail2[at] ?? 0
    out[29] = tail3
    out[30] = tail4
    out[31] = tokens.head3[at] ?? 0
    out[32] = mix(tail3, t1)
    out[33] = mix(tail4, t1)
    count = 34
  }
  // One loop for all of them: what is called forty times is not made a part of its caller.
  for (let index = 0; index < count; index++) out[index] = mix(out[index] as number, index + 1) & mask
  return count
}

/** Kinds of tokens that the words of the bag say something different of. */
export const PARTS = 4

/** Which of them a token is; 0 where the bag says nothing of it. */
export function partOf(tokens: Tokens, at: number): number {
  const shape = tokens.shape[at] ?? 0
  if (shape >= LINE) return 0
  if (shape >= NUMBER) return 1
  return ((tokens.kind[at] ?? 0) & (FIRST | LAST)) !== 0 ? 2 : 3
}

/** As `featuresOf`, those that the words of the bag are to every token of a part. */
export function bagFeaturesOf({ bag, bagCount }: Bag, part: number, mask: number, out: Int32Array): number {
  if (part === 0) return 0
  for (let index = 0; index < bagCount; index++) {
    out[index] = mix(mix((bag[index] ?? 0) | 0, part), BAG_TEMPLATE) & mask
  }
  return bagCount
}
