import { describe, expect, it } from 'vitest'
import { allDetectors } from '../compose/detectors.js'
import { configFromText } from '../config/load.js'
import type { ColumnSample, Lattice } from '../spec/index.js'
import { kindOfName, wordsOf } from './hints.js'
import { type ProposedColumn, proposeTable } from './propose.js'
import { sectionHead, tableLines } from './section.js'

const LATTICE: Lattice = {
  levels: ['public', 'internal', 'confidential', 'restricted'],
  categories: ['finance', 'phi', 'pii'],
}
const EMAILS = ['jo@clinic.example', 'al@clinic.example']

function columnOf(name: string, more: Partial<ColumnSample> = {}): ColumnSample {
  return { name, type: 'text', isKey: false, isComposite: false, values: [], ...more }
}

function proposed(column: ColumnSample, lattice = LATTICE, unseen?: string): ProposedColumn | undefined {
  const sample = { schema: 'public', table: 't', kind: 'table' as const, columns: [column], rows: 10, unseen }
  return proposeTable(sample, lattice, allDetectors()).columns[0]
}

describe('a name', () => {
  it.each<[string, readonly string[]]>([
    ['customerEMail_2', ['customer', 'email']],
    ['PatientID', ['patient', 'id']],
    ['Straße-Nr', ['straße', 'nr']],
    ['__', []],
  ])('%s has words', (name, words) => {
    expect(wordsOf(name)).toEqual(words)
  })

  it.each([
    ['contact_mail', 'an e-mail address'],
    ['E_Mail', 'an e-mail address'],
    ['Geburtsdatum', 'a date of birth'],
    ['patientbirthday', 'a date of birth'],
    ['IBAN', 'an account or card'],
    ['bank_account_number', 'an account or card'],
    ['kreditkartennr', 'an account or card'],
    ['reset_token', 'a secret: think of leaving it out'],
    ['passwort_hash', 'a secret: think of leaving it out'],
    ['monatsgehalt', 'pay'],
    ['diagnosis_code', 'health'],
    ['PLZ', 'an address'],
    ['nachname', 'a name'],
    ['handy', 'a telephone number'],
    ['opening_balance', 'money'],
  ])('%s is like that of %s', (name, what) => {
    expect(kindOfName(name)?.what).toBe(what)
  })

  it.each([
    'id',
    'created_at',
    'quantity',
    'sort',
    'report',
    'panel',
    'spin',
    'category',
    'notes',
    'filename',
    '',
    '😀',
  ])('%s says nothing', (name) => {
    expect(kindOfName(name)).toBeUndefined()
  })
})

describe('a column [datasets.scan-proposal]', () => {
  it('is classified by what its name and its values say together', () => {
    expect(proposed(columnOf('email', { values: EMAILS }))).toMatchObject({
      ...{ classification: 'confidential', categories: ['pii'], mask: 'email' },
      reasons: ['named like an e-mail address', '2 of 2 values look like pii.email'],
    })
    expect(proposed(columnOf('contact', { values: EMAILS }))).toMatchObject({
      classification: 'confidential',
      mask: 'email',
    })
    // An account by its name, addresses by its values: the higher of both, and neither's mask.
    expect(proposed(columnOf('iban', { values: EMAILS }))).toMatchObject({
      ...{ classification: 'restricted', categories: ['finance', 'pii'], mask: undefined },
    })
  })

  it('is unclassified where something was found only here and there, whatever it is called', () => {
    for (const name of ['remarks', 'email']) {
      const one = proposed(columnOf(name, { values: ['write to jo@clinic.example', 'nothing', 'none', 'never'] }))
      expect(one).toMatchObject({ classification: undefined, categories: [], mask: undefined })
      expect(one?.reasons).toContain('1 of 4 values have within pii.email')
    }
  })

  it('is harmless by its type and what it is for, and never where something was found in it', () => {
    const harmless = { classification: 'internal', categories: [] }
    expect(proposed(columnOf('id', { type: 'integer', isKey: true }))).toMatchObject(harmless)
    expect(proposed(columnOf('owner', { type: 'bigint', isKey: true }))).toMatchObject(harmless)
    expect(proposed(columnOf('active', { type: 'boolean' }))).toMatchObject(harmless)
    expect(proposed(columnOf('seen', { type: 'timestamp with time zone' }))).toMatchObject(harmless)
    expect(proposed(columnOf('created', { type: 'date' }))).toMatchObject(harmless)
    for (const one of [
      columnOf('admitted', { type: 'date' }),
      columnOf('id', { isKey: true }),
      columnOf('quantity', { type: 'integer' }),
      columnOf('notes', { values: ['nothing'] }),
      columnOf('id', { type: 'bigint', isKey: true, values: ['4111111111111111', '2', '3'] }),
    ]) {
      expect(proposed(one)).toMatchObject({ classification: undefined, categories: [] })
    }
    expect(proposed(columnOf('is_pregnant', { type: 'boolean' }))).toMatchObject({
      classification: 'restricted',
      categories: ['phi'],
    })
  })

  it('has a mask that its type has', () => {
    expect(proposed(columnOf('email', { type: 'citext' }))?.mask).toBeUndefined()
    expect(proposed(columnOf('dob', { type: 'date' }))?.mask).toBe('year')
    expect(proposed(columnOf('dob'))?.mask).toBeUndefined()
    expect(proposed(columnOf('phone', { type: 'character varying' }))?.mask).toBe('last4')
    expect(proposed(columnOf('salary', { type: 'numeric' }))?.mask).toBeUndefined()
  })

  it('is unclassified where a detector fails at its values', () => {
    const broken = {
      name: 'broken',
      types: ['pii.email' as const],
      scan: () => {
        throw new Error('secret')
      },
    }
    const sample = { schema: 'public', table: 't', kind: 'table' as const, rows: 1, unseen: undefined }
    const { columns } = proposeTable({ ...sample, columns: [columnOf('email', { values: ['x'] })] }, LATTICE, [broken])
    expect(columns[0]).toMatchObject({
      classification: undefined,
      reasons: ['named like an e-mail address', 'broken failed'],
    })
  })

  it('says that nobody looked', () => {
    expect(proposed(columnOf('notes'), LATTICE, 'a view')?.reasons).toEqual([
      'values were not looked at',
      'unclassified, so of the highest',
    ])
    expect(proposed(columnOf('notes'))?.reasons[0]).toBe('no value in 10 rows')
  })

  it('keeps to the lattice there is', () => {
    const three = { levels: ['open', 'inner', 'closed'], categories: ['pii'] }
    expect(proposed(columnOf('email'), three)).toMatchObject({ classification: 'inner', categories: ['pii'] })
    expect(proposed(columnOf('iban'), three)).toMatchObject({ classification: 'closed', categories: ['pii'] })
    expect(proposed(columnOf('active', { type: 'boolean' }), three)?.classification).toBe('inner')
    const two = { levels: ['open', 'closed'], categories: [] }
    expect(proposed(columnOf('email'), two)).toMatchObject({ classification: 'closed', categories: [] })
    expect(proposed(columnOf('active', { type: 'boolean' }), two)?.classification).toBeUndefined()
  })
})

