import fc from 'fast-check'
import { randomOf, shortText } from '../detectors/inputs.mjs'
import { CONFIDENTIAL, DETECTORS, MARKED } from './detectors.mjs'
import { nameOf } from './turns.mjs'

// Put together here: scanners stop at strings of these shapes.
const BEGIN = `${'-'.repeat(5)}BEGIN ${'PRIVATE'} KEY${'-'.repeat(5)}`
const END = `${'-'.repeat(5)}END ${'PRIVATE'} KEY${'-'.repeat(5)}`
const AWS = `${'AK'}${'IA'}QRSTUVWXYZ234567`
const AWS_SECRET = 'aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5dE7f'
const GITHUB = `${'gh'}${'p_'}${'aB3d'.repeat(9)}`
const OPENAI = `${'s'}${'k-'}${'aB3dE5gH7j'.repeat(5)}`

/** Type, the protected string, and what a mask makes of it: written down, not computed by what is under test. */
const PROTECTED = [
  ['pii.email', 'ann@example.com', 'a***@example.com'],
  ['pii.email', 'jürgen@müller.example', 'j***@müller.example'],
  ['pii.card', '4111 1111 1111 1111', '**** **** **** 1111'],
  ['pii.card', '5555-5555-5555-4444', '****-****-****-4444'],
  ['pii.iban', 'DE89 3704 0044 0532 0130 00', '**** **** **** **** **30 00'],
  ['pii.iban', 'GB29NWBK60161331926819', '******************6819'],
  ['secret.aws', AWS, `${AWS.slice(0, 4)}****`],
  ['secret.github', GITHUB, `${GITHUB.slice(0, 4)}****`],
  ['secret.openai', OPENAI, `${OPENAI.slice(0, 4)}****`],
  ['secret.private-key', `${BEGIN} MIIEvQ aB3+ ${END}`, '----****'],
]
const PROSE = [
  'Hello',
  'the',
  'order,',
  'of',
  'Größe',
  '日本',
  '😀',
  '👩‍💻',
  'so;',
  '"quoted"',
  '\\',
  '{}',
  'a/b',
  '\u2028',
  'é',
]

/** So much that a guard has dropped the beginning of the text before the next finding comes. */
const long = fc.integer({ min: 30, max: 90 }).map((times) => 'so it goes on, '.repeat(times).trimEnd())
/** So much that a guard must say something before it has seen the end. */
const longKey = fc
  .integer({ min: 700, max: 1200 })
  .map((times) => ({ type: 'secret.private-key', text: `${BEGIN}${' aB3+'.repeat(times)} ${END}`, masked: '----****' }))

/**
 * Values that the session of a transcript holds before it begins: the model says their placeholders. Of each type one, for what of
 * a session may be read is decided once, about the types that it then holds.
 */
export const HELD = [
  ['pii.email', 'ann@example.com'],
  ['pii.email', 'Bob.Smith@example.org'],
  ['pii.card', '4111 1111 1111 1111'],
  ['pii.iban', 'GB29NWBK60161331926819'],
  ['secret.github', GITHUB],
  ['secret.aws', AWS],
  ['secret.openai', OPENAI],
  ['secret.private-key', `${BEGIN} MIIEvQ aB3+ ${END}`],
]

