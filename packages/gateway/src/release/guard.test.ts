import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardDetector } from '../adapters/detector-card/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { privateKeyDetector } from '../adapters/detector-private-key/detector.js'
import { FIRST } from '../adapters/detector-secrets/rules/first.js'
import { createPatternDetector } from '../patterns/detector.js'
import {
  ACTS,
  type Act,
  type ActsByType,
  type ChannelKind,
  type Detector,
  FINDING_TYPES,
  type Finding,
  type FindingType,
  type Illness,
  type Placed,
  type VaultSession,
} from '../spec/index.js'
import { editText } from '../spec/replacement.js'
import { ANSWERED_MAX, tokenizerOf } from '../spec/tokenizer.js'
import { createGuardFactory } from './guard.js'

/** How many random cuttings the laws are tried on: a small number at each run, 100,000 where somebody asks for it. */
const CHUNKINGS: number = Number(process.env['OSTIARY_CHUNKINGS'] ?? 3000)
const CHUNKINGS_PER_TEXT = 5
const RUNS: number = Math.ceil(CHUNKINGS / CHUNKINGS_PER_TEXT)

const firstDetector: Detector = createPatternDetector({ name: 'first', rules: FIRST })
const ALL: readonly Detector[] = [cardDetector, firstDetector, emailDetector, ibanDetector, privateKeyDetector]

function closed(detectors: readonly Detector[]): readonly Placed<Detector>[] {
  return detectors.map((detector) => ({ detector, whenIll: 'closed' }))
}

const nobodyIll = (illness: Illness): void => expect(illness).toBeUndefined()

function everything(act: Act): ActsByType {
  return new Map(FINDING_TYPES.map((type) => [type, act] as const))
}

function whole(text: string): readonly Finding[] {
  return ALL.flatMap((detector) => detector.scan(text, 0, true).findings)
}

function pieces(text: string, cuts: readonly number[]): readonly string[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  return [...at, text.length].map((end, i) => text.slice(at[i - 1] ?? 0, end))
}

function slices(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length))
}

/** Says of each value its type and all of it. */
const VAULT: VaultSession = {
  types: () => [],
  tokenize: (type, value) => `<${type} ${JSON.stringify(value)}>`,
  isKept: true,
  keep: async () => 'kept',
  scan: (text) => ({ found: [], hold: text.length }),
}

interface Passed {
  readonly out: string
  readonly refused: string | undefined
  readonly counts: Readonly<Record<string, number>>
  readonly heldMost: number
}

const CONTENT: ChannelKind = { name: 'content', role: 'assistant', isJson: false }

/** Puts a text through a guard in pieces. `expected` is checked against what has left after each piece: no character more. */
function pass(texts: readonly string[], acts: ActsByType, expected: string): Passed {
  const counts: Record<string, number> = {}
  const onFinding = (type: FindingType, act: Act, times: number): void => {
    counts[`${act}:${type}`] = (counts[`${act}:${type}`] ?? 0) + times
  }
  const guard = createGuardFactory({ detectors: closed(ALL), acts, onFinding, onIll: nobodyIll, vault: VAULT })(CONTENT)
  let out = ''
  let heldMost = 0
  for (const step of [...texts.map((text) => () => guard.push(text)), () => guard.end()]) {
    const left = step()
    if (typeof left !== 'string') return { out, refused: left.code, counts, heldMost }
    out += left
    heldMost = Math.max(heldMost, guard.held)
    if (!expected.startsWith(out)) throw new Error(`left too early: ${JSON.stringify(out.slice(-80))}`)
  }
  return { out, refused: undefined, counts, heldMost }
}

function softened(acts: ActsByType): ActsByType {
  return new Map([...acts].map(([type, act]) => [type, act === 'block' ? 'redact' : act] as const))
}

/** The law: any cutting gives what the whole gives, and nothing leaves that the whole would not show. */
function holds(text: string, texts: readonly string[], acts: ActsByType): void {
  const findings = whole(text)
  const tokenizer = tokenizerOf(VAULT, false, ANSWERED_MAX)
  const edited = editText(text, findings, acts, tokenizer)
  const shown = editText(text, findings, softened(acts), tokenizer)
  if (shown.kind === 'blocked') throw new Error('nothing blocks here')
  const passed = pass(texts, acts, shown.text)
  if (edited.kind === 'blocked') {
    expect(passed.refused).toBe('content_blocked')
    return
  }
  expect(passed.refused).toBeUndefined()
  expect(passed.out).toBe(edited.text)
  const counts = [...edited.counts].map(([type, times]) => [`${acts.get(type)}:${type}`, times] as const)
  expect(passed.counts).toEqual(Object.fromEntries(counts))
}

