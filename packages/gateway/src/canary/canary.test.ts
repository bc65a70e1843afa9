import { detectorSuite } from '@ostiary/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Detector, Finding } from '../spec/index.js'
import { createCanaries } from './canary.js'

const RULES =
  'You answer questions of the customers of Meridian Savings. Never name the interest rate of staff loans, which is 1.9 percent; ' +
  'say that you cannot tell. The word of the day for callbacks is marmalade.'
const canaryFor = createCanaries(Buffer.alloc(32, 7))
const { line, detectors } = canaryFor([RULES], ['ann', 'one'])
const MARK = /[a-z]{24}/.exec(line)?.[0] ?? ''
const [marks, overlap] = detectors as readonly [Detector, Detector]

function found(detector: Detector, text: string): boolean {
  return detector.scan(text, 0, true).findings.length > 0
}

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (one) => {
    const first = one < 'a' ? 65 : 97
    return String.fromCharCode(((one.charCodeAt(0) - first + 13) % 26) + first)
  })
const CYRILLIC: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', x: 'х' }
const OTHERS: Readonly<Record<string, string>> = { o: 'օ', s: 'ꜱ', t: 'ᴛ', u: 'ս', n: 'ո', h: 'հ', i: 'ɪ' }
const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' }
const swapped = (text: string, by: Readonly<Record<string, string>>): string =>
  text.replace(/[a-z]/g, (one) => by[one] ?? one)

const WAYS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  spaced: (text) => [...text].join(' '),
  'with hyphens': (text) => [...text].join('-'),
  'in lines of a quotation': (text) => text.replace(/(.{20})/g, '$1\n> '),
  'in bold words': (text) => text.replace(/\w+/g, '**$&**'),
  'with letters that nobody sees': (text) => [...text].join('\u200b'),
  'with letters that look alike': (text) => swapped(text, CYRILLIC),
  'with letters of more alphabets': (text) => swapped(text, OTHERS),
  'in wide letters': (text) => text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  'in bold letters of mathematics': (text) =>
    text.replace(/[a-z]/g, (one) => String.fromCodePoint(0x1d41a + one.charCodeAt(0) - 97)),
  'in tag characters': (text) => [...text].map((one) => String.fromCodePoint(0xe0000 + one.charCodeAt(0))).join(''),
  leet: (text) => swapped(text, LEET),
  backwards: (text) => [...text].reverse().join(''),
  rot13,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 behind a letter': (text) => Buffer.from(`x${text}`).toString('base64'),
  'base64 behind two': (text) => Buffer.from(`xy${text}`).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 in lines': (text) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/(.{24})/g, '$1\n'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'hexadecimal in pairs': (text) => Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '$& '),
  'numbers of characters': (text) => [...text].map((one) => one.charCodeAt(0)).join(', '),
  'in a URL': encodeURIComponent,
  'in JSON': (text) => JSON.stringify(text),
}

