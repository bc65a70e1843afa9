import { DetectorFailed, FINDING_TYPES, type Finding, type RemoteDetector } from 'ostiary/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DetectorCorpus, FoundCase } from './detector.js'

/** A detector elsewhere that finds exact words, in this process. */
export function createRemoteWordDetector(words: ReadonlyMap<string, Finding['type']>): RemoteDetector {
  return {
    name: 'words-elsewhere',
    types: [...new Set(words.values())].sort(),
    labelsWithin: ['public', 'internal'],
    textMax: 64,
    async inspect(texts, signal) {
      if (signal.aborted) throw new DetectorFailed('ABORTED')
      return texts.map((text) => [...words].flatMap(([word, type]) => placesOf(text, word, type)))
    },
  }
}

function placesOf(text: string, word: string, type: Finding['type']): readonly Finding[] {
  const findings: Finding[] = []
  for (let start = text.indexOf(word); start !== -1; start = text.indexOf(word, start + word.length)) {
    findings.push({ start, end: start + word.length, type, score: 1 })
  }
  return findings
}

export interface RemoteDetectorBench {
  readonly detector: RemoteDetector
  /** Both kinds, none longer than the detector takes, one of the texts beyond the basic plane: offsets count in it. */
  readonly corpus: DetectorCorpus
  close(): Promise<void>
}

/** The conformance suite of the seam `RemoteDetector`. */
export function remoteDetectorSuite(name: string, open: () => Promise<RemoteDetectorBench>): void {
  describe(`remote detector: ${name}`, () => {
    let bench: RemoteDetectorBench
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench.close())

    const forever = (): AbortSignal => new AbortController().signal
    const allTexts = (): readonly string[] => [...bench.corpus.found.map(({ text }) => text), ...bench.corpus.clean]
    const said = (text: string, findings: readonly Finding[]): FoundCase['found'] =>
      [...findings]
        .sort((a, b) => a.start - b.start || a.end - b.end || (a.type < b.type ? -1 : 1))
        .map(({ type, start, end }) => [type, text.slice(start, end)] as const)

    it('has a corpus of both kinds, and one text with a character of two code units', () => {
      expect(bench.corpus.found.length).toBeGreaterThan(0)
      expect(bench.corpus.clean.length).toBeGreaterThan(0)
      expect(bench.corpus.found.some(({ text }) => /[\ud800-\udfff]/.test(text))).toBe(true)
    })

    it('yields types of the closed list, and says with which labels it may see a text', () => {
      const { types, labelsWithin, textMax } = bench.detector
      expect(types.length).toBeGreaterThan(0)
      for (const type of types) expect(FINDING_TYPES).toContain(type)
      expect(labelsWithin.length).toBeGreaterThan(0)
      for (const text of allTexts()) expect(text.length).toBeLessThanOrEqual(textMax)
    })

    it('finds in each text what is there, and in the clean ones nothing, however many come at once', async () => {
      const texts = allTexts()
      const expected = [...bench.corpus.found.map(({ found }) => found), ...bench.corpus.clean.map(() => [])]
      for (const [batch, want] of [
        [texts, expected],
        [[...texts, ...texts, ...texts].toReversed(), [...expected, ...expected, ...expected].toReversed()],
      ] as const) {
        const findings = await bench.detector.inspect(batch, forever())
        expect(findings.map((ofText, index) => said(batch[index] ?? '', ofText))).toEqual(want)
      }
    })

    it('gives spans within their texts, types of its own, scores from 0 to 1', async () => {
      const texts = allTexts()
      for (const [index, findings] of (await bench.detector.inspect(texts, forever())).entries()) {
        for (const { type, start, end, score } of findings) {
          expect(bench.detector.types).toContain(type)
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(texts[index]?.length ?? 0)
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
        }
      }
    })

    it('has nothing to say of no text', async () => {
      expect(await bench.detector.inspect([], forever())).toEqual([])
    })

    it('keeps inspections apart that go on at once', async () => {
      const { corpus, detector } = bench
      const alone = corpus.found.map(({ text }) => detector.inspect([text], forever()))
      const findings = await Promise.all(alone)
      expect(findings.map(([ofText], index) => said(corpus.found[index]?.text ?? '', ofText ?? []))).toEqual(
        corpus.found.map(({ found }) => found),
      )
    })

    it('rejects where nobody waits any more', async () => {
      await expect(bench.detector.inspect(allTexts(), AbortSignal.abort())).rejects.toThrow()
    })
  })
}
