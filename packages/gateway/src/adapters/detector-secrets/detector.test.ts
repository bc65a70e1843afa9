import { describe, expect, it } from 'vitest'
import { CLEAN, NAMED, PASSWORD_CONTEXTS } from '../../../test/secrets/corpus.js'
import { SAMPLES, sampleOf } from '../../../test/secrets/samples.js'
import { createPatternDetector } from '../../patterns/detector.js'
import { SECRET_TYPES } from '../../spec/secret-types.js'
import { secretRules } from './detector.js'

const RULES = secretRules()
const DETECTOR = createPatternDetector({ name: 'secrets', rules: RULES })
const TYPE_OF = new Map(RULES.map(({ name, type }) => [name, type]))

/** The same at each run, and nobody's. */
function drawing(): (of: number) => number {
  let state = 20_261_130
  return (of) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % of
  }
}

function found(text: string): readonly (readonly [type: string, text: string])[] {
  return DETECTOR.scan(text, 0, true).findings.map(({ type, start, end }) => [type, text.slice(start, end)])
}

/** Rules that no vendor's format stands behind have contexts instead of a sample. */
const BY_CONTEXT = ['secret.connection-string', 'secret.generic', 'secret.jwt', 'secret.password']

describe('formats [secrets.formats]', () => {
  it('there are more than a hundred and twenty, each with a sample', () => {
    const formats = RULES.filter(({ name, type }) => !BY_CONTEXT.includes(type) && !name.endsWith('-encoded'))
    const without = formats.filter(({ name }) => !SAMPLES.has(name) && name !== 'recovery-phrase')
    expect(without.map(({ name }) => name)).toEqual([])
    expect([...SAMPLES.keys()].filter((name) => !TYPE_OF.has(name))).toEqual([])
    expect(SAMPLES.size).toBeGreaterThan(120)
  })

  it('every type is some rule’s, but for what the detector of private keys finds', () => {
    expect([...new Set(TYPE_OF.values())].sort()).toEqual([...SECRET_TYPES].sort())
  })

  it.each([...SAMPLES])('%s', (name, template) => {
    const { text, start, end } = sampleOf(template, drawing())
    expect(found(text)).toContainEqual([TYPE_OF.get(name), text.slice(start, end)])
    // In a sentence, in JSON, and behind an encoded line break.
    for (const around of [`Look: ${text}, and more.`, `{"a":"${text.replaceAll('"', '\\"')}"}`, `a\\n${text}`]) {
      expect(found(around).map(([type]) => type)).toContain(TYPE_OF.get(name))
    }
  })

  it.each([...SAMPLES])('%s: no sample of a manual', (name, template) => {
    const masked = template.replace(/\{\w(\d+)\}/g, (_, length: string) => 'x'.repeat(Number(length)))
    expect(found(sampleOf(masked, drawing()).text)).toEqual([])
    const cut = template.replace(
      /\{(\w)(\d+)\}/g,
      (_, alphabet: string, length: string) => `{${alphabet}${Math.min(1, Number(length))}}`,
    )
    expect(found(sampleOf(cut, drawing()).text).map(([type]) => type)).not.toContain(TYPE_OF.get(name))
  })
})

const TOKENS = [
  '{h32}',
  '{h40}',
  '{h64}',
  '{a32}',
  '{a20}',
  '{u43}',
  '{l24}',
  '{U32}',
  'acme_{a24}',
  '{h8}-{h4}-4{h3}-a{h3}-{h12}',
]
const PASSWORDS = [
  'Amber!{d2}birch',
  '{a7}?{a6}',
  'island-Jasmine-{d4}',
  'Winter#{d4}',
  'kitten{d4}',
  'M0nkey$Business',
]

/** Every value at every place. */
function placed(
  contexts: readonly string[],
  values: readonly string[],
): readonly (readonly [context: string, value: string])[] {
  const draw = drawing()
  return contexts.flatMap((context) =>
    values.map((value): readonly [string, string] => [context, sampleOf(`<${value}>`, draw).text]),
  )
}

