import {
  type Cell,
  type ChangedQuery,
  type ColumnAct,
  type Lattice,
  type PreparedQuery,
  type Principal,
  principalOf,
  type ReadingChanges,
  type RefusalCode,
  type ResultPage,
  type SqlValue,
  type TableSource,
} from 'ostiary/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MemoryTable } from './memory-tables.js'

/** What a source under test orders its data by. */
export const BENCH_LATTICE: Lattice = {
  levels: ['public', 'internal', 'confidential', 'restricted'],
  categories: ['finance', 'pii'],
}

/** Who may ask it. */
export const BENCH_GROUP = 'analysts'

/** At most so many rows of it are given. */
export const BENCH_ROWS = 100

const INTERNAL = { level: 'internal', categories: [] }
const PII = { level: 'confidential', categories: ['pii'] }

/** The one table that a source under test has. The filter `even` is for those whose `id` is; `nobody` lets nothing through. */
export const BENCH_TABLE: MemoryTable = {
  schema: 'public',
  name: 'people',
  classification: INTERNAL,
  columns: [
    { name: 'id', type: 'integer', cells: 'number', classification: INTERNAL },
    { name: 'name', type: 'text', cells: 'text', classification: INTERNAL },
    { name: 'email', type: 'text', cells: 'text', classification: PII },
    { name: 'active', type: 'boolean', cells: 'boolean', classification: INTERNAL },
    {
      name: 'salary',
      type: 'numeric',
      cells: 'text',
      classification: { level: 'restricted', categories: ['finance'] },
    },
  ],
  rows: Array.from({ length: 150 }, (_, index) => [
    String(index + 1),
    `Žofie ${index + 1}`,
    index === 3 ? null : `person-${index + 1}@people.example`,
    index % 3 === 0 ? 'true' : 'false',
    `${40_000 + index}.50`,
  ]),
  filters: new Map<string, (row: readonly Cell[]) => boolean>([
    ['even', ([id]) => Number(id) % 2 === 0],
    ['nobody', () => false],
  ]),
}

export interface TableSourceBench {
  /** Of `BENCH_TABLE` alone. */
  readonly source: TableSource
  close(): Promise<void>
}

/** A verified user of some groups. */
export function benchPrincipal(subject: string, groups: readonly string[]): Principal {
  return principalOf({
    issuer: 'https://issuer.example',
    subject,
    groups,
    audiences: ['https://gate.example'],
    issuedAt: 0,
    expiresAt: 4_000_000_000,
    verifiedAtMs: 0,
    tokenDigest: '0'.repeat(64),
  })
}