describe('a section [datasets.scan-hostile-names]', () => {
  const NAMES = [
    'a.b',
    'q"uote',
    'true',
    'new\nline: x',
    '# no',
    "it's",
    '1st',
    'ünï',
    'x\u2028y\u0085z',
    '\u001b[31m',
    '{}',
    'a: b',
    '- c',
    'é',
    ' ',
  ]

  it('is read as what was meant, whatever things are called', () => {
    const roles = [{ role: 'we "read"\n#', tables: 2 }]
    const head = sectionHead({ name: 'odd', schemas: ['sch.em"a', 'public'], roles })
    const lines = NAMES.flatMap((table, at) =>
      tableLines(
        {
          ...{ schema: at % 2 === 0 ? 'sch.em"a' : 'public', table, kind: 'table', unseen: undefined },
          columns: NAMES.map((name) => ({
            ...{ name, type: 'text', isComposite: name === ' ', categories: [], mask: undefined, reasons: ['why'] },
            classification: 'internal',
          })),
        },
        'sch.em"a',
      ),
    )
    const left = tableLines(
      { schema: 's', table: 'x\n y: z\u0085', kind: 'definer', unseen: undefined, columns: [] },
      'public',
    )
    const section = [...head, ...lines, ...left].join('\n')
    expect(section).not.toMatch(/[\u001b\u0085\u2028]/)
    const base = [
      'publicUrl: http://127.0.0.1:8787',
      'issuers: [{ issuer: https://idp.example, audience: a, jwksUri: https://idp.example/k }]',
      'providers: [{ name: p, dialect: openai, baseUrl: https://p.example/v1, apiKey: k }]',
      'models: [{ name: m, provider: p }]',
      'policy: { dir: ./p }',
      'audit: { store: "fs:./audit" }',
      'store: "sqlite:./s.db"',
    ]
    const { config, faults } = configFromText(
      [...base, section].join('\n'),
      '/x/ostiary.yaml',
      { ODD_URL: 'postgres://h/d' },
      { requireEnv: true },
    )
    expect(faults).toEqual([])
    const source = config?.datasets[0]?.source
    if (source?.kind !== 'tables') throw new Error('tables')
    expect(source.schemas).toEqual(['sch.em"a', 'public'])
    expect(source.roles).toEqual([{ group: roles[0]?.role, role: roles[0]?.role }])
    expect(source.tables.map(({ schema, table }) => [schema, table])).toEqual(
      NAMES.map((name, at) => [at % 2 === 0 ? 'sch.em"a' : 'public', name]),
    )
    for (const { columns } of source.tables) expect(columns.map(({ name }) => name)).toEqual(NAMES.slice(0, -1))
  })
})
