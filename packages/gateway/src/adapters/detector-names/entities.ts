import type { Finding } from '../../spec/index.js'
import { LEFT } from './features.js'
import { hashOf, PARTICLE, TITLE } from './lexicon.js'
import type { Thresholds } from './model.js'
import { isNobody, isNoPlace } from './otherwise.js'
import { CAPITALISED_SHAPE, INITIAL, LINE, markShape, NUMBER, NUMBER_WORD, SMALL } from './shapes.js'
import { ADDRESS, ADDRESS_ON, PERSON, PERSON_ON, TAGS } from './tagger.js'
import type { Tokens } from './tokens.js'

/** A token is part of something from here on: where it begins and ends is asked less strictly than whether it is there. */
const PART = 0.5

/**
 * What the tags of a run say is there. A token is part of what it most likely is; the score of the whole is the mean of its words',
 * and has to be as high as the threshold of its type.
 *
 * @param before characters of the text before those that were tagged
 */
export function entitiesOf(
  tokens: Tokens,
  count: number,
  marginals: Float64Array,
  thresholds: Thresholds,
  findings: Finding[],
  before: number,
): void {
  for (let place = 0; place < count; ) {
    const type = typeAt(marginals, place)
    if (type === 0) {
      place++
      continue
    }
    let end = place + 1
    while (end < count && typeAt(marginals, end) === type && !begins(marginals, end, type)) end++
    add(tokens, marginals, place, end, type, thresholds, findings, before)
    place = end
  }
}

/** `PERSON`, `ADDRESS`, or 0. */
function typeAt(marginals: Float64Array, place: number): number {
  const asPerson = likely(marginals, place, PERSON)
  const asAddress = likely(marginals, place, ADDRESS)
  if (asAddress >= PART && asAddress >= asPerson) return ADDRESS
  return asPerson >= PART ? PERSON : 0
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
  thresholds: Thresholds,
  findings: Finding[],
  before: number,
): void {
  let start = from
  let end = to
  if (type === ADDRESS && endsInIp(tokens, start, end)) end -= 2
  while (start < end && !isWord(tokens, start)) start++
  while (end > start && (!isWord(tokens, end - 1) || isParticle(tokens, end - 1))) end--
  if (start === end || (type === ADDRESS && !hasLetters(tokens, start, end))) return
  const named = type === PERSON ? behindTitles(tokens, start, end) : start
  let sum = 0
  let words = 0
  for (let place = named; place < end; place++) {
    if (!isWord(tokens, place)) continue
    sum += likely(marginals, place, type)
    words++
  }
  // `Frau Schmidt`: the title goes with a full name.
  if (words === 1) start = named
  const score = Math.min(1, sum / words)
  if (score < (type === PERSON ? thresholds.person : thresholds.address)) return
  const isOther = type === PERSON ? isNobody : isNoPlace
  if (isOther(tokens, LEFT + start, LEFT + end)) return
  findings.push({
    start: before + (tokens.start[LEFT + start] ?? 0),
    end: before + (tokens.end[LEFT + end - 1] ?? 0),
    type: type === PERSON ? 'pii.person' : 'pii.address',
    score,
  })
}

/** Whether a title is part of a name is in doubt where the name is not. */
function behindTitles(tokens: Tokens, start: number, end: number): number {
  for (let place = start; place < end; place++) {
    if (isWord(tokens, place) && ((tokens.kind[LEFT + place] ?? 0) & TITLE) === 0) return place
  }
  return start
}

/** `…, IP 203` before `.0.113.7`: where in a network, and in no street. */
function endsInIp(tokens: Tokens, from: number, to: number): boolean {
  const number = LEFT + to - 1
  if (to - from < 2 || !isNumber(tokens, number) || tokens.word[number - 1] !== IP) return false
  const end = tokens.end[number] ?? 0
  return (
    tokens.shape[number + 1] === DOT &&
    tokens.start[number + 1] === end &&
    isNumber(tokens, number + 2) &&
    tokens.start[number + 2] === end + 1
  )
}

const IP = hashOf('ip', 0, 2)
const DOT = markShape('.'.charCodeAt(0))

function isNumber(tokens: Tokens, at: number): boolean {
  const shape = tokens.shape[at] ?? LINE
  return shape >= NUMBER && shape < NUMBER_WORD
}

/** Numbers alone, and what has digits in it, are no address: `7e-256`, a checksum, a postcode apart from its street. */
function hasLetters(tokens: Tokens, from: number, to: number): boolean {
  for (let place = from; place < to; place++) {
    const shape = tokens.shape[LEFT + place] ?? LINE
    if (shape >= CAPITALISED_SHAPE && shape <= SMALL && shape !== INITIAL) return true
  }
  return false
}

function isWord(tokens: Tokens, place: number): boolean {
  return (tokens.shape[LEFT + place] ?? LINE) < LINE
}

function isParticle(tokens: Tokens, place: number): boolean {
  return ((tokens.kind[LEFT + place] ?? 0) & PARTICLE) !== 0 && (tokens.shape[LEFT + place] ?? 0) === SMALL
}
