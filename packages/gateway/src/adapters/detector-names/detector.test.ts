import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { detectorSuite } from '@ostiary/testkit'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { FindingType } from '../../spec/index.js'
import { createNamesDetector } from './detector.js'

const WEIGHTS = fileURLToPath(new URL('../../../weights/names.bin', import.meta.url))
const detector = createNamesDetector()

function found(text: string): readonly (readonly [FindingType, string])[] {
  return detector.scan(text, 0, true).findings.map(({ type, start, end }) => [type, text.slice(start, end)])
}

const FOUND: readonly (readonly [text: string, ...found: string[]])[] = [
  ['Ask Jane Roe, 555-0100', 'Jane Roe'],
  ['Dear Ms. Halloran,\n\nyour parcel is here.\n\nKind regards,\nTobias Wenger', 'Halloran', 'Tobias Wenger'],
  ['My name is Priya Raghunathan and I need a new card.', 'Priya Raghunathan'],
  ['Customer: Marek Nowicki\nPhone: 555-0100', 'Marek Nowicki'],
  ['Please call Siobhán O’Reilly tomorrow.', 'Siobhán O’Reilly'],
  ['Contact: Jean-Pierre de la Fontenelle', 'Jean-Pierre de la Fontenelle'],
  ['Send the form to Ingrid van der Meulen, please.', 'Ingrid van der Meulen'],
  ['Sehr geehrter Herr Lindemann, danke für die Unterlagen.', 'Lindemann'],
  ['my name is randy and i lost my card', 'randy'],
  ['Deliver it to 1482 Chestnut Street, Apt 9, Columbus, OH 43215.', '1482 Chestnut Street, Apt 9, Columbus, OH 43215'],
  ['Ich wohne in der Lindenstraße 14, 50674 Köln.', 'Lindenstraße 14, 50674 Köln'],
  ['Livraison au 27 rue de la Harpe, 75005 Paris', '27 rue de la Harpe, 75005 Paris'],
  ['Vivo en calle Mayor 12, 28013 Madrid.', 'calle Mayor 12, 28013 Madrid'],
  ['Name: Charles Schwab', 'Charles Schwab'],
  ['Customer: Philip Morris, 555-0100', 'Philip Morris'],
  ['Rosenweg 5, Bug 1, 50674 Köln', 'Rosenweg 5, Bug 1, 50674 Köln'],
  ['Ship to:\n77 Bridge Road\nLeeds LS1 4AP', '77 Bridge Road\nLeeds LS1 4AP'],
]

const CLEAN = [
  'EAN: 4006381333931, an Allen key, Kaplan-Meier',
  'See Issue 15735, RFC 959, 3 Court Cases, A08:2017 Insecure Deserialization',
  'Write a poem in the style of Shakespeare about Paris in spring.',
  'Who was Albert Einstein?',
  'In 2024 the European Union had 27 members.',
  'Order 88213-A, version 4.12.0, build 20260130.',
  'Install Docker on Ubuntu and restart Nginx.',
  'The quick brown fox jumps over 13 lazy dogs.',
  'def main():\n    return HttpServer(port=8080)',
  '{"id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","count":42}',
  '2026-01-30 12:00:01 ERROR WorkerPool: Timeout after 3000 ms',
  '# Getting Started\n\n## Installation\n\n- Node 20\n- Python 3.12',
  'Monday, Tuesday and Wednesday are in January and February.',
  'write to Ann.Lee@example.com',
  'Ljava/lang/String; sha256 9F86D081884C7D65',
  'ALL CAPITALS ARE HARD TO READ IN LONG TEXTS.',
  '',
]

detectorSuite('names', detector, {
  found: FOUND.map(([text, ...names]) => ({
    text,
    found: names.map((one) => [/\d/.test(one) ? 'pii.address' : 'pii.person', one]),
  })),
  clean: CLEAN,
})