function tokenized(text: string): string {
  const edited = editText(text, whole(text), everything('tokenize'), tokenizerOf(VAULT, false, ANSWERED_MAX))
  return edited.kind === 'edited' ? edited.text : ''
}

// Put together here: scanners stop at strings of these shapes.
const BEGIN = `${'-'.repeat(5)}BEGIN ${'PRIVATE'} KEY${'-'.repeat(5)}`
const END = `${'-'.repeat(5)}END ${'PRIVATE'} KEY${'-'.repeat(5)}`
const AWS_ID = `${'AK'}${'IA'}QRSTUVWXYZ234567`
const AWS_SECRET = 'aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5dE7f'
const GITHUB = `${'gh'}${'p_'}${'aB3d'.repeat(9)}`
const OPENAI = `${'s'}${'k-'}${'aB3dE5gH7j'.repeat(5)}`
const PROJECT = `${'s'}${'k-'}proj-${'aB3-dE_5gH'.repeat(5)}`
const IBAN = 'DE89 3704 0044 0532 0130 00'
const CARD = '4111 1111 1111 1111'

const TRUE = [
  'ann@example.com',
  `https://${GITHUB}@github.com/org/repo`,
  `me@${AWS_ID}.com`,
  `${GITHUB}${'aB3d'.repeat(20)}@mail.example.com`,
  "o'neil+tag@mail.example.co.uk",
  'jürgen@müller.example',
  CARD,
  '4111111111111111',
  '3782-822463-10005',
  '5555-5555-5555-4444',
  '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  IBAN,
  'GB29NWBK60161331926819',
  'fr1420041010050500013m02606',
  AWS_ID,
  `aws_secret_access_key = ${AWS_SECRET}`,
  `"SecretAccessKey":"${AWS_SECRET}"`,
  GITHUB,
  `${'github'}_pat_${'aB3d_'.repeat(17)}`,
  OPENAI,
  PROJECT,
  `${BEGIN}\nMIIB\nxyz=\n${END}`,
  `${BEGIN}${END}`,
]
const NEAR = [
  '@',
  'a@',
  '@b.com',
  'a@b',
  'logo@2x.png',
  'git@github.com:a/b',
  'a@b..com',
  'a@b.com.',
  '4111 1111 1111 1112',
  '12345678901234567890123',
  '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20',
  '0.4111111111111111',
  '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  '9999999999999999999999 4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 01',
  'DE',
  'de8',
  'GB29 NWBK',
  `${AWS_ID}x`,
  'AKI',
  'secret_access_key=',
  AWS_SECRET,
  `${'gh'}p_short`,
  'github_',
  'github_pat_',
  'sk-',
  'task-list',
  's',
  'sk',
  BEGIN,
  BEGIN.slice(0, 20),
  END,
  '-----',
  '-----BEGIN ',
  '-----BEGIN CERTIFICATE-----',
  '----',
  'x'.repeat(70),
  `${'x'.repeat(60)}@a.de`,
]
const GLUE = ['', ' ', ' ', '\n', '-', '.', ',', '@', '/', '=', '%3D', '"', "'", ':', '  ', '\u{a0}']
const LETTERS = [
  'Hello',
  'the',
  'order',
  'of',
  '2024',
  '😀',
  '日本',
  '\ud83d',
  '\ude00',
  'Größe',
  'A',
  '7',
  '42',
  '\u{0}',
]

const text: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...TRUE), fc.constantFrom(...NEAR), fc.constantFrom(...LETTERS)),
      fc.constantFrom(...GLUE),
    ),
    {
      maxLength: 14,
    },
  )
  .map((all) => all.map(([one, glue]) => one + glue).join(''))

const acts: fc.Arbitrary<ActsByType> = fc
  .tuple(
    ...FINDING_TYPES.map((type) =>
      fc.constantFrom(...ACTS, 'redact', 'mask', undefined).map((act) => [type, act] as const),
    ),
  )
  .map((all) => new Map(all.flatMap(([type, act]) => (act === undefined ? [] : [[type, act] as const]))))

const cuttings: fc.Arbitrary<readonly (readonly number[])[]> = fc.array(fc.array(fc.nat(5000), { maxLength: 40 }), {
  minLength: CHUNKINGS_PER_TEXT,
  maxLength: CHUNKINGS_PER_TEXT,
})

