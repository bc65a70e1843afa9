import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Detector, Finding } from '../spec/index.js'
import { createAlone } from './alone.js'
import { createPatternDetector } from './detector.js'
import { isAlwaysIn } from './needs.js'
import { PatternFault, parse } from './parse.js'
import { join } from './raw.js'
import type { Candidate, Judged, Rule } from './rule.js'

const TYPES = ['secret.aws', 'secret.github', 'pii.iban'] as const

/** Expressions of the few letters that the texts are of, so that they match, nearly match, and overlap. */
const { node: SHORT } = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom('a', 'b', 'B', 'c', ' ', '-', '\\n', '[ab]', '[^a]', '.', '\\w', '\\s', '[b-c ]'),
    },
    { weight: 1, arbitrary: tie('node').map((inner) => `(?:${inner})`) },
  ),
  node: fc
    .array(
      fc
        .tuple(tie('atom'), fc.constantFrom('', '', '', '?', '{2}', '{1,3}', '{0,2}', '{2,4}'))
        .map((both) => both.join('')),
      { minLength: 1, maxLength: 4 },
    )
    .chain((of) => fc.constantFrom(of.join(''), of.join('|'), `${of[0]}(?:${of.slice(1).join('|')})`)),
}))

/** And one that is looked for where a run is, and nowhere else. */
const EXPRESSIONS = fc.oneof({ weight: 12, arbitrary: SHORT }, { weight: 1, arbitrary: fc.constant('[abB]{16,17}-?') })

/** As whimsical as a checksum, and as blind to what follows. */
function check(seed: number): (candidate: Candidate) => Judged | undefined {
  return ({ text, start, end }) => {
    let sum = seed
    for (let at = Math.max(0, start - 3); at < end; at++) sum = (sum * 31 + text.charCodeAt(at)) % 1009
    if (sum % 3 === 0) return undefined
    if (sum % 3 === 1 && end - start > 2) return { score: 0.5, start: start + 1, end: end - 1 }
    return { score: 0.9 }
  }
}

const EDGES = fc.constantFrom(undefined, undefined, '', 'ab', '^a', '-\\s')
/** Such as are no part of the automaton where a lead stands before them. */
const VALUES = fc.constantFrom('[ab]{2,4}', '[^ ]{1,3}', '[abc-]{2,9}', '[ab]{1,3}c{0,2}', '[^b]{3,5}b?', '\\w{2}')
const OTHERS = {
  type: fc.constantFrom(...TYPES),
  ignoreCase: fc.boolean(),
  before: EDGES,
  check: fc.option(fc.nat(1000).map(check), { nil: undefined }),
  isWeak: fc.boolean(),
  needs: fc.constantFrom(undefined, undefined, 'a', 'b', 'ab', 'bc'),
}
const WALKED = fc.record(
  { ...OTHERS, lead: fc.option(EXPRESSIONS, { nil: undefined, freq: 1 }), expression: EXPRESSIONS, behind: EDGES },
  { requiredKeys: ['type', 'expression'] },
)
const LED = fc.record(
  { ...OTHERS, lead: EXPRESSIONS, expression: VALUES, behind: fc.constant('') },
  { requiredKeys: ['type', 'lead', 'expression', 'behind'] },
)
/** Of these the automaton walks through the head alone; through the third as a whole, since its heads stand in one place. */
const HEADED_VALUES = fc.constantFrom('a[ab-]{2,64}', '(?:a-|bc)[abc -]{1,64}', '(?:a|ab)[b-]{1,70}', 'b[^ ]{2,65}')
const HEADED = fc.record(
  { ...OTHERS, expression: HEADED_VALUES, behind: fc.constant('') },
  { requiredKeys: ['type', 'expression', 'behind'] },
)
const RULES = fc.array(
  fc.oneof({ weight: 3, arbitrary: WALKED }, { weight: 1, arbitrary: LED }, { weight: 1, arbitrary: HEADED }),
  { minLength: 1, maxLength: 5 },
)
const TEXTS = fc
  .array(
    fc.oneof(
      {
        weight: 30,
        arbitrary: fc.constantFrom(
          'a',
          'b',
          'B',
          'c',
          ' ',
          '-',
          '\n',
          '\\n',
          'ab',
          'bc',
          'A',
          '1',
          '\\u00e9',
          '\u001b[1b',
          '\ud800',
          'é',
        ),
      },
      // A run, and more of nothing than any rule reaches over.
      { weight: 1, arbitrary: fc.constantFrom('ab'.repeat(8), '. '.repeat(80)) },
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(''))

type MadeUp = Pick<Rule, 'type' | 'expression'> & { readonly [K in keyof Rule]?: Rule[K] | undefined }

/** Undefined: one of them is none that is looked for. */
function created(made: readonly MadeUp[]): readonly [Detector, readonly Rule[]] | undefined {
  try {
    const rules: Rule[] = made.map(({ needs, ...one }, index) => {
      const known = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined))
      const isNeeded = needs !== undefined && isAlwaysIn(needs, parse(one.expression, one.ignoreCase === true))
      const needed = isNeeded ? { needs } : {}
      return { type: one.type, expression: one.expression, ...known, ...needed, name: `rule-${index}` }
    })
    return [createPatternDetector({ name: 'made-up', rules }), rules]
  } catch (error) {
    if (error instanceof PatternFault) return undefined
    throw error
  }
}

function alone(rules: readonly Rule[], text: string): readonly Finding[] {
  return join(rules.flatMap((rule) => createAlone(rule)(text, 0)))
}

function piecewise(detector: Detector, text: string, cuts: readonly number[]): readonly Finding[] {
  const all: Finding[] = []
  let from = 0
  for (const cut of cuts) {
    const { findings, hold } = detector.scan(text.slice(0, cut), from, false)
    for (const { start, end } of findings) {
      expect(start).toBeGreaterThanOrEqual(from)
      expect(end).toBeLessThanOrEqual(hold)
    }
    expect(hold).toBeGreaterThanOrEqual(from)
    expect(hold).toBeLessThanOrEqual(cut)
    all.push(...findings)
    from = hold
  }
  return [...all, ...detector.scan(text, from, true).findings]
}

describe('one pass', () => {
  it('finds what each expression finds alone, and the same under every cutting [content.patterns-as-alone]', {
    timeout: 120_000,
  }, () => {
    let looked = 0
    fc.assert(
      fc.property(RULES, TEXTS, fc.array(fc.nat(), { maxLength: 6 }), (made, text, cuts) => {
        const both = created(made)
        fc.pre(both !== undefined)
        const [detector, rules] = both
        const expected = alone(rules, text)
        looked += expected.length
        expect(detector.scan(text, 0, true)).toEqual({ findings: expected, hold: text.length })
        const some = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b)
        expect(piecewise(detector, text, some)).toEqual(expected)
        const each = Array.from({ length: text.length }, (_, index) => index + 1)
        expect(piecewise(detector, text, each)).toEqual(expected)
      }),
      { numRuns: Number(process.env['PATTERN_RUNS'] ?? 2000) },
    )
    expect(looked).toBeGreaterThan(1000)
  })
})