/** The conformance suite of the seam `TableSource`. */
export function tableSourceSuite(name: string, open: () => Promise<TableSourceBench>): void {
  describe(`table source: ${name}`, () => {
    let bench: TableSourceBench
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench.close())

    const reader = benchPrincipal('alice', ['others', BENCH_GROUP])
    const forever = (): AbortSignal => new AbortController().signal

    const prepared = async (sql: string, parameters: readonly SqlValue[] = []): Promise<PreparedQuery> => {
      const step = await bench.source.prepare({ sql, parameters }, reader)
      if (step.kind === 'refuse') throw new Error(`${step.code}: ${step.forLog}`)
      return step.value
    }
    const changed = async (sql: string, changes: Partial<ReadingChanges> = {}): Promise<ChangedQuery> => {
      const step = (await prepared(sql)).change(changesOf(changes))
      if (step.kind === 'refuse') throw new Error(`${step.code}: ${step.forLog}`)
      return step.value
    }
    const refusedBy = async (sql: string, changes?: Partial<ReadingChanges>): Promise<RefusalCode | 'proceeds'> => {
      const step = await bench.source.prepare({ sql, parameters: sql.includes('$1') ? ['1'] : [] }, reader)
      if (step.kind === 'refuse') return step.code
      const next = step.value.change(changesOf(changes ?? {}))
      return next.kind === 'refuse' ? next.code : 'proceeds'
    }

    it('tells what a statement would read before it reads', async () => {
      const { reading } = await prepared('SELECT email, id FROM people')
      expect(reading.columns).toEqual([
        { ...columnOf('email'), origin: 'public.people.email' },
        { ...columnOf('id'), origin: 'public.people.id' },
      ])
      expect([...reading.touched].map(({ column, isPlain }) => [column, isPlain]).sort()).toEqual([
        ['public.people.email', true],
        ['public.people.id', true],
      ])
      expect(reading.tables).toEqual([{ table: 'public.people', classification: BENCH_TABLE.classification }])
    })

    it('takes `*` for all columns, in order', async () => {
      const { reading } = await prepared('SELECT * FROM public.people')
      expect(reading.columns.map(({ name }) => name)).toEqual(BENCH_TABLE.columns.map(({ name }) => name))
      expect(reading.touched.length).toBe(BENCH_TABLE.columns.length)
    })

    it('tells of a column that decides what is seen, and where it does', async () => {
      const sql = 'SELECT id FROM people WHERE email = $1'
      const { reading } = await prepared(sql, ['x'])
      const email = reading.touched.find(({ column }) => column === 'public.people.email')
      expect(email).toMatchObject({ isPlain: false, classification: columnOf('email').classification })
      expect(sql.slice(email?.position)).toMatch(/^email/)
    })

    it('gives cells as they stand, null as null, all pages but the last not ended', async () => {
      const query = await changed('SELECT * FROM people')
      const pages = await pagesOf(query)
      expect(pages.map(({ ended }) => ended)).toEqual(pages.map((_, index) => index === pages.length - 1))
      expect(idsOf(pages)).toEqual(numbers(BENCH_ROWS))
      const [, , , fourth] = pages.flatMap(({ rows }) => rows).toSorted(byId)
      expect(fourth?.[1]).toBe('Žofie 4')
      expect(fourth?.[2]).toBeNull()
      // As JSON writes it, whatever the database does.
      expect(fourth?.[3]).toBe('true')
      expect(fourth?.[4]).toBe('40003.50')
    })

    it('says that there was more than it gives, and does not where there was not', async () => {
      expect((await pagesOf(await changed('SELECT id FROM people'))).at(-1)?.isTruncated).toBe(true)
      const some = await pagesOf(await changed('SELECT id FROM people', { filters: ['even'] }))
      expect(some.at(-1)?.isTruncated).toBe(false)
      const exactly = await pagesOf(await changed('SELECT id FROM people', { filters: ['even'], rowsMax: 75 }))
      expect([idsOf(exactly).length, exactly.at(-1)?.isTruncated]).toEqual([75, false])
      const less = await pagesOf(await changed('SELECT id FROM people', { filters: ['even'], rowsMax: 74 }))
      expect([idsOf(less).length, less.at(-1)?.isTruncated]).toEqual([74, true])
    })

    it('binds parameters as values', async () => {
      const query = (await prepared('SELECT id, email FROM people WHERE email = $1', ["' OR true --"])).change(
        changesOf({}),
      )
      expect(query.kind).toBe('proceed')
      if (query.kind === 'proceed') expect(await pagesOf(query.value)).toEqual([lastPage([])])
      const one = (await prepared('SELECT id, name FROM people WHERE name = $1', ['Žofie 7'])).change(changesOf({}))
      if (one.kind === 'proceed') expect(await pagesOf(one.value)).toEqual([lastPage([['7', 'Žofie 7']])])
    })

    it('drops, masks and leaves to be tokenized, each in its column alone', async () => {
      const columns = new Map<string, ColumnAct>([
        ['public.people.name', 'drop'],
        ['public.people.email', 'mask'],
        ['public.people.salary', 'tokenize'],
      ])
      const query = await changed('SELECT id, name, email, salary FROM people', { columns })
      expect(query.columns.map(({ name, act }) => [name, act])).toEqual([
        ['id', undefined],
        ['email', 'mask'],
        ['salary', 'tokenize'],
      ])
      const pages = await pagesOf(query)
      expect(JSON.stringify(pages)).not.toMatch(/Žofie|person-/)
      expect(idsOf(pages)).toEqual(numbers(BENCH_ROWS))
      for (const row of pages.flatMap(({ rows }) => rows)) expect(row).toHaveLength(3)
      expect(pages[0]?.rows[0]?.[2]).toMatch(/^40\d+\.50$/)
    })

    it.each(['drop', 'mask', 'tokenize'] as const)('does not %s what decides what else is seen', async (act) => {
      const columns = new Map([['public.people.email', act]])
      expect(await refusedBy('SELECT id FROM people WHERE email = $1', { columns })).toBe('obligation_failed')
      expect(await refusedBy('SELECT id FROM people WHERE name = $1', { columns })).toBe('proceeds')
    })

    it('carries row filters out, and none that it does not know', async () => {
      const even = await pagesOf(await changed('SELECT id FROM people', { filters: ['even'] }))
      expect(idsOf(even)).toEqual(numbers(150).filter((id) => id % 2 === 0))
      expect(await pagesOf(await changed('SELECT id FROM people', { filters: ['even', 'nobody'] }))).toEqual([
        lastPage([]),
      ])
      expect(await refusedBy('SELECT id FROM people', { filters: ['odd'] })).toBe('obligation_failed')
    })

    it.each([
      ['another table', 'SELECT id FROM pg_user'],
      ['another column', 'SELECT ctid FROM people'],
      ['no select', 'DELETE FROM people'],
      ['two statements', 'SELECT id FROM people; SELECT id FROM people'],
      ['no statement', ''],
    ])('refuses %s', async (_, sql) => {
      expect(await refusedBy(sql)).toBe('invalid_request')
    })

    it('refuses whoever has no role there', async () => {
      const step = await bench.source.prepare(
        { sql: 'SELECT id FROM people', parameters: [] },
        benchPrincipal('eve', ['others']),
      )
      expect(step).toMatchObject({ kind: 'refuse', code: 'forbidden_by_policy' })
    })

    it('gives nothing where nobody may see more', async () => {
      const query = await changed('SELECT id FROM people')
      const steps = []
      for await (const step of query.read(AbortSignal.abort())) steps.push(step)
      expect(steps).toMatchObject([{ kind: 'refuse' }])
    })

    it('may be left in the middle, many times, and read again', async () => {
      const query = await changed('SELECT * FROM people')
      for (let time = 0; time < 30; time += 1) {
        for await (const step of query.read(forever())) {
          expect(step.kind).toBe('proceed')
          break
        }
      }
      expect(idsOf(await pagesOf(query))).toEqual(numbers(BENCH_ROWS))
    })

    it('keeps readings apart that go on at once', async () => {
      const queries = await Promise.all([
        changed('SELECT id FROM people'),
        changed('SELECT id FROM people', { filters: ['even'] }),
        changed('SELECT id FROM people', { rowsMax: 10 }),
      ])
      const read = await Promise.all([...queries, ...queries, ...queries].map(pagesOf))
      expect(read.map((pages) => idsOf(pages).length)).toEqual([100, 75, 10, 100, 75, 10, 100, 75, 10])
    })
  })
}