describe('names', () => {
  it('what stands beside an e-mail address is looked at, what is in it is not', () => {
    expect(found('Jane Roe <Jane.Roe@example.com> wrote')).toEqual([['pii.person', 'Jane Roe']])
  })

  it.each([
    ['Ship it to 12 Baker Street, London, IP 203.0.113.7 please', '12 Baker Street, London'],
    ['Hauptstraße 12, 10115 Berlin, IP 203.0.113.7', 'Hauptstraße 12, 10115 Berlin'],
  ])('an address of a network is no part of a street: %s', (text, address) => {
    expect(found(text)).toEqual([['pii.address', address]])
  })

  it.each([
    'EAN 4006381333931',
    'JAN: 4550568470891',
    'the EAN of it',
    'SAM 12345678',
    'We use Grafana Loki for logs.',
    'Apache Kafka and Grafana Loki',
    'Santa Clara',
    'the Floyd Warshall algorithm',
    'Kaplan-Meier, Kaplan Meier',
    'Granny Smith, Earl Grey, Levi Strauss jeans',
    'an Allen key',
    'Fira Sans',
  ])('nobody is meant by %s', (text) => expect(found(text)).toEqual([]))

  it.each([
    ['Name: JAN', 'JAN'],
    ['Customer: MAREK NOWICKI, 555-0100', 'MAREK NOWICKI'],
    ['Ask Allen Keyes, 555-0100', 'Allen Keyes'],
    ['Dear Clara Santander,', 'Clara Santander'],
  ])('somebody is meant by %s', (text, name) => expect(found(text)).toEqual([['pii.person', name]]))

  it.each([
    '// See Issue 15735.',
    'compliant to RFC 959, but',
    'StatusFound = 302 // RFC 9110, 15.4.3',
    'A08:2017 Insecure Deserialization',
    'Python 3 Street Fighter 2',
    'a SOCKS 4/5 proxy',
    'TÜV 12, DIN 18015, VDE 0100',
    '3 Court Cases, 2 Square Meters',
    'Gleis 7, Wagen 12',
    'PID 12345 TID 67890 CPU 04 IRQ 255',
    'return 0, ErrBodyNotAllowed\n}',
    'if err != nil { return 0, fmt.Errorf("no") }',
    'answers with a 403 Forbidden status',
    'from 1 Jan 001 on',
    'interpreted as a PKCS#11 URI. If',
    'Wir brauchen 6 Gläser und 2 Teller.',
    'Das Passwort muss mindestens 12 Zeichen haben.',
    'Vertrag: 24 Monate Laufzeit, Kündigungsfrist 3 Monate',
    'Die Wohnung hat 3 Zimmer und 80 Quadratmeter.',
    'Zutaten: 3 Eier, 1 Prise Salz, 200g Mehl',
    'Das Auto hat 150 PS und 5 Türen.',
  ])('nobody lives at %s', (text) => expect(found(text)).toEqual([]))

  it.each([
    ['Ship to PO BOX 417, please', 'PO BOX 417'],
    ['Deliver to 5 Court Street, Leeds LS1 4AP', '5 Court Street, Leeds LS1 4AP'],
    ['ul.Lipowa 12, 00-950 Warszawa', 'ul.Lipowa 12, 00-950 Warszawa'],
    ['Deliver to 4 McAllister Street, Leeds LS1 4AP', '4 McAllister Street, Leeds LS1 4AP'],
    ['Deliver to 9 VanRoden Wood Apt. 12, Leeds LS1 4AP', '9 VanRoden Wood Apt. 12, Leeds LS1 4AP'],
    ['Deliver to 12 OAK RD, LEEDS LS1 4AP', '12 OAK RD, LEEDS LS1 4AP'],
    ['Wir wohnen Am See 14, 50674 Köln.', 'Am See 14, 50674 Köln'],
    ['Send the parcel to 18 Harbour Lights 7, please.', '18 Harbour Lights 7'],
  ])('somebody lives at %s', (text, address) => expect(found(text)).toEqual([['pii.address', address]]))

  // A stream that is cut there cannot tell the rest of such a word from the rest of any other.
  it('a word that an address of e-mail is too long to reach the end of begins no name, and the next may', () => {
    const mail = `mail x@${'b'.repeat(79)}`
    expect(found(`${mail}rue de la Harpe 27, 75005 Paris`)).toEqual([['pii.address', 'Harpe 27, 75005 Paris']])
    expect(found(`${mail}rue, 27 rue de la Harpe, 75005 Paris`)).toEqual([
      ['pii.address', '27 rue de la Harpe, 75005 Paris'],
    ])
    expect(found(`x@${'b'.repeat(70)}.${'c'.repeat(8)}Jane Roe, 555-0100`)).toEqual([['pii.person', 'Roe']])
  })

  it.each(['iPhone 15 for Marek Nowicki', 'ÉCOLE Zoë Ångström, İzmir', 'Call ΑΝΝΑ or Jane Roe'])(
    'is the same behind much other text, of which only the end is looked at: %s',
    (text) => {
      for (const before of ['a', 'Aa1', 'x ', 'Ab, '].map((one) => one.repeat(2_000))) {
        const { findings, hold } = detector.scan(`${before}\n\n${text}`, before.length, true)
        const near = detector.scan(`${before.slice(-200)}\n\n${text}`, 200, true)
        expect(hold).toBe(before.length + 2 + text.length)
        const by = before.length - 200
        expect(findings).toEqual(near.findings.map((one) => ({ ...one, start: one.start + by, end: one.end + by })))
      }
    },
  )

  it('is the same however often it was asked before', () => {
    const text = FOUND.map(([one]) => one).join('\n')
    expect(createNamesDetector().scan(text, 0, true)).toEqual(detector.scan(text, 0, true))
  })
})

