import type { Candidate, Judged } from '../../patterns/rule.js'
import { saidBefore } from './before.js'
import type { Label } from './words.js'

type Place = Pick<Candidate, 'start' | 'text'>

/** As near as a word has to stand to speak against a value that is known by itself. */
const NEAR = 14

/** Whether the words before a value say that it is one of `labels`. */
function isSaid({ text, start }: Place, labels: readonly Label[]): boolean {
  const said = saidBefore(text, start, NEUTRAL)
  return said !== undefined && labels.includes(said.label) && said.distance <= REACH
}

/** The same, where no other number stands between the words and the value: the words may be about that one. */
export function isSaidFirst({ text, start }: Place, labels: readonly Label[]): boolean {
  const said = saidBefore(text, start, NEUTRAL)
  return said !== undefined && labels.includes(said.label) && said.distance <= REACH && said.digits < 5
}

const REACH = 60

/** `tax id`, `call her about her SSN`: these words leave open what kind of id it is. */
const NEUTRAL: readonly Label[] = ['id', 'call']

/** Whether a word right before a value says that it is something else: an order's number, a version. */
function isDenied({ text, start }: Place): boolean {
  const said = saidBefore(text, start)
  return said !== undefined && DENYING.includes(said.label) && said.distance <= NEAR
}

const DENYING: readonly Label[] = ['other', 'version', 'id']

/** The score of what is known by itself, or where words before it say so; undefined where they say something else. */
export function known(candidate: Place, labels: readonly Label[], score: number): Judged | undefined {
  if (isSaid(candidate, labels)) return { score: 1 }
  return isDenied(candidate) ? undefined : { score }
}

/** What counts only where words before it say so. */
export function named(candidate: Place, labels: readonly Label[]): Judged | undefined {
  return isSaid(candidate, labels) ? { score: 0.9 } : undefined
}
