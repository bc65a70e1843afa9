import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allDetectors } from '../../compose/detectors.js'
import { createGuardFactory } from '../../release/guard.js'
import type { Detector, Finding, FindingType } from '../../spec/index.js'
import { editText, replacementFor } from '../../spec/replacement.js'
import { createTermDetectors } from '../detector-terms/detector.js'
import { withDisguised } from './detector.js'

const terms = createTermDetectors([
  {
    type: 'term.projects',
    words: ['Project Falcon'],
    context: undefined,
    within: 0,
    score: 1,
    ignoreCase: true,
    pattern: undefined,
  },
]).flatMap(withDisguised)
const all: readonly Detector[] = [...allDetectors(), ...terms]

const BODY = 'x7Kq9mZt4Lp2Vw8RbN5cYd3Hf6Gj1Ts0aBcD'
const VALUES: readonly (readonly [FindingType, string])[] = [
  ['secret.anthropic', `${'sk'}-ant-api03-${BODY}${BODY}${BODY.slice(0, 21)}AA`],
  ['secret.github', `${'gh'}p_${BODY}`],
  ['secret.aws', `${'AK'}IAZ7QK4MHTX3LWPB2N`],
  ['secret.private-key', `${'-----BEGIN'} PRIVATE KEY-----\nMIIEvQ${BODY}\n${'-----END'} PRIVATE KEY-----`],
  ['pii.card', '4111 1111 1111 1111'],
  ['pii.iban', 'DE89370400440532013000'],
  ['pii.email', 'alice.jones@example.com'],
  ['pii.national-id', 'SSN: 536-90-4399'],
  ['pii.phone', '+49 30 901820'],
  ['pii.ip', '203.0.113.77'],
  ['term.projects', 'Project Falcon'],
]

const bytes = (text: string): Buffer => Buffer.from(text)
const each = (text: string, show: (character: string) => string): string => [...text].map(show).join('')
const codeOf = (one: string): number => one.charCodeAt(0)

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => bytes(text).toString('base64'),
  'base64 of addresses': (text) => bytes(text).toString('base64url'),
  'base64 behind a path': (text) => `var/${bytes(text).toString('base64')}`,
  'base64 within bytes that are no text': (text) => bytes(`\0\x01\x02 ${text}\0\x7f`).toString('base64'),
  'base64 behind half a character': (text) =>
    Buffer.concat([Buffer.from([0xed, 0xa0, 0x80, 0xe0, 0x80, 0x80, 0xf4, 0x90, 0x80, 0x80]), bytes(text)]).toString(
      'base64',
    ),
  'base64 in lines': (text) =>
    bytes(`${'a line that is as long as those of mail, '.repeat(2)}${text}`)
      .toString('base64')
      .replace(/.{76}/g, '$&\r\n'),
  'base64 of base64': (text) => bytes(bytes(text).toString('base64')).toString('base64'),
  'hexadecimal digits': (text) => bytes(text).toString('hex'),
  'capital hexadecimal digits': (text) => bytes(text).toString('hex').toUpperCase(),
  'base64 of hexadecimal digits': (text) => bytes(bytes(text).toString('hex')).toString('base64'),
  'escapes of addresses': (text) => each(text, (one) => `%${codeOf(one).toString(16).padStart(2, '0')}`),
  'escapes of escapes': (text) => each(text, (one) => `%25${codeOf(one).toString(16).padStart(2, '0')}`),
  'escapes of HTML': (text) => each(text, (one) => `&#${codeOf(one)};`),
  'escapes of JSON': (text) => each(text, (one) => `\\u${codeOf(one).toString(16).padStart(4, '0')}`),
  'characters of no width': (text) => [...text].join('\u200b'),
  'full width': (text) =>
    each(text, (one) => (one === ' ' ? '\u3000' : one < ' ' ? one : String.fromCharCode(codeOf(one) + 0xfee0))),
}

interface Found extends Finding {
  readonly by: string
}

function findingsIn(text: string, type: FindingType): readonly Found[] {
  return all
    .filter(({ types }) => types.includes(type))
    .flatMap((detector) => detector.scan(text, 0, true).findings.map((one) => ({ ...one, by: detector.name })))
    .filter((one) => one.type === type)
}

