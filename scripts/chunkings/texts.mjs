import fc from 'fast-check'

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

/** Text of which is known what must become of it, without any detector. */
const planned = fc
  .array(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...PROSE).map((text) => ({ text })) },
      { weight: 20, arbitrary: fc.constantFrom(...PROTECTED).map(([type, text, masked]) => ({ type, text, masked })) },
      { weight: 5, arbitrary: long.map((text) => ({ text })) },
      { weight: 1, arbitrary: longKey },
    ),
    { maxLength: 7 },
  )
  .map((plan) => ({ plan, text: plan.map(({ text }) => text).join(' ') }))

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
const soup = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...PROTECTED.map(([, text]) => text)) },
        { weight: 6, arbitrary: fc.constantFrom(...NEAR) },
        { weight: 6, arbitrary: fc.constantFrom(...PROSE) },
        { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }) },
        { weight: 1, arbitrary: long },
      ),
      fc.constantFrom(...GLUE),
    ),
    { maxLength: 7 },
  )
  .map((all) => ({
    plan: undefined,
    text: all
      .map(([one, glue]) => one + glue)
      .join('')
      .toWellFormed(),
  }))

/** Where text may stand in a choice of a stream. */
const PLACES = ['content', 'refusal', 'reasoning_content', 'reasoning', 'thoughts', 'arguments/0', 'arguments/1']

const channels = fc.uniqueArray(
  fc.record({
    choice: fc.nat(1),
    place: fc.oneof({ weight: 2, arbitrary: fc.constant('content') }, fc.constantFrom(...PLACES)),
    said: fc.oneof(planned, soup),
  }),
  { minLength: 1, maxLength: 4, selector: ({ choice, place }) => `${choice}/${place}` },
)

const TYPES = [...new Set(PROTECTED.map(([type]) => type))]
const acts = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('redact', 'mask').map((act) => new Map(TYPES.map((type) => [type, act]))) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        ...TYPES.map((type) =>
          fc.constantFrom('redact', 'redact', 'mask', 'flag', 'block', undefined).map((act) => [type, act]),
        ),
      )
      .map((all) => new Map(all.filter(([, act]) => act !== undefined))),
  },
  { weight: 1, arbitrary: fc.constant(new Map()) },
)

/** A transcript before it is framed: who says what, what must be done, and a seed for everything else. */
export const transcripts = fc.record({ channels, acts, seed: fc.nat(2 ** 31 - 1) })
