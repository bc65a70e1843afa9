import { describe, expect, it } from 'vitest'
import { lengthOf, PatternFault, parse } from './parse.js'
import { readRule } from './read.js'
import type { Rule } from './rule.js'
import { withBothCases } from './sets.js'

function fault(rule: Partial<Rule>): string {
  try {
    readRule({ name: 'one', type: 'secret.aws', expression: 'x', ...rule })
  } catch (error) {
    if (error instanceof PatternFault) return `${error.at}: ${error.message}`
    throw error
  }
  return ''
}

describe('what is no expression of ours says where and why', () => {
  it.each([
    ['a+', '1: `+` has no end: write how many at most, as in `{1,64}`'],
    ['ab*', '2: `*` has no end: write how many at most, as in `{1,64}`'],
    ['[ab]{2,}', '4: `{2,}` has no end: write how many at most, as in `{1,64}`'],
    ['a{3,2}', '1: `{3,2}` asks for more than it lets be'],
    ['a{0}', '1: `{0}` takes nothing'],
    ['a{1,2}?', '6: only greedy repetitions: no `?` or `+` behind one'],
    ['a{2}{3}', '4: this repeats a repetition: put a group around it'],
    ['(?:a?){2}', '9: what is repeated may be empty'],
    ['(a)', '0: only groups `(?:…)`: no captures, no assertions'],
    ['(?=a)', '0: only groups `(?:…)`: no captures, no assertions'],
    ['(?:a', '0: this group is not closed'],
    ['a)', '1: this closes nothing'],
    ['[a', '0: this class is not closed'],
    ['[z-a]', '4: this is no range'],
    ['^a', '0: `^`: no assertions'],
    ['a\\b', '2: `\\b` is not known here'],
    ['(?:a)\\1', '6: `\\1` is not known here'],
    ['\\x4', '2: `\\x` wants two hexadecimal digits'],
    ['a\\', '2: a backslash before nothing'],
    ['?', '0: `?` repeats nothing'],
    ['a?', '0: it may match nothing'],
    ['a{4097}', '0: it may match 4097 characters, and no more than 4096 are looked at'],
    [`${'(?:'.repeat(40)}a${')'.repeat(40)}`, '99: groups within groups, too deep'],
    [
      '[a-]{1,200}',
      '0: 200 of its matches may overlap, and no more than 128 may: let it be shorter, or begin in fewer places',
    ],
  ])('%s', (expression, said) => expect(fault({ expression })).toBe(said))

  it('in a lead, and at an edge', () => {
    expect(fault({ lead: 'a{97}' })).toBe('0: it may match 97 characters, and no more than 96 are looked at')
    expect(fault({ before: 'a-' })).toBe('')
    expect(fault({ before: '\\q' })).toBe('1: `\\q` is not known here')
  })
})

it('expressions that cannot overlap much may be long: a word, a mark that comes again only much later', () => {
  expect(fault({ expression: '[a-z0-9]{4,4000}' })).toBe('')
  expect(fault({ expression: 'begin:[a-z:]{4,600}' })).toBe('')
})

it('small and capital letters are the same in every script, as JavaScript has it', () => {
  const letters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join('')
  for (const one of ['k', 'S', 'é', 'Σ', 'ж', 'Ǆ', 'ß', 'ı', 'İ', 'ſ', 'ᏸ', 'ꭰ', 'Ａ', '漢']) {
    const expected = [...new Set(letters.match(new RegExp(one, 'gi')))].map((letter) => letter.charCodeAt(0)).sort()
    const set = withBothCases([one.charCodeAt(0), one.charCodeAt(0)])
    const said: number[] = []
    for (let i = 0; i < set.length; i += 2)
      for (let code = set[i] ?? 0; code <= (set[i + 1] ?? 0); code++) said.push(code)
    expect(said.sort(), one).toEqual(expected)
  }
})

it('lengths are known before anything is looked for', () => {
  expect(lengthOf(parse('a(?:bc|d{2,5})?[ef]{3}', false))).toEqual({ min: 4, max: 9 })
})