describe('every cutting gives what the whole gives [stream.chunk-invariant]', () => {
  it.each([...TRUE, ...NEAR])('in single characters and in every two cuts: %j', (one) => {
    for (const around of [one, ` ${one} `, `x${one}.`]) {
      for (const act of ['redact', 'mask'] as const) holds(around, [...around.split('')], everything(act))
      const last = Math.min(around.length, 64)
      for (let a = 0; a <= last; a += 3) {
        for (let b = a; b <= last; b += 2) holds(around, pieces(around, [a, b]), everything('mask'))
      }
    }
  })

  it('in all cuttings of short texts', () => {
    for (const short of ['a@b.co', 'x a@b.co.', '-----BEGIN ', '😀a@b.de😀', 'DE89 3704 0', 'see a@b.']) {
      for (let bits = 0; bits < 2 ** (short.length - 1); bits++) {
        const cuts = Array.from({ length: short.length - 1 }, (_, i) => i + 1).filter((i) => (bits >> (i - 1)) & 1)
        holds(short, pieces(short, cuts), everything('redact'))
      }
    }
  })

  it(`in random cuttings of random texts, ${CHUNKINGS} of them`, { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(text, acts, cuttings, (whole, acts, all) => {
        for (const cuts of all) holds(whole, pieces(whole, cuts), acts)
      }),
      { numRuns: RUNS },
    )
  })

  it('in long texts, with keys of any length and what else stands within them', { timeout: 3_600_000 }, () => {
    const long = fc
      .array(
        fc.tuple(
          text,
          fc.constantFrom('', BEGIN, END, 'aB3+\n'.repeat(900), 'a@b.example '.repeat(400), `${AWS_ID} `.repeat(90)),
        ),
        {
          maxLength: 8,
        },
      )
      .map((all) => all.map(([one, two]) => one + two).join(' '))
    fc.assert(
      fc.property(long, acts, fc.array(fc.nat(40_000), { maxLength: 60 }), (whole, acts, cuts) => {
        holds(whole, pieces(whole, cuts), acts)
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  })

  it('tokenized values are whole, or redacted where a stream cannot hold them so long', () => {
    for (const length of [10, 4000, 4095 - BEGIN.length - END.length, 4096 - BEGIN.length - END.length, 9000]) {
      const key = `${BEGIN}${'a'.repeat(length)}${END}`
      const text = `see ${key}, ${CARD} ann@example.com`
      holds(text, slices(text, 7), everything('tokenize'))
      const { out } = pass(slices(text, 7), everything('tokenize'), tokenized(text))
      expect(out).toContain(`<pii.email "ann@example.com">`)
      expect(out.includes(`<secret.private-key ${JSON.stringify(key)}>`)).toBe(key.length < 4096)
      expect(out.includes('[redacted:secret.private-key]')).toBe(key.length >= 4096)
    }
  })

  it('where an end mark lies across the border of two findings', () => {
    for (let before = 4096 - 60; before <= 4096 + 2; before++) {
      const key = BEGIN + 'a'.repeat(before - BEGIN.length) + END
      holds(`${key} ann@example.com`, [...slices(`${key} ann@example.com`, 10)], everything('redact'))
    }
  })

  it('where something stronger stands deep within a key of which the beginning was said already', () => {
    const key = `${BEGIN}${'aB3+\n'.repeat(1200)} ann@example.com ${END}`
    const acts = new Map<FindingType, Act>([
      ['secret.private-key', 'mask'],
      ['pii.email', 'redact'],
    ])
    expect(pass(slices(key, 30), acts, '----****')).toMatchObject({ out: '----****', refused: undefined })
    holds(key, slices(key, 30), acts)
    expect(pass(slices(key, 30), new Map([...acts, ['pii.email', 'block']]), '----****').refused).toBe(
      'content_blocked',
    )
  })

  it('after so much text that its beginning was dropped', () => {
    for (const one of [...TRUE, ...NEAR]) {
      for (let prose = 480; prose < 540; prose += 7) {
        const long = `${'So it goes on. '.repeat(40).slice(0, prose)} ${one} and ${one}.`
        holds(long, slices(long, 3), everything('mask'))
      }
    }
  })

  it('as the findings of each detector by itself, which holds where it says it does', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(1000), { maxLength: 30 }), (whole, cuts) => {
        for (const detector of ALL) {
          const found: Finding[] = []
          let known = ''
          let from = 0
          for (const piece of pieces(whole, cuts)) {
            known += piece
            const scan = detector.scan(known, from, false)
            expect(scan.hold).toBeGreaterThanOrEqual(from)
            for (const one of scan.findings) {
              expect(one.start).toBeGreaterThanOrEqual(from)
              expect(one.end).toBeLessThanOrEqual(scan.hold)
            }
            found.push(...scan.findings)
            from = scan.hold
          }
          const rest = detector.scan(known, from, true)
          expect(rest.hold).toBe(known.length)
          expect([...found, ...rest.findings]).toEqual(detector.scan(whole, 0, true).findings)
        }
      }),
      { numRuns: RUNS },
    )
  })
})

/** Falls ill at the sight of one word. */
const sick: Detector = {
  name: 'sick',
  types: ['pii.email'],
  scan(text) {
    if (text.includes('hello')) throw new RangeError(`the text was ${text}`)
    return { findings: [], hold: text.length }
  },
}