/** Text of which is known what must become of it, without any detector. */
const planned = (withHeld) =>
  fc
    .array(
      fc.oneof(
        { weight: 60, arbitrary: fc.constantFrom(...PROSE).map((text) => ({ text })) },
        {
          weight: 20,
          arbitrary: fc.constantFrom(...PROTECTED).map(([type, text, masked]) => ({ type, text, masked })),
        },
        { weight: withHeld ? 20 : 0, arbitrary: fc.nat(HELD.length - 1).map((held) => ({ held })) },
        { weight: 5, arbitrary: long.map((text) => ({ text })) },
        { weight: 1, arbitrary: longKey },
      ),
      { maxLength: 7 },
    )
    .map((plan) => ({ plan }))

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
  '0.4111111111111111',
  '9999999999999999999999 4111 1111 1111 1111',
  'DE',
  'de8',
  'DE89 3704 0044 0532 0130 01',
  'GB29 NWBK',
  `${AWS}x`,
  'AKI',
  'secret_access_key=',
  AWS_SECRET,
  `aws_secret_access_key = ${AWS_SECRET}`,
  `"SecretAccessKey":"${AWS_SECRET}"`,
  `${'gh'}p_short`,
  'github_pat_',
  'sk-',
  'task-list',
  BEGIN,
  BEGIN.slice(0, 20),
  END,
  '-----',
  '----',
  'x'.repeat(70),
  `${'x'.repeat(60)}@a.de`,
  '2024',
  '7',
  '\u0000',
  '\n',
  '\t',
  '[redacted:pii.email]',
]
const GLUE = [
  '',
  ' ',
  ' ',
  '\n',
  '-',
  '.',
  ',',
  '@',
  '/',
  '=',
  '%3D',
  '"',
  "'",
  ':',
  '  ',
  '\u00a0',
  '\\',
  '\\n',
  '\\u0040',
]

/** Text in which protected strings, and what nearly is one, run into one another: only the batch result says what is right. */
const soup = (withHeld) =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom(...PROTECTED.map(([, text]) => text)) },
          { weight: 6, arbitrary: fc.constantFrom(...NEAR) },
          { weight: 6, arbitrary: fc.constantFrom(...PROSE) },
          { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }) },
          { weight: withHeld ? 6 : 0, arbitrary: fc.nat(HELD.length - 1).map((held) => ({ held })) },
          { weight: withHeld ? 2 : 0, arbitrary: fc.constantFrom(...AROUND) },
          { weight: 1, arbitrary: long },
        ),
        fc.constantFrom(...GLUE),
      ),
      { maxLength: 7 },
    )
    .map((mix) => ({ mix }))

/** What decides whether a value may be put back behind or before it. */
const AROUND = [
  'https://a.example/?q=',
  '](',
  '![x](',
  ')',
  '.evil.example',
  'mailto:',
  '<img src="',
  '[',
  ']',
  '[EMAIL_AAAABBBB]',
]

/** What a detector beyond those of `PROTECTED` finds, or waits for. */
const OTHERS = [
  ...['Dr. Maria Schneider', 'my name is jane roe', 'Mr', 'From: Anna Kowalska', 'John', "Siobhán O'Connor"],
  ...['Hauptstraße 12, 10115 Berlin', '221B Baker Street, London NW1 6XE', 'Springfield, IL 62704'],
  ...[
    '+49 30 901820',
    '(555) 010-0199',
    'born 1984-02-29',
    'passport no. C01X00T47',
    '203.0.113.7',
    '2001:db8::7',
    'a0:b1:c2:d3:e4:f5',
  ],
  ...[
    'password: correct-horse-9',
    'my password is correct-horse-9',
    'password=password=',
    'pwd=',
    `postgres://app:${'s3cr'}${'3t9'}@db.internal/app`,
    'Authorization: Bearer ',
    'api_key = "',
  ],
  ...['Blackthorn', 'black', 'Blue  Heron Two', 'KD-123456', 'KD-12345678901'],
  ...[CONFIDENTIAL, CONFIDENTIAL.slice(20, 80), [...CONFIDENTIAL].reverse().join(''), MARKED, MARKED.slice(50, 90)],
]

