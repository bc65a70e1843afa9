import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGuardFactory } from '../release/guard.js'
import type { Act, Detector, Finding, FindingType } from '../spec/index.js'
import { editText } from '../spec/replacement.js'
import { createPatternDetector } from './detector.js'
import type { Rule } from './rule.js'

const RULES: readonly Rule[] = [
  { name: 'key', type: 'secret.openai', expression: 'key-[a-z0-9-]{6,60}' },
  { name: 'long', type: 'secret.aws', expression: '[a-z0-9]{40,4000}' },
  { name: 'digits', type: 'pii.card', expression: '[0-9](?:[ .-]?[0-9]){5,18}', before: '0-9.', behind: '0-9' },
  {
    name: 'said',
    type: 'secret.github',
    lead: '(?:pass(?:word)?|pwd)["\']?\\s{0,9}[:=]\\s{0,9}["\']?',
    expression: '[^\\s"\']{4,64}',
    behind: '',
    check: ({ text, start, end }) => (text.slice(start, end).includes('key') ? { score: 0.5 } : { score: 1 }),
    isWeak: true,
  },
  { name: 'quoted', type: 'secret.private-key', expression: '"[^"]{1,60}"', before: '', behind: '' },
]
const detector = createPatternDetector({ name: 'some', rules: RULES })

function cut(one: Detector, text: string, length: () => number): readonly Finding[] {
  const all: Finding[] = []
  let from = 0
  for (let to = length(); to < text.length; to += length()) {
    const { findings, hold } = one.scan(text.slice(0, to), from, false)
    all.push(...findings)
    from = hold
  }
  return [...all, ...one.scan(text, from, true).findings]
}

describe('hostile texts', () => {
  const LENGTH = 1_000_000
  it.each(['a', '1', '(((', `"'`, '1 ', 'key-', 'password=', 'pwd:"', '\\n', '\\u0041', '\ud800', '\\', 'a1-', '.1'])(
    'a million characters of %j are looked at once [content.any-text]',
    (unit) => {
      const text = unit.repeat(LENGTH / unit.length)
      const from = process.cpuUsage()
      const { hold } = detector.scan(text, 0, true)
      const { user, system } = process.cpuUsage(from)
      expect(hold).toBe(text.length)
      // Some tens of nanoseconds to a character; what is not linear would take hours.
      expect((user + system) / 1e6).toBeLessThan(5)
    },
  )

  it('a hundred thousand findings are all there', () => {
    const { findings } = detector.scan('key-abcdef '.repeat(100_000), 0, true)
    expect(findings).toHaveLength(100_000)
    expect(findings.at(-1)).toEqual({ start: 1_099_989, end: 1_099_999, type: 'secret.openai', score: 1 })
  })

  it('a chain of findings that overlap has an end, and the same one under every cutting', () => {
    const chained = createPatternDetector({
      name: 'chained',
      rules: [
        { name: 'one', type: 'secret.aws', expression: 'xyx', before: '', behind: '' },
        { name: 'two', type: 'secret.github', expression: 'yxyxy', before: '', behind: '', isWeak: true },
        { name: 'three', type: 'pii.iban', expression: 'yxyy?', before: '', behind: '' },
      ],
    })
    const text = 'xy'.repeat(9000)
    const whole = chained.scan(text, 0, true).findings
    expect(whole.length).toBeGreaterThan(5000)
    for (const step of [7, 100, 1001, 4097]) expect(cut(chained, text, () => step)).toEqual(whole)
    // And the stream does not wait for the end of it.
    expect(text.length - chained.scan(text, 0, false).hold).toBeLessThan(4200)
  })

  it('states are forgotten when there are too many, and nothing else', () => {
    const letters = 'abcdefghij'
    let state = 7
    const next = (of: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % of
    }
    // Wherever it began, it goes on: its states are all sets of places, so random letters ask for ever new ones.
    const some = createPatternDetector({
      name: 'many-states',
      entriesMax: 1,
      rules: [{ name: 'one', type: 'secret.aws', expression: '[a-j]{0,16}a[a-j]{14}z', behind: '' }],
    })
    const text = Array.from({ length: 60_000 }, () => (next(40) === 0 ? 'z ' : letters.charAt(next(10)))).join('')
    const expression = /(?<![A-Za-z0-9_])[a-j]{0,16}a[a-j]{14}z/g
    const expected = [...text.matchAll(expression)].map(({ 0: found, index }) => [index, index + found.length])
    const found = some.scan(text, 0, true).findings.map(({ start, end }) => [start, end])
    expect(expected.length).toBeGreaterThan(20)
    expect(found).toEqual(expected)
  })
})

it('through a guard, which drops what lies far behind, comes what comes of the whole [content.patterns-as-alone]', () => {
  const pieces = fc.constantFrom(
    ...[
      'key-',
      'abcdef',
      'password',
      ': ',
      '"',
      "'",
      '=',
      '12',
      '3456',
      ' ',
      '.',
      '\n',
      '\\n',
      'é',
      '\ud83d',
      '\ude00',
    ],
    ...['pwd=', 'x'.repeat(50), '9'.repeat(30), 'and so it was, ', 'key-key-key-1', 'password="key-abc'],
  )
  const acts = new Map<FindingType, Act>(detector.types.map((type) => [type, 'redact']))
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 200 }), fc.array(fc.integer({ min: 1, max: 60 })), (all, lengths) => {
      const text = all.join('')
      const edited = editText(text, detector.scan(text, 0, true).findings, acts)
      const ill: string[] = []
      const guard = createGuardFactory({
        detectors: [{ detector, whenIll: 'closed' }],
        acts,
        onFinding: () => undefined,
        onIll: ({ why }) => void ill.push(why),
      })({ name: 'content', role: 'assistant', isJson: false })
      let out = ''
      let at = 0
      for (let turn = 0; at < text.length; turn++) {
        const to = at + (lengths[turn % Math.max(1, lengths.length)] ?? 3)
        out += guard.push(text.slice(at, to))
        at = to
      }
      out += guard.end()
      expect(ill).toEqual([])
      expect(edited).toMatchObject({ kind: 'edited', text: out })
    }),
    { numRuns: 300 },
  )
})