describe('a guard', () => {
  const redact = everything('redact')

  function guard(
    acts: ActsByType = redact,
    detectors: readonly Placed<Detector>[] = closed(ALL),
    onIll: (illness: Illness) => void = nobodyIll,
  ): ReturnType<ReturnType<typeof createGuardFactory>> {
    return createGuardFactory({ detectors, acts, onFinding: () => undefined, onIll })(CONTENT)
  }

  it('holds of prose the last word alone, and lets go of a word longer than a name can be [stream.no-buffering]', () => {
    const one = guard()
    expect(one.push('Prose waits for nothing')).toBe('Prose waits for ')
    expect(one.held).toBe('nothing'.length)
    expect(one.push(', truly. ')).toBe('nothing, truly. ')
    expect(one.held).toBe(0)
    expect(one.push('a'.repeat(100))).toBe('a'.repeat(36))
    expect(one.end()).toBe('a'.repeat(64))
  })

  it('gives out no half of a character', () => {
    const one = guard()
    expect(one.push('so \ud83d')).toBe('so ')
    expect(one.push('\ude00!')).toBe('😀!')
    expect(one.push('\ud83d')).toBe('')
    expect(one.end()).toBe('\ud83d')
  })

  it('refuses where an act blocks, and says nothing else from then on', () => {
    const one = guard(new Map([['pii.card', 'block'] as const, ['pii.email', 'redact'] as const]))
    expect(one.push('a@b.example paid with 4111 1111 ')).toBe('[redacted:pii.email] paid with ')
    const refusal = one.push('1111 1111, thanks')
    expect(refusal).toMatchObject({ kind: 'refuse', code: 'content_blocked', forLog: 'pii.card in a stream' })
    expect(one.push('more')).toBe(refusal)
    expect(one.end()).toBe(refusal)
    expect(one.held).toBe(0)
  })

  it('lets pass the nearest number that is no card', () => {
    const one = guard(new Map([['pii.card', 'block'] as const]))
    expect(one.push('4111 1111 1111 1112, thanks')).toBe('4111 1111 1111 1112, thanks')
    expect(one.end()).toBe('')
  })

  it('refuses when a detector fails, and does not quote what it said [content.illness]', () => {
    const ill: Illness[] = []
    const refusal = guard(redact, closed([sick]), (one) => void ill.push(one)).push('hello')
    expect(refusal).toMatchObject({ code: 'inspection_failed', forLog: 'detector sick failed in a stream' })
    expect(ill).toEqual([{ detector: 'sick', why: 'RangeError', whenIll: 'closed' }])
  })

  it('where its operator says open, goes on without the one that failed, and says so once', () => {
    const ill: Illness[] = []
    const placed: readonly Placed<Detector>[] = [{ detector: sick, whenIll: 'open' }, ...closed([emailDetector])]
    const one = guard(redact, placed, (illness) => void ill.push(illness))
    expect(one.push('hello a@b.example ')).toBe('hello [redacted:pii.email] ')
    expect(one.push('hello, hello ')).toBe('hello, hello ')
    expect(one.end()).toBe('')
    expect(ill).toEqual([{ detector: 'sick', why: 'RangeError', whenIll: 'open' }])
  })

  it('asks only the detectors whose types have an act', () => {
    const one = guard(new Map([['secret.github', 'redact'] as const]))
    expect(one.push('a@b.example 4111 1111 1111 1111')).toBe('a@b.example 4111 1111 1111 1111')
    expect(guard(new Map()).push('Nobody looks')).toBe('Nobody looks')
  })

  it('holds a bounded amount of a key without end, and shows nothing of it', () => {
    const one = guard()
    expect(one.push(`see ${BEGIN}\n`)).toBe('see ')
    let out = ''
    let heldMost = 0
    for (let i = 0; i < 20_000; i++) {
      out += one.push('MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n a@b.example ')
      heldMost = Math.max(heldMost, one.held)
    }
    expect(out).toBe('[redacted:secret.private-key]')
    expect(heldMost).toBeLessThanOrEqual(4096 + 64)
    expect(one.push(`${END} and on`)).toBe(' and ')
    expect(one.end()).toBe('on')
  })

  it('keeps channels apart', () => {
    const factory = createGuardFactory({
      detectors: closed(ALL),
      acts: redact,
      onFinding: () => undefined,
      onIll: nobodyIll,
    })
    const [a, b] = [factory({ ...CONTENT, name: 'a' }), factory({ ...CONTENT, name: 'b' })]
    expect(a.push('ann@exa')).toBe('')
    expect(b.push('mple.com ')).toBe('mple.com ')
    expect(a.push('mple.com ')).toBe('[redacted:pii.email] ')
  })
})
