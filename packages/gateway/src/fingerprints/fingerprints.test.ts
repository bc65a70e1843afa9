import { randomBytes } from 'node:crypto'
import { createMemoryPlace, createMemoryStore, type MemoryPlace } from '@ostiary/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { labelsKnownIn, type ReleasedRow, rowsOf, type Store } from '../spec/index.js'
import { type FingerprintRules, type OpenFingerprints, openFingerprints } from './fingerprints.js'
import { RUN_MIN } from './winnow.js'

const TTL_MS = 3_600_000
const secret = randomBytes(32)
const IBAN = 'DE89370400440532013000'
const PHONE = '+4930123456'
const EMAIL = 'ann.lee@example.com'
const NOTE =
  'The patient reports a recurring headache on the left side since the accident in March, and asks that her employer be told nothing about it.'
const ANN = ['100234', 'Zoë', 'Müller', '1985-03-12', 'Berlin', '54321.00', 'active']

let nowMs: number
let place: MemoryPlace
let away: boolean
let puts: number
const opened: OpenFingerprints[] = []

beforeEach(() => {
  nowMs = 1_700_000_000_000
  place = createMemoryPlace()
  away = false
  puts = 0
})
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

const clock = { now: () => nowMs }

function storeAt(): Store {
  const store = createMemoryStore(clock, place)
  return {
    ...store,
    put(...args) {
      puts += 1
      return away ? Promise.reject(new Error('away')) : store.put(...args)
    },
  }
}

async function open(rules: Partial<FingerprintRules> = {}): Promise<OpenFingerprints> {
  const made = await openFingerprints({
    ...{ store: storeAt(), clock, secret, onIll: () => undefined },
    rules: { ttlMs: TTL_MS, max: 1_000_000, ...rules },
  })
  opened.push(made)
  return made
}

const row = (values: readonly string[], ...labels: readonly string[]): ReleasedRow => ({
  values,
  labels: labels.length === 0 ? ['restricted'] : labels,
})
const isKnown = (known: OpenFingerprints, text: string): boolean => labelsKnownIn(known, [text]).length > 0

/** The labels that a text brings where it comes in pieces that end there. */
function inPieces(known: OpenFingerprints, text: string, ends: readonly number[]): readonly string[] {
  const labels = new Set<string>()
  const watch = known.watch((found) => {
    for (const one of found) labels.add(one)
  })
  let from = 0
  for (const end of ends) {
    watch.push(text.slice(from, end))
    from = end
  }
  watch.end()
  return [...labels].sort()
}

describe('a value', () => {
  it.each([
    ['as it was', IBAN, `to ${IBAN}.`],
    ['in groups', IBAN, 'pay DE89 3704 0044 0532 0130 00 now'],
    ['in small letters, with hyphens', IBAN, 'de89-3704-0044-0532-0130-00'],
    ['with brackets and another grouping', PHONE, 'call +49 (30) 123-456'],
    ['as it is dialled', PHONE, 'call 0049 30 123456'],
    ['as it is written, where it was dialled', `00${PHONE.slice(1)}`, 'call +49 30 123456'],
    ['in full-width digits', PHONE, '（＋４９）３０　１２３４５６'],
    ['in digits of another script', PHONE, '\u0664\u0669\u0663\u0660\u0661\u0662\u0663\u0664\u0665\u0666'],
    ['in capital letters', EMAIL, 'ANN.LEE@EXAMPLE.COM'],
    ['as an address of a link', EMAIL, '<a href="mailto:ann.lee@example.com">'],
    ['with hidden characters within', EMAIL, 'ann\u200b.lee@exa\u00admple.com'],
    ['escaped in Markdown', EMAIL, 'ann\\.lee\\@example\\.com'],
    ['in JSON in a text', EMAIL, '{"a":"one\\nann.lee@example.com\\n"}'],
    ['in JSON in JSON', EMAIL, '{"a":"{\\"b\\":\\"x\\\\nann.lee@example.com\\"}"}'],
    ['with escapes of Unicode', 'Jürgen-4711-Späth-0815', 'J\\u00fcrgen-4711-Sp\\u00e4th-0815'],
    ['without its marks', 'Jürgen-4711-Späth-0815', 'jurgen 4711 spath 0815'],
    ['with marks apart', 'Jürgen-4711-Späth-0815', 'Jürgen-4711-Späth-0815'.normalize('NFD')],
    ['in a text without blanks', PHONE, '\u7535\u8bdd4930123456\u8c22\u8c22'],
  ])('is known again %s [fingerprints.reformatted]', async (_, value, text) => {
    const known = await open()
    await known.remember([row([value])])
    expect(labelsKnownIn(known, [text])).toEqual(['restricted'])
  })

  it.each([
    ['with another digit', IBAN, 'DE89370400440532013001'],
    ['as a part of a longer one', PHONE, '49301234567'],
    ['behind a letter', PHONE, 'x4930123456'],
    ['of another name', EMAIL, 'joann.lee@example.com'],
  ])('is not known %s', async (_, value, text) => {
    const known = await open()
    await known.remember([row([value])])
    expect(known.isEmpty).toBe(false)
    expect(isKnown(known, text)).toBe(false)
  })

  it.each([
    'yes',
    '42',
    'Smith',
    '2024-01-01',
    '2024-01-01T10:00:00.000Z',
    '20240101',
    '1234567890',
    '0000000000000',
    'Anna Schmidt',
    'Senior Software Engineer',
    'Acute upper respiratory infection',
    'support@example.com',
    'Elm Street 12',
    '54321.00',
    '',
    '-----------------------------------------------------------',
  ])('is not remembered where it says nothing by itself: %s [fingerprints.no-guessing]', async (value) => {
    const known = await open()
    expect(known.remember([row([value]), row([value]), row([value])])).toBeUndefined()
    expect({ isEmpty: known.isEmpty, known: isKnown(known, value) }).toEqual({ isEmpty: true, known: false })
  })

  it('brings the labels of all that had it', async () => {
    const known = await open()
    await known.remember([row([EMAIL], 'confidential', 'pii')])
    await known.remember([row([EMAIL], 'restricted')])
    expect(labelsKnownIn(known, [EMAIL])).toEqual(['confidential', 'pii', 'restricted'])
  })
})

