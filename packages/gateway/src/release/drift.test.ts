import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '@ostiary/testkit'
import { expect, it } from 'vitest'
import { permitted } from '../../test/verdicts.js'
import type { ChannelKind, FindingType } from '../spec/index.js'
import { VaultKeys } from '../vault/keys.js'
import { Session, SessionView } from '../vault/session.js'
import { Restoring } from './restoring.js'

// What models make of a placeholder when they write it down again, each in some surroundings, and each cut into pieces.

const VALUES: readonly (readonly [FindingType, string])[] = [
  ['pii.email', 'ann.smith@example.com'],
  ['pii.email', 'Bob@Example.org'],
  ['pii.card', '4111 1111 1111 1111'],
  ['pii.card', '5555555555554444'],
  ['pii.iban', 'DE89 3704 0044 0532 0130 00'],
  ['pii.iban', 'GB29NWBK60161331926819'],
  ['secret.aws', `${'AK'}${'IA'}QRSTUVWXYZ234567`],
  ['secret.private-key', `-----BEGIN ${'PRIVATE'} KEY-----\nMIIB\n-----END ${'PRIVATE'} KEY-----`],
]

type Drift = (placeholder: string) => string
const bare = (one: string): string => one.replaceAll(/[[\]]/g, '')
const inside =
  (change: Drift): Drift =>
  (one) =>
    one.startsWith('[') ? `[${change(bare(one))}]` : change(one)

const DRIFTS: Readonly<Record<string, Drift>> = {
  none: (one) => one,
  'small letters': (one) => one.toLowerCase(),
  'capitals first': inside((one) => one.charAt(0) + one.slice(1).toLowerCase()),
  'mixed case': (one) => [...one].map((letter, at) => (at % 2 === 0 ? letter.toLowerCase() : letter)).join(''),
  bold: (one) => `**${one}**`,
  italic: (one) => `*${one}*`,
  'italic by underscores': (one) => `_${one}_`,
  code: (one) => `\`${one}\``,
  quoted: (one) => `> ${one}`,
  'in a list': (one) => `- ${one}\n- x`,
  'in a table': (one) => `| ${one} | x |`,
  'text of a link': (one) => `[${one}](https://good.example/)`,
  escaped: (one) => one.replaceAll(/[[\]_]/g, '\\$&'),
  'escaped underscore': (one) => one.replaceAll('_', '\\_'),
  'bold, escaped, small': (one) => `**${one.replaceAll(/[[\]_]/g, '\\$&').toLowerCase()}**`,
  'blanks inside': inside((one) => ` ${one} `),
  'a blank for the underscore': (one) => one.replaceAll('_', ' '),
  'blanks round the underscore': (one) => one.replaceAll('_', ' _ '),
  'a line break for the underscore': (one) => one.replaceAll('_', '\n'),
  'a hyphen for the underscore': (one) => one.replaceAll('_', '-'),
  'a colon for the underscore': (one) => one.replaceAll('_', ': '),
  'in markup': (one) => `<b>${one}</b>`,
  'a hyphen more': inside((one) => one.replace(/^(.)/, '$1-')),
  'in groups of four': inside((one) => one.replaceAll(/([A-Z0-9]{4})(?=[A-Z0-9])/g, '$1 ')),
  'no underscore': (one) => one.replaceAll('_', ''),
  'no brackets': bare,
  'no brackets, small': (one) => bare(one).toLowerCase(),
  'one bracket': (one) => one.replace(']', ''),
  'the other bracket': (one) => one.replace('[', ''),
  'round brackets': (one) => `(${bare(one)})`,
  'curly brackets': (one) => `{{${bare(one)}}}`,
  'angle brackets': (one) => `<${bare(one)}>`,
  'double brackets': (one) => `[${one}]`,
  'wide brackets': (one) => `\u3010${bare(one)}\u3011`,
  'quotation marks': (one) => `\u201c${one}\u201d`,
  possessive: (one) => `${one}'s`,
  'invisible characters': (one) => one.replaceAll(/(.{3})(?=.)/gs, '$1\u200b'),
  'unbreakable blanks': (one) => one.replaceAll(/[ _]/g, '\u00a0'),
  'O for zero': inside((one) => one.replaceAll('0', 'O')),
  'l for one': inside((one) => one.replaceAll('1', 'l')),
}
/** Where there are only digits, nothing but separators can drift. */
const OF_WORDS = new Set(['O for zero', 'l for one'])

