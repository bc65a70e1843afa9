import { type Detector, FINDING_TYPES, type Finding, type FindingType, type Scan } from 'ostiary/spec'
import { describe, expect, it } from 'vitest'
import { cuttings, seeded } from './cut.js'

/** A text and what is to be found in it, in order. */
export interface FoundCase {
  readonly text: string
  readonly found: readonly (readonly [type: FindingType, text: string])[]
}

/** A corpus of both kinds: a detector that finds nothing, or everything, proves nothing. */
export interface DetectorCorpus {
  readonly found: readonly FoundCase[]
  /** The nearest good neighbours: nothing is found in them. */
  readonly clean: readonly string[]
}

/** A detector that finds one exact word. */
export function createWordDetector(word: string, type: FindingType): Detector {
  return {
    name: 'word',
    types: [type],
    scan(text, from, ended) {
      const findings: Finding[] = []
      let at = from
      for (let start = text.indexOf(word, at); start !== -1; start = text.indexOf(word, at)) {
        at = start + word.length
        findings.push({ start, end: at, type, score: 1 })
      }
      if (ended) return { findings, hold: text.length }
      let hold = Math.max(at, text.length - word.length + 1)
      while (hold < text.length && !word.startsWith(text.slice(hold))) hold++
      return { findings, hold }
    },
  }
}

/** The conformance suite of the seam `Detector`. */
export function detectorSuite(name: string, detector: Detector, corpus: DetectorCorpus): void {
  const texts = [...corpus.found.map(({ text }) => text), ...corpus.clean]
  // Side by side they are each other's context; and what one leaves open the next must not close.
  const all = [...texts, texts.join('\n'), [...texts].reverse().join(' ')]

  describe(`detector: ${name}`, () => {
    it('has a corpus of both kinds', () => {
      expect(corpus.found.length).toBeGreaterThan(0)
      expect(corpus.clean.length).toBeGreaterThan(0)
      const types = new Set(corpus.found.flatMap(({ found }) => found.map(([type]) => type)))
      expect([...types].sort()).toEqual([...detector.types].sort())
    })

    it('yields types of the closed list', () => {
      expect(detector.types.length).toBeGreaterThan(0)
      for (const type of detector.types) expect(FINDING_TYPES).toContain(type)
    })

    it.each(corpus.found.map(({ text, found }, index) => ({ index, text, found })))('finds in text $index', (one) => {
      const { findings } = detector.scan(one.text, 0, true)
      expect(findings.map(({ type, start, end }) => [type, one.text.slice(start, end)])).toEqual(one.found)
    })

    it.each(corpus.clean.map((text, index) => ({ index, text })))('finds nothing in clean text $index', ({ text }) => {
      expect(detector.scan(text, 0, true).findings).toEqual([])
    })

    it('gives findings in order, those of one type apart from one another, within the text', () => {
      for (const text of all) inOrder(detector, text, detector.scan(text, 0, true))
    })

    it('leaves nothing open when the text has ended', () => {
      for (const text of ['', ...all]) expect(detector.scan(text, 0, true).hold).toBe(text.length)
    })

    it('keeps nothing between two scans', () => {
      for (const text of all) {
        const first = detector.scan(text, 0, true)
        detector.scan(texts[0] ?? '', 0, false)
        expect(detector.scan(text, 0, true)).toEqual(first)
      }
    })

    it('lets prose flow: after a sentence nothing is held', () => {
      const prose = 'The house has one gate, and at the gate stands an ostiary. '
      expect(detector.scan(prose, 0, false)).toEqual({ findings: [], hold: prose.length })
    })

    it('finds the same under every cutting, and never in what it let go', () => {
      const random = seeded(20_261_125)
      for (const text of all) {
        const whole = joined(detector.scan(text, 0, true).findings)
        for (const cutting of cuttings(text.length, random, 12)) {
          expect(joined(piecewise(detector, text, cutting)), JSON.stringify(cutting)).toEqual(whole)
        }
      }
    })
  })
}

/** Scans a growing text as a stream does: from where the last scan held. */
function piecewise(detector: Detector, text: string, cutting: readonly number[]): readonly Finding[] {
  const findings: Finding[] = []
  let from = 0
  for (const length of cutting) {
    const known = text.slice(0, length)
    const scan = detector.scan(known, from, false)
    inOrder(detector, known, scan)
    for (const one of scan.findings) expect(one.start).toBeGreaterThanOrEqual(from)
    expect(scan.hold).toBeGreaterThanOrEqual(Math.max(from, ...scan.findings.map(({ end }) => end)))
    expect(scan.hold).toBeLessThanOrEqual(length)
    findings.push(...scan.findings)
    from = scan.hold
  }
  const last = detector.scan(text, from, true)
  for (const one of last.findings) expect(one.start).toBeGreaterThanOrEqual(from)
  return [...findings, ...last.findings]
}

function inOrder(detector: Detector, text: string, { findings }: Scan): void {
  let start = 0
  const ends = new Map<FindingType, number>()
  for (const one of findings) {
    expect(detector.types).toContain(one.type)
    expect(one.start).toBeGreaterThanOrEqual(start)
    expect(one.start).toBeGreaterThanOrEqual(ends.get(one.type) ?? 0)
    expect(one.end).toBeGreaterThan(one.start)
    expect(one.end).toBeLessThanOrEqual(text.length)
    expect(one.score).toBeGreaterThanOrEqual(0)
    expect(one.score).toBeLessThanOrEqual(1)
    start = one.start
    ends.set(one.type, one.end)
  }
}

/** Findings of one type that touch are one thing going on: a block without end is found in pieces. */
function joined(findings: readonly Finding[]): readonly Pick<Finding, 'type' | 'start' | 'end'>[] {
  const all: { type: FindingType; start: number; end: number }[] = []
  const last = new Map<FindingType, { end: number }>()
  for (const { type, start, end } of findings) {
    const before = last.get(type)
    if (before !== undefined && before.end === start) {
      before.end = end
      continue
    }
    const one = { type, start, end }
    all.push(one)
    last.set(type, one)
  }
  return all
}