describe('fields of one row', () => {
  it.each([
    'Zoë Müller, born 1985-03-12',
    'MULLER, ZOE (12.03.1985)',
    'born on March 12th, 1985: Zoe, of the family Muller',
    'Geburtsdatum: 12. März 1985, Vorname: Zoe, Nachname: Müller',
    '{"last":"M\\u00fcller","first":"Zo\\u00eb","born":"1985-03-12T00:00:00.000Z"}',
    '| 3/12/1985 | Müller | Zoë |',
    'customer 100234 (Müller)',
    'Müller in Berlin earns 54,321.00 EUR, says 100234',
  ])('are known near one another, in any order: %s [fingerprints.joint]', async (text) => {
    const known = await open()
    await known.remember([row(ANN)])
    expect(labelsKnownIn(known, [text])).toEqual(['restricted'])
  })

  it.each([
    'Zoë Müller',
    'Zoë Müller of Berlin is active',
    'Müller, 1985-03-12',
    'Zoë Müller, born 1985-03-13',
    `Zoë Müller ${'and so on '.repeat(60)} 1985-03-12`,
  ])('are not known by less, or far apart: %s', async (text) => {
    const known = await open()
    await known.remember([row(ANN)])
    expect(isKnown(known, text)).toBe(false)
  })

  it('of two rows are none of one', async () => {
    const known = await open()
    await known.remember([row(ANN), row(['100235', 'Lukas', 'Neumann', '1990-07-01', 'Hamburg', '43210.00', 'active'])])
    expect(isKnown(known, 'Lukas Müller, 1985-03-12; Mia Neumann, 1990-07-02')).toBe(false)
    expect(isKnown(known, 'Lukas Neumann, 1.7.1990')).toBe(true)
  })
})

describe('a long text', () => {
  it('is known by any run of it that is long enough [fingerprints.copied-run]', async () => {
    const known = await open()
    await known.remember([row([NOTE])])
    const folded = NOTE.replaceAll(/[^a-z]/gi, '')
    for (let at = 0; at + RUN_MIN <= folded.length; at++) {
      const run = folded.slice(at, at + RUN_MIN).replaceAll(/(.{5})/g, '$1-')
      expect(isKnown(known, `He said: ${run}`), run).toBe(true)
    }
  })

  it('is not known by a few of its words', async () => {
    const known = await open()
    await known.remember([row([NOTE])])
    expect(isKnown(known, 'a recurring headache on the left')).toBe(false)
  })
})