const SURROUNDINGS: Readonly<Record<string, (one: string) => string>> = {
  alone: (one) => one,
  'in a sentence': (one) => `Please write to ${one}, and then wait.`,
  'at its end': (one) => `That is ${one}.`,
  twice: (one) => `${one} ${one}`,
  'behind a colon': (one) => `E-mail: ${one}\n\nBest`,
  'among prose that begins like one': (one) => `E, em, card, e-mail ${one} emails 41 4 d.`,
  'behind a link': (one) => `See https://good.example/a for ${one}`,
  'in another script': (one) => `\u8bf7\u8054\u7cfb${one}\u3002`,
}

const PIECES: Readonly<Record<string, (text: string) => readonly string[]>> = {
  whole: (text) => [text],
  'letter by letter': (text) => text.split(''),
  'in threes': (text) => text.match(/[\s\S]{1,3}/g) ?? [],
  'in sevens': (text) => text.match(/[\s\S]{1,7}/g) ?? [],
  'as tokens': (text) => text.split(/(?=[ _[\]\\])/),
}

const CONTENT: ChannelKind = { name: 'choices/0/delta/content', role: 'assistant', isJson: false }

function letters(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9@.]/g, '').toUpperCase()
}

it('restores at least 99.5 % of what models make of placeholders, and all that they leave as it is [vault.drift]', () => {
  const session = new SessionView(
    new Session({
      store: createMemoryStore(Date),
      keys: new VaultKeys(randomBytes(32)),
      owner: { uid: 'https://idp.example#ann', session: undefined },
      ttlMs: 3_600_000,
      formats: new Map([
        ['pii.card', 'surrogate'],
        ['pii.iban', 'surrogate'],
      ]),
      now: Date.now,
    }),
  )
  const failures: string[] = []
  let tried = 0
  let exact = 0
  for (const [type, value] of VALUES) {
    const placeholder = session.tokenize(type, value)
    for (const [drift, change] of Object.entries(DRIFTS)) {
      if (OF_WORDS.has(drift) && !placeholder.startsWith('[')) continue
      for (const [where, around] of Object.entries(SURROUNDINGS)) {
        const text = around(change(placeholder))
        for (const [how, cut] of Object.entries(PIECES)) {
          const guard = new Restoring(session, () => permitted()).guard(CONTENT)
          const out = [...cut(text).map((one) => guard.push(one)), guard.end()].join('')
          tried++
          const isExact = out === around(change('\u0000')).replaceAll('\u0000', () => value)
          if (drift === 'none') exact += isExact ? 1 : 0
          // Whatever stands round it: the value, and nothing more of the placeholder.
          const times = where === 'twice' ? 2 : 1
          const back = letters(out).split(letters(value)).length - 1
          const left = letters(placeholder) !== letters(value) && letters(out).includes(letters(placeholder))
          if (back !== times || left)
            failures.push(`${placeholder} ${drift}, ${where}, ${how}: ${JSON.stringify(text)}`)
        }
      }
    }
  }
  const rate = 1 - failures.length / tried
  console.log(`restored ${(rate * 100).toFixed(2)} % of ${tried} drifted placeholders`)
  for (const one of failures.slice(0, 40)) console.log(`not restored: ${one}`)
  expect(tried).toBeGreaterThan(10_000)
  expect(exact).toBe(VALUES.length * Object.keys(SURROUNDINGS).length * Object.keys(PIECES).length)
  expect(rate).toBeGreaterThanOrEqual(0.995)
})
