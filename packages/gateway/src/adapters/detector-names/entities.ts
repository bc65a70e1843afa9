import type { Finding } from '../../spec/index.js'
import { LEFT } from './features.js'
import { PARTICLE } from './lexicon.js'
import type { Thresholds } from './model.js'
import { ADDRESS, ADDRESS_ON, PERSON, PERSON_ON, TAGS } from './tagger.js'
import { LINE, SMALL, type Tokens } from './tokens.js'

/**
 * What the tags of a run say is there. A token is part of what it most likely is, once that is as likely as the threshold asks;
 * the score of the whole is the mean of its words'.
 */
export function entitiesOf(
  tokens: Tokens,
  count: number,
  marginals: Float64Array,
  thresholds: Thresholds,
  findings: Finding[],
): void {
  for (let place = 0; place < count; ) {
    const type = typeAt(marginals, place, thresholds)
    if (type === 0) {
      place++
      continue
    }
    let end = place + 1
    while (end < count && typeAt(marginals, end, thresholds) === type && !begins(marginals, end, type)) end++
    add(tokens, marginals, place, end, type, findings)
    place = end
  }
}

/** `PERSON`, `ADDRESS`, or 0. */
function typeAt(marginals: Float64Array, place: number, { person, address }: Thresholds): number {
  const asPerson = likely(marginals, place, PERSON)
  const asAddress = likely(marginals, place, ADDRESS)
  if (asAddress >= address && asAddress >= asPerson) return ADDRESS
  return asPerson >= person ? PERSON : 0
}

function likely(marginals: Float64Array, place: number, type: number): number {
  const row = place * TAGS
  return type === PERSON
    ? (marginals[row + PERSON] ?? 0) + (marginals[row + PERSON_ON] ?? 0)
    : (marginals[row + ADDRESS] ?? 0) + (marginals[row + ADDRESS_ON] ?? 0)
}

function begins(marginals: Float64Array, place: number, type: number): boolean {
  const row = place * TAGS
  return (marginals[row + type] ?? 0) > (marginals[row + type + 1] ?? 0)
}

function add(
  tokens: Tokens,
  marginals: Float64Array,
  from: number,
  to: number,
  type: number,
  findings: Finding[],
): void {
  let start = from
  let end = to
  while (start < end && !isWord(tokens, start)) start++
  while (end > start && (!isWord(tokens, end - 1) || isParticle(tokens, end - 1))) end--
  if (start === end) return
  let sum = 0
  let words = 0
  for (let place = start; place < end; place++) {
    if (!isWord(tokens, place)) continue
    sum += likely(marginals, place, type)
    words++
  }
  findings.push({
    start: tokens.start[LEFT + start] ?? 0,
    end: tokens.end[LEFT + end - 1] ?? 0,
    type: type === PERSON ? 'pii.person' : 'pii.address',
    score: Math.min(1, sum / words),
  })
}

function isWord(tokens: Tokens, place: number): boolean {
  return (tokens.shape[LEFT + place] ?? LINE) < LINE
}

function isParticle(tokens: Tokens, place: number): boolean {
  return ((tokens.kind[LEFT + place] ?? 0) & PARTICLE) !== 0 && (tokens.shape[LEFT + place] ?? 0) === SMALL
}