const NO_ACTS: ReadonlyMap<string, ColumnAct> = new Map()

function changesOf({ columns = NO_ACTS, filters = [], rowsMax }: Partial<ReadingChanges>): ReadingChanges {
  return { columns, filters, rowsMax }
}

async function pagesOf(query: ChangedQuery): Promise<readonly ResultPage[]> {
  const pages: ResultPage[] = []
  for await (const step of query.read(new AbortController().signal)) {
    if (step.kind === 'refuse') throw new Error(`${step.code}: ${step.forLog}`)
    const { ended, isTruncated, packed, rows } = step.value
    // The same rows, by whichever way they are asked for.
    if (packed !== undefined) expect(packed.count).toBe(rows.length)
    pages.push({ rows, ended, isTruncated })
  }
  return pages
}

function columnOf(name: string): MemoryTable['columns'][number] {
  const column = BENCH_TABLE.columns.find((one) => one.name === name)
  if (column === undefined) throw new Error(name)
  return column
}

function lastPage(rows: readonly (readonly Cell[])[]): ResultPage {
  return { rows, ended: true, isTruncated: false }
}

// No order is asked for. The number stands first in each row.
function idsOf(pages: readonly ResultPage[]): readonly number[] {
  return pages.flatMap(({ rows }) => rows.map(([id]) => Number(id))).toSorted((one, other) => one - other)
}

function byId([one]: readonly Cell[], [other]: readonly Cell[]): number {
  return Number(one) - Number(other)
}

function numbers(to: number): readonly number[] {
  return Array.from({ length: to }, (_, index) => index + 1)
}
