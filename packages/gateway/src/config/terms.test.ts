import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BASE, read } from '../../test/config-text.js'
import { readTerms } from './terms.js'
import { vocabularyOf } from './vocabulary.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ostiary-terms-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const told = (terms: string, more = ''): ReturnType<typeof read> =>
  read(`${BASE}inspection: { terms: [${terms}] }\n${more}`)

describe('terms', () => {
  it('are read with what is not written, and are known to policies and to labels', () => {
    const { config, faults } = told(
      '{ name: project, words: [Blue Heron] }, { name: order, pattern: "ORD-[0-9]{6}", score: 0.6 }',
      'ledger: { gather: { term: internal, term.order: [restricted] } }\n',
    )
    expect(faults).toEqual([])
    const rest = { file: undefined, ignoreCase: true, context: undefined, within: 60 }
    expect(config?.inspection.terms).toEqual([
      { name: 'project', words: ['Blue Heron'], pattern: undefined, score: 1, ...rest },
      { name: 'order', words: [], pattern: 'ORD-[0-9]{6}', score: 0.6, ...rest },
    ])
    expect(config?.ledger.gather.findings).toEqual([
      { type: 'term.project', labels: ['internal'] },
      { type: 'term.order', labels: ['internal', 'restricted'] },
    ])
    if (config === undefined) throw new Error('faulty')
    expect(vocabularyOf(config).known.findings).toEqual(expect.arrayContaining(['term.project', 'term.order']))
  })

  it.each([
    ['{ name: A, words: [x] }', 'write a name of small letters'],
    ['{ name: a }', 'inspection.terms[0]: needs words, a file or a pattern'],
    ['{ name: a, words: [] }', 'inspection.terms[0].words'],
    ['{ name: a, words: [x], within: 101 }', 'inspection.terms[0].within'],
    ['{ name: a, words: [x] }, { name: a, words: [y] }', 'the name `a` stands twice in inspection.terms'],
    ['{ name: a, pattern: "a+b" }', 'character 2: `+` has no end: write how many at most, as in `{1,64}`'],
    ['{ name: a, pattern: "(?=a)b" }', 'only groups `(?:…)`: no captures, no assertions'],
    ['{ name: a, pattern: "(?:a|b?){1,9}" }', 'what is repeated may be empty'],
    ['{ name: a, pattern: "[a-z]{1,5000}" }', 'it may match 5000 characters, and no more than 4096 are looked at'],
    ['{ name: a, pattern: ".{1,300}x" }', '301 of its matches may overlap'],
    ['{ name: a, file: ./none.txt }', 'inspection.terms[0].file: cannot be read (ENOENT)'],
  ])('refuses what it must, with its place: %s', (terms, says) => {
    const { config, faults } = told(terms)
    expect(config).toBeUndefined()
    expect(faults.join('\n')).toContain(says)
    expect(faults[0]).toMatch(/^13:\d+ /)
  })

  it('refuses labels for a term that is none', () => {
    const { faults } = told('{ name: order, words: [x] }', 'ledger: { gather: { term.ordre: internal } }\n')
    expect(faults).toEqual([
      '14:33 ledger.gather.term.ordre: no term of inspection.terms has this name (did you mean `term.order`?)',
    ])
    expect(told('', 'ledger: { gather: { secrets: internal } }\n').faults.join()).toContain('did you mean `secret`?')
  })
})

describe('a file of terms', () => {
  const file = (content: string | Uint8Array): (() => readonly string[]) => {
    const path = join(folder, 'terms.txt')
    writeFileSync(path, content)
    const none = { pattern: undefined, ignoreCase: true, context: undefined, within: 60, score: 1 }
    return () => readTerms({ name: 'a', words: ['first '], file: path, ...none })
  }

  it('has one a line: blanks are one space, what stands twice counts once', () => {
    expect(file('Blue  Heron\r\n\n  second\nsecond\n')()).toEqual(['first', 'Blue Heron', 'second'])
  })

  it('is told by its line, and never by what is in it', () => {
    expect(file('')).toThrow(/`.*terms\.txt` is empty$/)
    expect(file(Uint8Array.of(0x61, 0xff))).toThrow(/is not UTF-8$/)
    expect(file(`ok\n${'secret '.repeat(40)}`)).toThrow(/terms\.txt` line 2 is longer than 200 characters$/)
  })
})
