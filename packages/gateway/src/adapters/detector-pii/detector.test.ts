import { detectorSuite, type FoundCase } from '@ostiary/testkit'
import { describe, expect, it } from 'vitest'
import { createPatternDetector } from '../../patterns/detector.js'
import type { Detector, Finding, FindingType } from '../../spec/index.js'
import * as corpus from './corpus.js'
import { piiDetectors, piiRules } from './detector.js'
import { networkDetector } from './network.js'
import { phoneDetector } from './phone.js'
import { tokenDetector } from './tokens.js'

const patterns = createPatternDetector({ name: 'patterns', rules: piiRules() })
const all: readonly Detector[] = [...piiDetectors, patterns]

/** The text without its marks, and what stands between them. */
function read(marked: string): { readonly text: string; readonly found: readonly string[] } {
  return {
    text: marked.replaceAll(/[«»]/g, ''),
    found: [...marked.matchAll(/«([^»]*)»/g)].map(([, inside]) => inside ?? ''),
  }
}

function findAll(text: string, type: FindingType): readonly string[] {
  return all
    .flatMap((detector) => detector.scan(text, 0, true).findings)
    .filter((one) => one.type === type)
    .sort((a, b) => a.start - b.start)
    .map(({ start, end }) => text.slice(start, end))
}

const KINDS: readonly (readonly [FindingType, readonly string[], readonly string[]])[] = [
  ['pii.phone', corpus.PHONES, corpus.NO_PHONES],
  ['pii.national-id', corpus.NATIONAL_IDS, corpus.NO_NATIONAL_IDS],
  ['pii.passport', corpus.PASSPORTS, corpus.NO_PASSPORTS],
  ['pii.birth-date', corpus.BIRTH_DATES, corpus.NO_BIRTH_DATES],
  ['pii.crypto', corpus.CRYPTO, corpus.NO_CRYPTO],
]

describe.each(KINDS)('%s', (type, found, clean) => {
  it.each(found)('finds %j [content.pii-found]', (marked) => {
    const { text, found } = read(marked)
    expect(findAll(text, type)).toEqual(found)
  })

  it.each(clean)('finds none in %j [content.pii-checksum]', (text) => expect(findAll(text, type)).toEqual([]))
})

describe('addresses of networks', () => {
  it.each(corpus.NETWORKS)('finds %j [content.pii-found]', (marked) => {
    const { text, found } = read(marked)
    expect([...findAll(text, 'pii.ip'), ...findAll(text, 'pii.mac')]).toEqual(found)
  })

  it.each(corpus.NO_NETWORKS)('finds none in %j', (text) => {
    expect([...findAll(text, 'pii.ip'), ...findAll(text, 'pii.mac')]).toEqual([])
  })
})

it('no two of them claim one text as the same', () => {
  for (const marked of KINDS.flatMap(([, found]) => found)) {
    const { text } = read(marked)
    for (const type of new Set(all.flatMap(({ types }) => types))) {
      const spans = all.flatMap((one) => one.scan(text, 0, true).findings).filter((one) => one.type === type)
      spans.sort((a, b) => a.start - b.start)
      for (const [i, { end }] of spans.entries()) expect(end, text).toBeLessThanOrEqual(spans[i + 1]?.start ?? end)
    }
  }
})

/** What the detector says of the texts that are about it; the sentences above say whether that is right. */
function suiteOf(name: string, detector: Detector, found: readonly string[], clean: readonly string[]): void {
  const cases: readonly FoundCase[] = found.map((marked) => {
    const { text } = read(marked)
    const { findings } = detector.scan(text, 0, true)
    return { text, found: findings.map(({ type, start, end }) => [type, text.slice(start, end)] as const) }
  })
  detectorSuite(name, detector, { found: cases, clean })
}

suiteOf('phone', phoneDetector, corpus.PHONES, corpus.NO_PHONES)
suiteOf('network', networkDetector, corpus.NETWORKS, corpus.NO_NETWORKS)
suiteOf(
  'documents',
  tokenDetector,
  [...corpus.PASSPORTS, ...corpus.NATIONAL_IDS, ...corpus.CRYPTO],
  [...corpus.NO_PASSPORTS, ...corpus.NO_NATIONAL_IDS, ...corpus.NO_CRYPTO],
)
suiteOf(
  'patterns of personal data',
  patterns,
  [...corpus.NATIONAL_IDS, ...corpus.BIRTH_DATES],
  [...corpus.NO_NATIONAL_IDS, ...corpus.NO_BIRTH_DATES],
)

it.each(['\\u005555 5555\u20105555 5555-', '0\\u005555 5555\u20105555 5555-', 'call \\u0020030 901820 x'])(
  'digits that an escape ends with are none of a telephone number behind it, in pieces too: %j [stream.chunk-invariant]',
  (text) => {
    const whole = phoneDetector.scan(text, 0, true).findings
    const found: Finding[] = []
    let from = 0
    for (let length = 1; length <= text.length; length++) {
      const { findings, hold } = phoneDetector.scan(text.slice(0, length), from, length === text.length)
      found.push(...findings)
      from = hold
    }
    expect(found).toEqual(whole)
    expect(whole).toHaveLength(1)
  },
)
