import { describe, expect, it } from 'vitest'
import { createPatternDetector } from './detector.js'
import type { Rule } from './rule.js'

const RULES: readonly Rule[] = [
  { name: 'key', type: 'secret.openai', expression: 'key-[a-z0-9]{6,12}' },
  { name: 'short', type: 'secret.aws', expression: '[0-9]{4}', isWeak: true },
  {
    name: 'said',
    type: 'secret.github',
    lead: 'pass(?:word)?\\s{0,3}[:=]\\s{0,3}',
    expression: '[^\\s]{6,20}',
    behind: '',
    check: ({ text, start, end }) => (text.slice(start, end).includes('no') ? undefined : { score: 0.5 }),
  },
]

function found(text: string): readonly (readonly [string, string, number])[] {
  const { findings } = createPatternDetector({ name: 'some', rules: RULES }).scan(text, 0, true)
  return findings.map(({ type, start, end, score }) => [type, text.slice(start, end), score])
}

describe('rules', () => {
  it.each<[string, readonly (readonly [string, string, number])[]]>([
    ['a key-abcdef.', [['secret.openai', 'key-abcdef', 1]]],
    // Edges: nothing of a word before it, nor behind it; a JSON escape is none.
    ['akey-abcdef key-abcdefghijklmnop', []],
    ['"\\nkey-abcdef"', [['secret.openai', 'key-abcdef', 1]]],
    // Nor is what colours a terminal, as it is or in a string.
    ['\u001b[1;32mkey-abcdef\u001b[0m', [['secret.openai', 'key-abcdef', 1]]],
    ['\u001b[01;31m\u001b[Kkey-abcdef', [['secret.openai', 'key-abcdef', 1]]],
    ['"\\u001b[32mkey-abcdef"', [['secret.openai', 'key-abcdef', 1]]],
    ['"\\x1b[mkey-abcdef"', [['secret.openai', 'key-abcdef', 1]]],
    ['"\\033[0mkey-abcdef"', [['secret.openai', 'key-abcdef', 1]]],
    ['"\\e[0mkey-abcdef"', [['secret.openai', 'key-abcdef', 1]]],
    ['a[32mkey-abcdef \u001b32mkey-abcdef \u001b[32mmkey-abcdef', []],
    // A lead is no part of what is found, and small and capital letters are the same in it.
    ['PassWord = hunter2', [['secret.github', 'hunter2', 0.5]]],
    ['compass: hunter2', []],
    // What a check does not take is not found.
    ['password: nothing-at-all', []],
    // A weak one gives way; where nothing overlaps it stays.
    ['in 1984', [['secret.aws', '1984', 1]]],
    [
      'pass=x 1984 pass=of.1984.',
      [
        ['secret.aws', '1984', 1],
        ['secret.github', 'of.1984.', 0.5],
      ],
    ],
  ])('%j', (text, expected) => expect(found(text)).toEqual(expected))
})