describe('a stream', () => {
  it('holds a name until its context is there, and prose not at all', () => {
    const held = (text: string): string => text.slice(detector.scan(text, 0, false).hold)
    expect(held('we met Jane')).toBe('Jane')
    expect(held('we met Jane Roe')).toBe('Jane Roe')
    expect(held('we met Jane Roe about ')).toBe('Jane Roe about ')
    expect(held('we met Jane Roe about noon ')).toBe('')
    expect(held('the house and the ga')).toBe('')
    expect(held('ask about the rue')).toBe('rue')
  })

  it.each([
    'f5@Dr. Maria Schneider',
    `${'x'.repeat(60)}@Dr. Maria Schneider`,
    `ignore@${'4'.repeat(81)}Anna Maria 4 Oak Street`,
    `aa-ignore@${'A'.repeat(82)}nna Maria  Rd. 7`,
  ])('a word that was let go is an address all the same, once it goes on: %s', (text) => {
    const whole = detector.scan(text, 0, true).findings
    for (let cut = 1; cut < text.length; cut++) {
      const { findings, hold } = detector.scan(text.slice(0, cut), 0, false)
      expect([...findings, ...detector.scan(text, hold, true).findings], String(cut)).toEqual(whole)
    }
  })

  it('holds no more than a run and what is around it, whatever comes', () => {
    for (const one of [
      'Aa ',
      'AA',
      '7 ',
      '7',
      "A'",
      'rue ',
      'A.b.',
      'A\n',
      'a@',
      'Ab-',
      '(((',
      '"\'',
      '\ud800',
      'ул. ',
    ]) {
      const text = one.repeat(2_000)
      let from = 0
      for (let length = 100; length <= text.length; length += 100) {
        from = detector.scan(text.slice(0, length), from, false).hold
        expect(length - from).toBeLessThan(1_000)
      }
    }
  })

  it('finds the same with no more than the 128 characters before that a stream keeps', () => {
    const parts = [...FOUND.map(([one]) => one), ...CLEAN, ' ', '\n', ', ', '. ', 'x'.repeat(60), ' '.repeat(20)]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 8 }), fc.array(fc.nat(40)), (some, steps) => {
        const text = some.join('')
        const whole = detector.scan(text, 0, true).findings
        const findings: unknown[] = []
        let from = 0
        let length = 0
        for (let step = 0; length < text.length; step++) {
          length = Math.min(text.length, length + 1 + (steps[step % Math.max(1, steps.length)] ?? 7))
          const cut = Math.max(0, from - 128)
          const scan = detector.scan(text.slice(cut, length), from - cut, length === text.length)
          findings.push(...scan.findings.map((one) => ({ ...one, start: one.start + cut, end: one.end + cut })))
          from = scan.hold + cut
        }
        expect(findings).toEqual(text === '' ? [] : whole)
      }),
      { numRuns: 150 },
    )
  })
})

describe('hostile text', () => {
  it.each(['a', 'A', '1', '"\'', '(((', 'Aa ', "O'", 'rue ', ' ', '\n', '\ud800', 'É', 'A1 b2, ', 'A.'])(
    'much of %j is read in linear time',
    (one) => {
      const text = one.repeat(Math.ceil(400_000 / one.length))
      // Of this process, and the better of two: other work on the machine does not count.
      const micros = (some: string): number => {
        const once = (): number => {
          const before = process.cpuUsage()
          detector.scan(some, 0, true)
          const { user, system } = process.cpuUsage(before)
          return user + system
        }
        return Math.min(once(), once())
      }
      micros(text.slice(0, 20_000))
      const eighth = Math.max(5_000, micros(text.slice(0, 50_000)))
      // Eight times the text; three times that is far from its square.
      expect(micros(text)).toBeLessThan(eighth * 24)
    },
  )

  it('very many names in one text', () => {
    const text = 'Please call Marek Nowicki today. '.repeat(20_000)
    const { findings, hold } = detector.scan(text, 0, true)
    expect(findings.length).toBeGreaterThan(19_000)
    expect(hold).toBe(text.length)
  })
})

describe('weights', () => {
  const folder = mkdtempSync(join(tmpdir(), 'names-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('that are damaged refuse to start [weights.damaged]', () => {
    const bytes = readFileSync(WEIGHTS)
    const at = bytes.length >> 1
    bytes[at] = (bytes[at] ?? 0) ^ 1
    const path = join(folder, 'names.bin')
    writeFileSync(path, bytes)
    expect(() => createNamesDetector(path)).toThrow(`${path}: damaged weights`)
    expect(() => createNamesDetector(join(folder, 'none.bin'))).toThrow('cannot be read')
  })
})
