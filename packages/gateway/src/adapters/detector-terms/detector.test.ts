import { detectorSuite } from '@ostiary/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTermDetectors, type Term } from './detector.js'

function term(name: string, more: Partial<Term>): Term {
  const none = { words: [], pattern: undefined, context: undefined, within: 60, score: 1, ignoreCase: true }
  return { type: `term.${name}`, ...none, ...more }
}

const PROJECTS = term('project', { words: ['Blue Heron', 'Blue', 'Zürich-Plan', '机密计划', "O'Neil's list", 'C++'] })
const ORDERS = term('order', { pattern: 'ORD-[0-9]{6,8}', score: 0.7 })
const CODES = term('code', { words: ['IRIS'], ignoreCase: false, context: ['case', 'dossier'], within: 20 })

function found(terms: readonly Term[], text: string): readonly string[] {
  return createTermDetectors(terms).flatMap((detector) =>
    detector.scan(text, 0, true).findings.map(({ type, start, end }) => `${type}: ${text.slice(start, end)}`),
  )
}

const [words, exact, patterns] = createTermDetectors([PROJECTS, ORDERS, CODES])
if (words === undefined || exact === undefined || patterns === undefined)
  throw new Error('three kinds, three detectors')

detectorSuite('terms', words, {
  found: [
    { text: 'what of blue heron, and when?', found: [['term.project', 'blue heron']] },
    { text: 'BLUE\n  HERON', found: [['term.project', 'BLUE\n  HERON']] },
    { text: 'the zÜRICH-plan.', found: [['term.project', 'zÜRICH-plan']] },
    { text: '我们的机密计划是什么', found: [['term.project', '机密计划']] },
    { text: '{"a":"\\nblue"}', found: [['term.project', 'blue']] },
    { text: 'the \u001b[34mblue\u001b[0m one', found: [['term.project', 'blue']] },
    { text: 'in C++.', found: [['term.project', 'C++']] },
    { text: 'Blue Her', found: [['term.project', 'Blue']] },
  ],
  clean: ['bluebell', 'überblue', 'C+', 'Zürich-Planung', 'B l u e', 'blue_1'],
})
detectorSuite('terms-exact', exact, {
  found: [{ text: 'the case of IRIS', found: [['term.code', 'IRIS']] }],
  clean: ['IRIS', 'the case of iris', 'showcase IRIS', 'a dossier that is far too long ago: IRIS'],
})
detectorSuite('term-patterns', patterns, {
  found: [{ text: 'see ord-123456', found: [['term.order', 'ord-123456']] }],
  clean: ['ord-12345', 'ORD-123456789', 'word-123456'],
})

describe('terms', () => {
  it('of several lists are found each for itself, and may overlap', () => {
    const other = term('bird', { words: ['heron sanctuary', 'heron'] })
    expect(found([PROJECTS, other], 'the Blue Heron Sanctuary, a heron')).toEqual([
      'term.project: Blue Heron',
      'term.bird: Heron Sanctuary',
      'term.bird: heron',
    ])
  })

  it('have the score that was written', () => {
    expect(patterns.scan('ORD-1234567', 0, true).findings).toEqual([
      { start: 0, end: 11, type: 'term.order', score: 0.7 },
    ])
  })

  it('are found as one by one, whatever the list and the text [content.terms]', () => {
    const letter = fc.constantFrom('a', 'b', 'A', ' ', 'é', '-')
    const texts = fc.array(letter, { maxLength: 30 }).map((all) => all.join(''))
    const lists = fc.array(
      fc.array(letter, { minLength: 1, maxLength: 5 }).map((all) => all.join('').trim().replace(/ +/g, ' ')),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(lists, texts, (all, text) => {
        const some = all.filter((word) => word !== '')
        fc.pre(some.length > 0)
        const one = some
          .sort((a, b) => b.length - a.length)
          .map((word) => word.replace(/-/g, '\\-').replace(/ /g, ' {1,8}'))
          .map(
            (word) =>
              `${/^[a-zé]/i.test(word) ? '(?<![a-zé])' : ''}${word}${/[a-zé]$/i.test(word) ? '(?![a-zé])' : ''}`,
          )
        // The longest counts, and blanks can make the longer one the shorter term.
        const ends = (at: number): number =>
          Math.max(
            ...one.map((source) => {
              const expression = new RegExp(source, 'iy')
              expression.lastIndex = at
              return expression.test(text) ? expression.lastIndex : -1
            }),
          )
        const expected: string[] = []
        for (let at = 0; at < text.length; ) {
          const end = ends(at)
          if (end !== -1) expected.push(`term.x: ${text.slice(at, end)}`)
          at = end === -1 ? at + 1 : end
        }
        expect(found([term('x', { words: some })], text)).toEqual(expected)
      }),
    )
  })

  it('are many, and cost little: a hundred thousand of them', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `name ${index.toString(36)} of ${index * 7}`)
    const [detector] = createTermDetectors([term('many', { words: many })])
    const text = `the name of the house, name ${(77).toString(36)} of 539, and so on. `.repeat(60)
    expect(detector?.scan(text, 0, true).findings).toHaveLength(60)
    const from = performance.now()
    for (let look = 0; look < 50; look++) detector?.scan(text, 0, true)
    // Some hundred microseconds each; a loop over the list would take seconds.
    expect((performance.now() - from) / 50).toBeLessThan(20)
  })
})
