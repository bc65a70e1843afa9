import type { Detector, Finding, FindingType, Scan } from '../../spec/index.js'
import type { Carried } from '../../views/carried.js'
import { Glances, indexOf } from '../../views/disguises.js'
import type { View } from '../../views/view.js'

const glances = new Glances()

/**
 * Two detectors of one: itself, and one that finds what it would find in the ways that a text reads, or carries, beside how it is
 * written: with characters that nobody sees, in full width and other shapes of ASCII, in look-alikes, in escapes of addresses, HTML
 * and JSON, in base64 and hexadecimal digits. A finding is the stretch that it stands in, so that nothing is left of it when that
 * is taken out. What the first one finds where it stands in a whole text, the second does not find again.
 *
 * How much it holds: as much as the detector would of the text behind the disguise; and of each text that may be one, the last 24
 * letters and digits in a row, or the word with letters of another script that it ends with, and what the detector would hold before
 * that.
 */
export function withDisguised(detector: Detector): readonly [plain: Detector, disguised: Detector] {
  const plain = new Remembering(detector)
  return [plain, new Disguised(plain)]
}

/** Says once more, and at once, where it held. */
class Remembering implements Detector {
  readonly name: string
  readonly types: readonly FindingType[]
  readonly #detector: Detector
  #text = ''
  #hold = 0

  constructor(detector: Detector) {
    this.name = detector.name
    this.types = detector.types
    this.#detector = detector
  }

  scan(text: string, from: number, ended: boolean): Scan {
    const scan = this.#detector.scan(text, from, ended)
    if (!ended) {
      this.#text = text
      this.#hold = scan.hold
    }
    return scan
  }

  /** From where on something may be found in a text that goes on, whatever comes. */
  holdOf(text: string, from: number): number {
    // Both look at one text, one soon after the other: it is the very same, and then it is needed no more.
    const hold = this.#text === text ? this.#hold : -1
    this.#text = ''
    return hold >= from ? hold : this.#detector.scan(text, from, false).hold
  }

  again(text: string, from: number, ended: boolean): Scan {
    return this.#detector.scan(text, from, ended)
  }
}

class Disguised implements Detector {
  readonly name: string
  readonly types: readonly FindingType[]
  readonly #plain: Remembering

  constructor(plain: Remembering) {
    this.name = `${plain.name}-disguised`
    this.types = plain.types
    this.#plain = plain
  }

  scan(text: string, from: number, ended: boolean): Scan {
    const { all, known } = glances.disguisesIn(text, from, ended)
    let hold = ended ? text.length : this.#knownHold(text, from, Math.max(from, known))
    if (all.length === 0) return { findings: NONE, hold }
    const found: Finding[] = []
    for (const one of all) hold = Math.min(hold, this.#look(text.length, from, one, found))
    if (!ended) for (const { view } of all) if (view.kind === 'decoded') hold = Math.min(hold, wordAt(view, hold))
    hold = Math.max(from, hold)
    if (found.length === 0) return { findings: NONE, hold }
    const findings = apart(found)
    // What the first one said of a text that it saw in pieces is not known any more. Who counts what overlaps once misses nothing.
    return settled(from === 0 && ended ? this.#unwritten(text, findings) : findings, hold, (at) =>
      Math.max(from, wordIn(text, at)),
    )
  }

  /**
   * How far the text is done with of which the ways to read it are known: from anywhere else in it (amid a card's digits) the
   * detector might find what it does not find in the whole.
   */
  #knownHold(text: string, from: number, known: number): number {
    const hold = this.#plain.holdOf(text, from)
    if (known >= hold || known === from) return Math.min(known, hold)
    return this.#plain.again(text.slice(0, known), from, false).hold
  }

  /** Those that the first detector does not find where they stand. */
  #unwritten(text: string, findings: readonly Finding[]): readonly Finding[] {
    const written = byType(this.#plain.again(text, 0, true).findings)
    return findings.filter((one) => !isWithin(one, written.get(one.type) ?? NONE))
  }

  /** @returns from where on something may be found in it */
  #look(length: number, from: number, { view, from: start, isOpen }: Carried, found: Finding[]): number {
    const first = Math.max(start, indexOf(view, from))
    if (first === view.text.length && !isOpen) return length
    const { findings, hold } = this.#plain.again(view.text, first, !isOpen)
    for (const one of findings) {
      const span = view.spanOf(one.start, one.end)
      // Of a group that is shared with what was let go the rest is found.
      const place = Math.max(from, span.start)
      if (place < span.end) found.push({ start: place, end: span.end, type: one.type, score: one.score })
    }
    return isOpen && hold < view.text.length ? view.spanOf(hold, hold + 1).start : length
  }
}

const NONE: readonly Finding[] = []
/** The longest local part of an address of e-mail. */
const WORD_MAX = 64

/** Where the word begins that stands at `place` in a view: half of one may be decided otherwise than the whole was. */
function wordAt(view: View, place: number): number {
  const end = indexOf(view, place)
  if (end === view.text.length) return place
  const start = wordIn(view.text, end)
  return start === end ? place : view.spanOf(start, start + 1).start
}

function wordIn(text: string, place: number): number {
  let start = place
  while (start > 0 && place - start < WORD_MAX && !/\s/.test(text.charAt(start - 1))) start--
  return start
}

function byType(findings: readonly Finding[]): ReadonlyMap<FindingType, readonly Finding[]> {
  const all = new Map<FindingType, Finding[]>()
  for (const one of findings) {
    const others = all.get(one.type)
    if (others === undefined) all.set(one.type, [one])
    else others.push(one)
  }
  return all
}

/** @param others sorted, and apart from one another */
function isWithin({ start, end }: Finding, others: readonly Finding[]): boolean {
  let low = 0
  let high = others.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((others[middle]?.start ?? 0) <= start) low = middle + 1
    else high = middle
  }
  return end <= (others[low - 1]?.end ?? -1)
}

/** Sorted; those of one type that overlap are one. */
function apart(findings: readonly Finding[]): readonly Finding[] {
  const sorted = [...findings].sort((a, b) => a.start - b.start || a.end - b.end)
  const all: Finding[] = []
  const last = new Map<FindingType, number>()
  for (const one of sorted) {
    const index = last.get(one.type)
    const before = index === undefined ? undefined : all[index]
    if (index !== undefined && before !== undefined && one.start < before.end) {
      all[index] = { ...before, end: Math.max(before.end, one.end), score: Math.max(before.score, one.score) }
    } else last.set(one.type, all.push(one) - 1)
  }
  return all
}

/**
 * What is held is held as a whole, and with the word that it begins in: looked at again from within that, it may not be found.
 *
 * @param wordAt where the word begins that stands at a place, as far as it is not decided yet
 */
function settled(findings: readonly Finding[], from: number, wordAt: (place: number) => number): Scan {
  let hold = from
  for (let i = findings.length - 1; i >= 0; i--) {
    const one = findings[i]
    if (one !== undefined && one.start < hold && one.end > hold) hold = wordAt(one.start)
  }
  return { findings: findings.filter(({ end }) => end <= hold), hold }
}