it('brings the same labels in every cutting of a text [fingerprints.chunk-invariant]', async () => {
  const known = await open()
  await known.remember([row([IBAN, EMAIL], 'a'), row([NOTE], 'b'), row(ANN, 'c')])
  const unit = fc.constantFrom(
    ...' .-"\\nu00e4\u200b\u7535'.split(''),
    ...[
      'DE89',
      '3704 0044',
      '05320130',
      '00',
      'ann',
      '.lee',
      '@example.com',
      'Zoë',
      'Mu\u0308ller',
      '\\u00fc',
      '12',
      '03',
      '1985',
    ],
    ...['March', NOTE.slice(20, 60), NOTE.slice(60, 100), '\ud83d\ude00', '100234'],
  )
  const texts = fc.array(unit, { maxLength: 30 }).map((units) => units.join(''))
  let found = 0
  fc.assert(
    fc.property(texts, fc.array(fc.nat()), (text, cuts) => {
      const ends = [...new Set([...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort((a, b) => a - b)
      const whole = labelsKnownIn(known, [text])
      found += whole.length
      expect(inPieces(known, text, ends)).toEqual(whole)
    }),
    { numRuns: 3000, seed: 11 },
  )
  expect(found).toBeGreaterThan(0)
  const all = `x ${IBAN.slice(0, 9)} ${IBAN.slice(9)} y ${EMAIL}; ${NOTE.toUpperCase()} Zoe Muller 12. M\\u00e4rz 1985`
  const every = [...all].map((_, at) => at + 1)
  for (const step of [1, 2, 3, 7, 20, all.length]) {
    const ends = every.filter((end) => end % step === 0 || end === all.length)
    expect(inPieces(known, all, ends)).toEqual(['a', 'b', 'c'])
  }
})

it('says of a text in pieces that its end may be one, before the word is over', async () => {
  const known = await open()
  await known.remember([row([PHONE]), row(ANN)])
  const watch = known.watch(() => undefined)
  expect(watch.push('call +49 (30) 123-45')).toBe(false)
  expect(watch.push('6')).toBe(true)
  expect(watch.push('7')).toBe(false)
  expect(known.watch(() => undefined).push('Zoë Müller 12.3.1985')).toBe(true)
})

describe('what is remembered', () => {
  it('ages out, and is renewed by whoever releases it again', async () => {
    const known = await open()
    await known.remember([row([EMAIL])])
    expect(puts).toBe(1)
    expect(known.remember([row([EMAIL])])).toBeUndefined()
    nowMs += TTL_MS * 0.75
    await known.remember([row([EMAIL])])
    expect(puts).toBe(2)
    nowMs += TTL_MS - 1
    known.sweep()
    expect(isKnown(known, EMAIL)).toBe(true)
    nowMs += 1
    expect(isKnown(known, EMAIL)).toBe(false)
    known.sweep()
    expect(known.isEmpty).toBe(true)
  })

  it('is known at every gateway of the store, written as one row a release [fingerprints.shared]', async () => {
    const [one, other] = [await open(), await open()]
    await one.remember([row([EMAIL]), row(ANN), row([NOTE])])
    await vi.waitFor(() => expect(other.size).toBe(one.size))
    for (const text of [EMAIL, NOTE, 'Muller Zoe 12.3.1985']) expect(isKnown(other, text)).toBe(true)
    expect(isKnown(await open(), EMAIL)).toBe(true)
    expect(puts).toBe(1)
  })

  it('is bounded: the oldest go first, at every gateway', async () => {
    const [one, other] = [await open({ max: 1000 }), await open({ max: 1000 })]
    const page = (from: number): readonly ReleasedRow[] =>
      Array.from({ length: 400 }, (_, at) => row([`person.${from + at}@example.com`]))
    for (const from of [0, 400, 800]) await one.remember(page(from))
    for (const known of [one, other]) {
      await vi.waitFor(() => expect(isKnown(known, 'person.900@example.com')).toBe(true))
      await vi.waitFor(() => expect(known.size).toBe(800))
      expect(isKnown(known, 'person.1@example.com')).toBe(false)
      expect(isKnown(known, 'person.401@example.com')).toBe(true)
    }
    await vi.waitFor(async () => expect(await rowsOf(storeAt(), 'fingerprints')).toHaveLength(2))
  })

  it('is in the store before it may be released [fingerprints.durable-first]', async () => {
    const known = await open()
    away = true
    await expect(known.remember([row([EMAIL])])).rejects.toThrow('away')
    // Nobody else would know it: the next release tries again.
    await expect(known.remember([row([EMAIL])])).rejects.toThrow('away')
    away = false
    const first = known.remember([row([EMAIL])])
    // It is known here, and not durable yet.
    expect(isKnown(known, EMAIL)).toBe(true)
    const second = known.remember([row([EMAIL])])
    expect(second).toBeInstanceOf(Promise)
    await Promise.all([first, second])
    expect(isKnown(await open(), EMAIL)).toBe(true)
  })

  it('lies in the store sealed: nothing in it can be tried [fingerprints.sealed]', async () => {
    const known = await open()
    await known.remember([row([EMAIL, IBAN]), row(ANN), row([NOTE])])
    const rows = await rowsOf(storeAt(), 'fingerprints')
    expect(rows).toHaveLength(1)
    for (const { key, value } of rows) {
      for (const said of ['ann', 'DE89', 'restricted', 'ller', '1985', 'patient'])
        expect(key + value).not.toContain(said)
    }
    const [first] = rows
    const foreign = await openFingerprints({
      ...{ store: storeAt(), clock, secret: randomBytes(32), onIll: () => undefined },
      rules: { ttlMs: TTL_MS, max: 1000 },
    })
    opened.push(foreign)
    expect(foreign.isEmpty).toBe(true)
    // A row under another name, or changed, is none.
    await storeAt().put('fingerprints', 'elsewhere', first?.value)
    await storeAt().put('fingerprints', 'made-up', '{"v":1,"nonce":"","sealed":""}')
    const again = await open()
    expect(again.size).toBe(known.size)
  })
})