/** What a text says to somebody who undoes one encoding: at each place where a group may begin. */
function decodings(text: string): readonly string[] {
  const plain = text.replace(/\[redacted:[^\]]*\]/g, ' ').replace(/\u200b|\r?\n/g, '')
  const runs = plain.match(/[\w+/-]+/g) ?? []
  const once = runs.flatMap((run) => [
    ...[0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')),
    ...[0, 1].map((skip) => Buffer.from(run.slice(skip), 'hex').toString('latin1')),
  ])
  return [plain, plain.normalize('NFKC'), ...once]
}

describe('what is encoded, or disguised', () => {
  const cases = Object.entries(ENCODINGS).flatMap(([how, encode]) =>
    VALUES.map(([type, value]) => ({ how, type, value, encoded: encode(value) })),
  )

  it.each(cases)(
    '$type in $how is found, and nothing of it is left [content.disguised]',
    ({ type, value, encoded }) => {
      const text = `Before it ${encoded} and behind it.`
      const found = findingsIn(text, type)
      expect(found.length).toBeGreaterThan(0)
      const acts = new Map([[type, 'redact' as const]])
      const edited = editText(text, found, acts)
      const left = edited.kind === 'edited' ? edited.text : ''
      expect(left).toContain(replacementFor(type, 'redact', ''))
      expect(left.startsWith('Before it ')).toBe(true)
      expect(left.endsWith(' and behind it.')).toBe(true)
      const secret = value.replace('SSN: ', '')
      const both = decodings(left)
      for (const said of [...both, ...both.flatMap(decodings)]) {
        expect(said).not.toContain(secret)
        expect(said).not.toContain(secret.slice(0, 8))
        expect(said).not.toContain(secret.slice(-8))
      }
    },
  )

  it.each([
    ['term.projects', 'Our Рrоjесt Fаlсоn is late.', 'Рrоjесt Fаlсоn'],
    ['secret.github', `It is ${'gh'}р_${BODY}.`, `${'gh'}р_${BODY}`],
    ['pii.email', 'ａlice@example.com', 'ａlice@example.com'],
    ['secret.github', `${'gh'}\u00adp\u2060_${BODY}`, `${'gh'}\u00adp\u2060_${BODY}`],
  ] as const)('%s in letters of other scripts, or with what nobody sees [content.disguised]', (type, text, value) => {
    expect(findingsIn(text, type).map(({ start, end }) => text.slice(start, end))).toContain(value)
  })

  it.each(['\u00a0', '\u2009', '\u202f', '\u3000'])(
    'behind a blank of another kind, %j [content.disguised]',
    (blank) => {
      const value = `${'Tr0ub4dor'}&3xy`
      const text = `My password is ${value}, please.`.replaceAll(' ', blank)
      expect(findingsIn(text, 'secret.password').map(({ start, end }) => text.slice(start, end))).toEqual([value])
    },
  )

  it('what stands there as it is is found once [content.disguised]', () => {
    const text = `Mail alice@example.com at https://a.example/b%20c, and ${bytes('bob.miller@example.com').toString('base64')}.`
    expect(findingsIn(text, 'pii.email').map(({ by, start, end }) => [by, text.slice(start, end)])).toEqual([
      ['email', 'alice@example.com'],
      ['email-disguised', 'Ym9iLm1pbGxlckBleGFtcGxlLmNvbQ'],
    ])
  })

  it('what stands around it in the same encoding stays [content.disguised]', () => {
    const said = 'Dear all, please write to alice.jones@example.com before Friday.'
    const text = bytes(said).toString('base64')
    const [one] = findingsIn(text, 'pii.email')
    expect(Buffer.from(text.slice(0, one?.start), 'base64').toString()).toBe('Dear all, please write to')
    expect(decodings(text.slice(one?.end)).some((behind) => behind.includes('efore Friday.'))).toBe(true)
  })
})

describe('nothing is found', () => {
  const random = (length: number): Buffer =>
    Buffer.from(Array.from({ length }, (_, index) => (Math.imul(index + 7, 0x9e3779b1) >>> 13) & 0xff))
  it.each([
    ['a picture', `token: ${random(600).toString('base64')}`],
    ['a digest that a name says is a token', `the commit token is ${random(32).toString('hex')}`],
    ['ids', '3f2504e0-4f89-41d3-9a0c-0305e82c3301 3f2504e04f8941d39a0c0305e82c3301'],
    ['names in code', 'createPatternDetectorFromConfiguration(application/vnd.api+json, someVeryLongIdentifierName)'],
    ['prose in base64', bytes('The house has one gate, and at the gate stands an ostiary.').toString('base64')],
    ['an address with blanks', 'https://example.org/a%20folder/100%25%20of%20it?q=caf%C3%A9'],
    ['Russian, Greek, Norwegian', 'Расскажи мне о гавани. Πες μου για το λιμάνι. Fortell meg om Tromsø.'],
    ['emoji', 'Fine 👩‍👩‍👧 ❤️ thanks 1️⃣'],
  ])('in %s [content.disguised]', (_, text) => {
    const disguised = all.filter(({ name }) => name.endsWith('-disguised'))
    expect(disguised.flatMap((one) => one.scan(text, 0, true).findings)).toEqual([])
  })
})