const hexOf = (one) => one.charCodeAt(0).toString(16).padStart(2, '0')
/** Ways to write a text that detectors read through. */
const DISGUISES = [
  (text) => text.replaceAll(' ', '\u00a0'),
  (text) => [...text].join('\u200b'),
  (text) => text.replace(/[\x21-\x7e]/g, (one) => `%${hexOf(one)}`),
  (text) => text.replace(/[\x21-\x7e]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  (text) => text.replace(/[-@. ]/g, (one) => `\\u00${hexOf(one)}`),
  (text) => text.replace(/[-@=: ]/g, (one) => `%25${hexOf(one)}`),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('hex'),
  (text) => Buffer.concat([Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(text)]).toString('base64url'),
]
const inDisguise = fc
  .tuple(fc.constantFrom(...OTHERS, ...NEAR, ...PROTECTED.map(([, text]) => text)), fc.constantFrom(...DISGUISES))
  .map(([text, write]) => write(text))

/** As `soup`, of what any detector finds, and of what nobody would write. */
const everything = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...OTHERS) },
        { weight: 3, arbitrary: fc.constantFrom(...PROTECTED.map(([, text]) => text)) },
        { weight: 3, arbitrary: fc.constantFrom(...NEAR) },
        { weight: 3, arbitrary: fc.constantFrom(...PROSE) },
        { weight: 3, arbitrary: inDisguise },
        { weight: 3, arbitrary: fc.nat(2 ** 31 - 1).map((seed) => shortText(randomOf(seed))) },
        { weight: 1, arbitrary: long },
      ),
      fc.constantFrom(...GLUE),
    ),
    { maxLength: 7 },
  )
  .map((mix) => ({ mix }))

const channelsOf = ({ choices, kinds, slotOf = nameOf }, saying) => {
  const places = Object.keys(kinds)
  return fc.uniqueArray(
    fc.record({
      choice: fc.nat(choices - 1),
      place: fc.oneof({ weight: 2, arbitrary: fc.constant(places[0]) }, fc.constantFrom(...places)),
      said: saying,
    }),
    { minLength: 1, maxLength: 4, selector: slotOf },
  )
}

const TYPES = [...new Set(PROTECTED.map(([type]) => type))]
const ALL_TYPES = [...new Set(DETECTORS.flatMap(({ types }) => types))]
const actsOf = (types, withVault) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .constantFrom('redact', 'mask', ...(withVault ? ['tokenize', 'tokenize'] : []))
        .map((act) => new Map(types.map((type) => [type, act]))),
    },
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          ...types.map((type) =>
            fc
              .constantFrom('redact', 'redact', 'mask', 'flag', 'block', undefined, ...(withVault ? VAULT_ACTS : []))
              .map((act) => [type, act]),
          ),
        )
        .map((all) => new Map(all.filter(([, act]) => act !== undefined))),
    },
    { weight: 1, arbitrary: fc.constant(new Map()) },
  )
const VAULT_ACTS = ['tokenize', 'tokenize', 'tokenize', undefined]

/**
 * A transcript before it is framed: who says what, what must be done, and a seed for everything else. In every second one a session
 * holds values: what is found may be tokenized, and placeholders are put back where `places` lets them.
 */
const ofSome = (dialect) =>
  fc.boolean().chain((withVault) =>
    fc.record({
      channels: channelsOf(dialect, fc.oneof(planned(withVault), soup(withVault))),
      acts: actsOf(TYPES, withVault),
      places: withVault ? fc.subarray(['url', 'tool-arguments']) : fc.constant(undefined),
      seed: fc.nat(2 ** 31 - 1),
    }),
  )

/** One in which whatever any detector finds is acted upon. */
const ofAll = (dialect) =>
  fc.record({
    channels: channelsOf(dialect, everything),
    acts: actsOf(ALL_TYPES, false),
    places: fc.constant(undefined),
    seed: fc.nat(2 ** 31 - 1),
  })

/** By the types that are acted upon: some, of which is known what must come out; all; or in turn. */
export const TRANSCRIPTS = new Map([
  ['some', ofSome],
  ['all', ofAll],
  ['both', (dialect) => fc.oneof(ofSome(dialect), ofAll(dialect))],
])

/** Its text, where placeholders of the session stand for what it holds. */
export function worded(said, placeholders) {
  if (said.plan === undefined) {
    const pieces = said.mix.map(([one, glue]) => (typeof one === 'string' ? one : placeholders[one.held]) + glue)
    return { plan: undefined, text: pieces.join('').toWellFormed() }
  }
  // Words on both sides: digits that run into those of a surrogate may be a number again.
  const plan = said.plan.map((one) => {
    if (one.held === undefined) return one
    const [valueType, value] = HELD[one.held]
    return { text: `so ${placeholders[one.held]} it`, value: `so ${value} it`, valueType }
  })
  return { plan, text: plan.map(({ text }) => text).join(' ') }
}