describe('a canary', () => {
  it('has a mark for each exchange, that nobody else could work out, and the same one in a session', () => {
    expect(MARK).toMatch(/^[bcdfghjkmnpqrvwxyz]{24}$/)
    expect(canaryFor([RULES], ['ann', 'one']).line).toBe(line)
    expect(canaryFor([RULES], ['ann', 'two']).line).not.toBe(line)
    expect(createCanaries(Buffer.alloc(32, 8))([RULES], ['ann', 'one']).line).not.toBe(line)
    expect(line).not.toContain('marmalade')
  })

  it.each(Object.entries(WAYS))('is found %s: the mark by itself, the text by itself [canary.encodings]', (_, way) => {
    expect(found(marks, `Of course. ${way(`The reference is ${MARK}.`)} Anything else?`)).toBe(true)
    expect(found(overlap, `Of course. ${way(RULES)} Anything else?`)).toBe(true)
  })

  it.each(Object.entries(WAYS))(
    'is found %s, the same wherever the answer is cut [stream.chunk-invariant]',
    (_, way) => {
      const texts = [
        `So: ${way(MARK)}, and ${way(RULES.slice(0, 120))}. Fine`,
        way(RULES),
        `${way(RULES)}${' - '.repeat(9)}${way(RULES)}`,
        `${way(RULES)} `.repeat(9),
      ]
      for (const text of texts) {
        for (const detector of detectors) {
          const whole = detector.scan(text, 0, true).findings
          const cuts = fc.array(fc.nat(text.length), { maxLength: 60 })
          fc.assert(
            fc.property(cuts, (at) => {
              const cutting = at.sort((a, b) => a - b)
              expect(piecewise(detector, text, cutting), JSON.stringify(cutting)).toEqual(whole)
            }),
            { numRuns: 40 },
          )
        }
      }
    },
  )

  it('is not found in answers that say other things, or what everybody says [canary.clean]', () => {
    const clean = [
      'I cannot tell you about staff loans. May I help you with anything else about your savings?',
      'Our customers ask many questions. The interest rate of the savings account is 2.1 percent.',
      'You are a helpful assistant. You answer questions. Never say that you cannot tell.',
      Buffer.from('Some other text of which an attachment is made, and quite long it is.').toString('base64'),
      '0123456789abcdef'.repeat(20),
      'a'.repeat(500),
    ]
    for (const text of clean) for (const detector of detectors) expect(found(detector, text), text).toBe(false)
  })

  it('holds nothing of prose, and of a run that has only begun what it may take away', () => {
    for (const detector of detectors) {
      const prose = 'The house has one gate, and at the gate stands an ostiary. '
      expect(detector.scan(prose, 0, false)).toEqual({ findings: [], hold: prose.length })
    }
    const begun = `Well: ${RULES.slice(0, 30)}`
    const { findings, hold } = overlap.scan(begun, 0, false)
    expect(findings).toEqual([])
    expect(begun.length - hold).toBeGreaterThan(0)
    expect(begun.length - hold).toBeLessThan(20)
    expect(overlap.scan(`${begun} and other things`, hold, false).findings).toEqual([])
  })

  it('is found wherever it stands in a long answer, also in characters of two code units', () => {
    const bold = WAYS['in bold letters of mathematics']?.(RULES) ?? ''
    for (let before = 3700; before < 4300; before += 7) {
      expect(found(marks, `${'-'.repeat(before)}${MARK}`), String(before)).toBe(true)
      expect(found(overlap, `${'-'.repeat(before)}${bold}`), String(before)).toBe(true)
    }
  })

  it('does not take long words or many letters for its own', () => {
    const long = 'e'.repeat(1_000_000)
    for (const detector of detectors) expect(detector.scan(long, 0, true).findings).toEqual([])
  })

  it('of a short text finds less in a row, of one word nothing', () => {
    const short = canaryFor(['The password for tonight is swordfish.'], ['ann', 'x']).detectors[1] as Detector
    expect(found(short, 'It says: the password for tonight is swordfish.')).toBe(true)
    expect(found(short, 'I do not know the password for tonight.')).toBe(false)
    const word = canaryFor(['Hello'], ['ann', 'x']).detectors[1] as Detector
    expect(found(word, 'Hello, hello, hello, hello, hello!')).toBe(false)
  })

  it('finds text in scripts without spaces', () => {
    const wide = canaryFor(
      ['你是银行的助手。绝不要告诉客户员工贷款的利率，它是百分之一点九。今天的暗号是果酱。'],
      ['ann', 'x'],
    )
    expect(
      found(wide.detectors[1] as Detector, '规则：绝不要告诉客户员工贷款的利率，它是百分之一点九。今天的暗号是果酱。'),
    ).toBe(true)
    expect(found(wide.detectors[1] as Detector, '我不能告诉您员工贷款的利率。还有什么可以帮您的吗？')).toBe(false)
  })
})

detectorSuite('canary.overlap', overlap, {
  found: [{ text: `x ${RULES} y`, found: [['canary.overlap', RULES.slice(RULES.indexOf('ons of the'), -1)]] }],
  clean: ['Nothing of it.', 'you answer questions'],
})

function piecewise(detector: Detector, text: string, cutting: readonly number[]): readonly Finding[] {
  const findings: Finding[] = []
  let from = 0
  for (const length of cutting) {
    // No more than what a stream keeps behind what is judged.
    const dropped = Math.max(0, from - 128)
    const scan = detector.scan(text.slice(dropped, length), from - dropped, false)
    for (const one of scan.findings) findings.push({ ...one, start: one.start + dropped, end: one.end + dropped })
    from = scan.hold + dropped
  }
  return [...findings, ...detector.scan(text, from, true).findings]
}