describe('what a name says is a secret [secrets.contexts]', () => {
  it.each([
    ['keys and tokens', NAMED, TOKENS],
    ['passwords', PASSWORD_CONTEXTS, PASSWORDS],
  ])('%s: the value, and nothing around it', (_, contexts, values) => {
    const missed = placed(contexts, values).filter(([context, value]) => {
      const text = context.replace('{s}', () => value)
      const start = context.indexOf('{s}')
      return !DETECTOR.scan(text, 0, true).findings.some(
        (one) => one.start === start && one.end === start + value.length,
      )
    })
    expect(missed).toEqual([])
  })

  it.each([
    ['pass {s} at the door', 'kitten{d4}'],
    ['Pass {s}, unless it was changed', 'Winter_{d4}'],
    ['[the password is {s}](https://example.com/a)', 'island-Jasmine-{d4}'],
    ['getpass({s})', 'Amber!{d2}birch'],
    ['the password for the server is {s}', 'Ab](c{d2}!xZq'],
    ['our password for the wifi is {s}', 'hunter{d2}x](Zq{d2}!rest'],
    ['the passphrase of the vault is {s}', 'kitten={d2}'],
    ['token: {s}', '//ab.cd/{a32}'],
    ['password={s}', '//ab.cd/x7Kq9mZt{d4}'],
    ['token ({s})', '{a32}'],
    ['the secret: {s} (v1.2.3)', '{a32}'],
  ])('kept: %s', (context, template) => {
    const value = sampleOf(`<${template}>`, drawing()).text
    expect(found(context.replace('{s}', () => value)).map(([, text]) => text)).toContainEqual(value)
  })

  it.each(CLEAN.map((text) => [text]))('nothing in %j', (text) => expect(found(text)).toEqual([]))
})

const dotted = (...parts: readonly string[]): string =>
  parts.map((part) => Buffer.from(part).toString('base64url')).join('.')

describe('JSON Web Tokens', () => {
  const claims = '{"sub":"1234","scope":"read"}'

  it('their header is JSON and names an algorithm', () => {
    const token = `${dotted('{"alg":"HS256","typ":"JWT"}', claims)}.${'aB3dE'.repeat(8)}`
    expect(found(`see ${token}.`)).toEqual([['secret.jwt', token]])
    expect(found(`Authorization: Bearer ${token}`)).toEqual([['secret.jwt', token]])
  })

  it.each([
    dotted('{"typ":"JWT"}', claims, 'signature of some length'),
    `${dotted('{"alg":"HS256","typ":"JWT"}').slice(0, -3)}.${dotted(claims, 'signature')}`,
    `${dotted('{"alg":"HS256","typ":"JWT"}')}, and no more`,
  ])('none: %j', (text) => expect(found(text).map(([type]) => type)).not.toContain('secret.jwt'))
})

describe('passwords in addresses', () => {
  it.each([
    ['postgres://app:swordfish@db.internal/crm', 'swordfish'],
    ['mongodb://a:b%40c-d@h1:27017,h2:27017/x', 'b%40c-d'],
    ['"url":"redis:\\/\\/:hunter22@cache:6379"', 'hunter22'],
    ['https://bot:p@ssW0rd@git.acme.example/x.git', 'p@ssW0rd'],
  ])('%j', (text, password) => expect(found(text)).toContainEqual(['secret.connection-string', password]))

  it.each([
    'http://localhost:8080/a@b',
    'https://user:password@example.com',
    'postgres://app:$DB_PASSWORD@db/crm',
    'see https://example.com:443, or write to me@example.com',
  ])('none: %j', (text) => expect(found(text)).toEqual([]))
})

it('recovery phrases of wallets', () => {
  const phrase = 'orbit lamp cactus window drift maple silver anchor puzzle horn velvet tunnel'
  expect(found(`my seed phrase is: ${phrase}`)).toEqual([['secret.password', phrase]])
  expect(found('my seed phrase is: the words that you have written down and that nobody else would ever know')).toEqual(
    [],
  )
})

it('what stands behind a match changes nothing: a cut stream finds the same', () => {
  for (const [, template] of SAMPLES) {
    const { text } = sampleOf(template, drawing())
    const whole = DETECTOR.scan(text, 0, true)
    const first = DETECTOR.scan(text, 0, false)
    const rest = DETECTOR.scan(text, first.hold, true)
    expect([...first.findings, ...rest.findings]).toEqual(whole.findings)
  }
})