const encoders = Object.values(ENCODINGS)
const piece = fc.oneof(
  fc
    .tuple(fc.constantFrom(...VALUES.map(([, value]) => value)), fc.constantFrom(...encoders))
    .map(([value, encode]) => encode(value)),
  fc.constantFrom(
    ...[
      'The house has one gate. ',
      'password: ',
      'card ',
      'Привет ',
      'сосо ',
      '%',
      '%4',
      '&#',
      '\\u00',
      '100% ',
      '==',
      '\n',
    ],
    ...[
      '\u00a0',
      '\u3000',
      `my password is\u00a0${'Tr0ub4dor'}&3xy, `,
      '\u200b',
      '\u200b'.repeat(60),
      '😀',
      '\ud83d',
      '\u{e0041}',
      '４１',
      'Ab3',
      '/',
      'QUJDREVGR0hJSktM',
      'Рrоjесt ',
    ],
  ),
)
const texts = fc
  .array(fc.tuple(piece, fc.constantFrom('', '', ' ', ', ')), { maxLength: 8 })
  .map((some) => some.flat().join(''))

describe('streams', () => {
  const disguised = all.filter(({ name }) => name.endsWith('-disguised'))
  const types = [...new Set(disguised.flatMap((one) => one.types))]

  it('however a text is cut, the same is found, and leaves [content.disguised-streams]', { timeout: 60_000 }, () => {
    const acts = new Map(types.map((type) => [type, 'redact' as const]))
    const counts = new Map<FindingType, number>()
    const guards = createGuardFactory({
      detectors: all.map((detector) => ({ detector, whenIll: 'closed' })),
      acts,
      onFinding: (type) => counts.set(type, (counts.get(type) ?? 0) + 1),
      onIll: ({ detector }) => expect.fail(detector),
    })
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (text, lengths) => {
          const findings = all.flatMap((one) => one.scan(text, 0, true).findings)
          const whole = editText(text, findings, acts)
          const guard = guards({ role: 'assistant', name: 'content', isJson: false })
          counts.clear()
          let out = ''
          for (let at = 0, i = 0; at < text.length; i++) {
            const length = lengths[i % lengths.length] ?? 1
            out += guard.push(text.slice(at, at + length))
            at += length
          }
          expect(out + guard.end()).toBe(whole.kind === 'edited' ? whole.text : '')
          expect(counts).toEqual(whole.counts)
        },
      ),
      { numRuns: 60, seed: 11 },
    )
  })

  const written = (said: string): string => [...bytes(said)].map((byte) => `%${byte.toString(16)}`).join('')
  it.each([
    ...['git@github.com:a/b', 'a word, git@github.com:a/b'].map((said) => `x ${bytes(said).toString('base64url')}/x`),
    `x ${written('git@github.com:a/b')}'${'and_so_on'.repeat(4)} x`,
  ])('what is no address is none wherever its encoding is cut: %j [content.disguised-streams]', (text) => {
    const [, email] = withDisguised(all.find(({ name }) => name === 'email') as Detector)
    for (let first = 1; first < text.length; first++) {
      for (let second = first; second < text.length; second++) {
        const { hold } = email.scan(text.slice(0, first), 0, false)
        const { findings, hold: from } = email.scan(text.slice(0, second), hold, false)
        expect([...findings, ...email.scan(text, from, true).findings], `${first}, ${second}`).toEqual([])
      }
    }
  })

  it('an address right behind a full stop is found wherever it is cut [content.disguised-streams]', () => {
    const text = 'Dr. Maria Schneider.２０３．０．１１３．７/'
    const [, network] = withDisguised(all.find(({ name }) => name === 'network') as Detector)
    const whole = network.scan(text, 0, true).findings
    expect(whole).toMatchObject([{ type: 'pii.ip', start: 20, end: 31 }])
    for (let first = 1; first < text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const one = network.scan(text.slice(0, first), 0, false)
        const two = network.scan(text.slice(0, second), one.hold, false)
        const three = network.scan(text, two.hold, true)
        expect([...one.findings, ...two.findings, ...three.findings], `${first}, ${second}`).toEqual(whole)
      }
    }
  })

  it('of cards that touch none is found amid two, with an escape behind them [content.disguised-streams]', () => {
    const text = '5555-5555-5555-4444-5555-5555-5555-4444\\u0040'
    const [, card] = withDisguised(all.find(({ name }) => name === 'card') as Detector)
    const found: Finding[] = []
    let from = 0
    for (let length = 1; length <= text.length; length++) {
      const { findings, hold } = card.scan(text.slice(0, length), from, length === text.length)
      found.push(...findings)
      from = hold
    }
    for (const { start, end } of found)
      expect([text.slice(0, 19), text.slice(20, 39)]).toContain(text.slice(start, end))
  })

  it.each(['%', '%25', '%2525', '\u200b'])(
    'a private key behind a mark in disguise (%j) is followed to its end, however long it is [content.disguised-streams]',
    (sign) => {
      const hidden = (text: string): string =>
        sign === '\u200b'
          ? [...text].join(sign)
          : each(text, (one) => `${sign}${codeOf(one).toString(16).padStart(2, '0')}`)
      const begin = hidden(`${'-----BEGIN'} RSA PRIVATE KEY-----`)
      const text = `${begin}\n${`${BODY}\n`.repeat(250)}${hidden(`${'-----END'} RSA PRIVATE KEY-----`)} Behind it.`
      const guard = createGuardFactory({
        detectors: all.map((detector) => ({ detector, whenIll: 'closed' })),
        acts: new Map([['secret.private-key', 'redact']]),
        onFinding() {},
        onIll: ({ detector }) => expect.fail(detector),
      })({ role: 'assistant', name: 'content', isJson: false })
      let out = ''
      for (let at = 0; at < text.length; at += 23) out += guard.push(text.slice(at, at + 23))
      expect(out + guard.end()).toBe('[redacted:secret.private-key] Behind it.')
    },
  )

  it.each([60, 64, 76])(
    'a line of %d that is cut between the two characters of its end goes on [content.disguised-streams]',
    (length) => {
      const [, secrets] = withDisguised(all.find(({ name }) => name === 'secrets') as Detector)
      const said = bytes(`${' '.repeat((3 * length) / 4 - 30)}${'gh'}p_${BODY}`)
        .toString('base64')
        .replace(new RegExp(`.{${length}}`, 'g'), '$&\r\n')
      const cut = said.indexOf('\r') + 1
      const first = secrets.scan(said.slice(0, cut), 0, false)
      const second = secrets.scan(said, first.hold, true)
      expect([...first.findings, ...second.findings]).toEqual(secrets.scan(said, 0, true).findings)
      expect(second.findings).toHaveLength(1)
    },
  )

  it('holds no more of an encoding that goes on than its detector holds of a text [content.disguised-streams]', () => {
    const [, email] = withDisguised(all.find(({ name }) => name === 'email') as Detector)
    const said = bytes('The house has one gate, and who asks there is told to wait. '.repeat(400)).toString('base64')
    let from = 0
    for (let length = 1; length < said.length; length += 7) {
      const { hold } = email.scan(said.slice(0, length), from, false)
      // A name of 64 characters takes 86 of them.
      expect(length - hold).toBeLessThan(128)
      from = hold
    }
  })
})

describe('hostile texts', () => {
  it.each([
    'QUJD',
    'UFBQ',
    '\u200b',
    'a\u200b',
    '%41',
    '%2541',
    '%25',
    '&#',
    '\\u0041',
    '41',
    'а',
    'aа',
    '\ud83d',
    '\u{e0041}',
    'A',
    bytes(bytes('The gate is shut. '.repeat(200)).toString('base64')).toString('base64'),
  ])('of a long text of %j no more is looked at than some texts of that length [content.disguised-bounded]', (unit) => {
    let seen = 0
    const counting: Detector = {
      name: 'counting',
      types: ['pii.email'],
      scan(text, _, ended) {
        seen += text.length
        return { findings: [], hold: ended ? text.length : 0 }
      },
    }
    const text = unit.repeat(Math.ceil(200_000 / unit.length))
    const [, disguised] = withDisguised(counting)
    disguised.scan(text, 0, true)
    expect(seen).toBeLessThanOrEqual(10 * text.length)
  })
})
