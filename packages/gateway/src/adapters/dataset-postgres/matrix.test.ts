import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LATTICE, openPeople, startPeople } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import { type Cell, type ColumnAct, principalOf, type TableSource } from '../../spec/index.js'
import type { Mask } from './sql/masks.js'

// Every cell that may be seen has a text of its own: what is seen that should not be, and what is not that should, is counted.

const TABLES = ['open', 'own', 'regional'] as const
type TableName = (typeof TABLES)[number]
const COLUMNS = ['id', 'a', 'b', 'c'] as const
type ColumnName = (typeof COLUMNS)[number]
const ROWS = 24
const SUBJECTS = ['alice', 'bob', "o'brien"] as const
const REGIONS = ['eu', 'us'] as const
const MASK_OF: Readonly<Record<ColumnName, Mask>> = { id: 'null', a: 'full', b: 'null', c: 'first1' }

interface Row {
  readonly id: number
  readonly owner: string
  readonly region: string
}

interface User {
  readonly subject: (typeof SUBJECTS)[number]
  readonly region: (typeof REGIONS)[number]
  readonly group: 'analysts' | 'managers'
}

const ALL_ROWS: readonly Row[] = Array.from({ length: ROWS }, (_, index) => ({
  id: index + 1,
  owner: SUBJECTS[index % SUBJECTS.length] ?? '',
  region: REGIONS[index % REGIONS.length] ?? '',
}))

const cellOf = (table: TableName, column: ColumnName, { id }: Row): string =>
  column === 'id' ? String(id) : `${table}-${column}-${id}`

/** Named filters of the catalogue: what each lets through. `late` always holds. */
const FILTERS: Readonly<Record<TableName, Readonly<Record<string, (row: Row) => boolean>>>> = {
  open: { even: ({ id }) => id % 2 === 0, low: ({ id }) => id < 9 },
  own: { even: ({ id }) => id % 2 === 0 },
  regional: { low: ({ id }) => id < 9, late: ({ id }) => id > 3 },
}
const FILTER_SQL = new Map([
  ['even', 'id % 2 = 0'],
  ['low', 'id < 9'],
  ['late', 'id > 3'],
])

/** What the database's own row security lets through, and then the filters. */
function rowsFor(user: User, table: TableName, filters: readonly string[]): readonly Row[] {
  return ALL_ROWS.filter((row) => {
    if (table === 'own' && row.owner !== user.subject) return false
    if (table === 'regional' && user.group === 'analysts' && row.region !== user.region) return false
    return Object.entries(FILTERS[table]).every(
      ([name, holds]) => !(name === 'late' || filters.includes(name)) || holds(row),
    )
  })
}

type Acts = ReadonlyMap<string, ColumnAct>

function shownAs(acts: Acts, table: TableName, column: ColumnName, row: Row): Cell | undefined {
  const cell = cellOf(table, column, row)
  switch (acts.get(`public.${table}.${column}`)) {
    case 'drop':
      return undefined
    case 'mask':
      return MASK_OF[column] === 'full' ? '***' : MASK_OF[column] === 'first1' ? `${cell.slice(0, 1)}***` : null
    default:
      return cell
  }
}

interface Question {
  readonly sql: string
  /** Rows of one table, or of two side by side. */
  readonly rows: (
    user: User,
    filters: readonly string[],
  ) => readonly (readonly (readonly [TableName, ColumnName, Row])[])[]
  /** That decide something: when one of them is changed the statement is refused. */
  readonly decides: readonly (readonly [TableName, ColumnName])[]
}

const aTable = fc.constantFrom(...TABLES)
const someColumns = fc.subarray([...COLUMNS], { minLength: 1 })

const simple = fc
  .record({
    table: aTable,
    columns: someColumns,
    how: fc.constantFrom('plain', 'star', 'common', 'within', 'qualified', 'ordered'),
  })
  .map(({ table, columns, how }): Question => {
    const taken = how === 'star' ? [...COLUMNS] : columns
    const list = taken.join(', ')
    const sql = {
      plain: `SELECT ${list} FROM ${table}`,
      star: `SELECT * FROM ${table}`,
      common: `WITH x AS (SELECT * FROM ${table}) SELECT ${list} FROM x`,
      within: `SELECT ${taken.map((one) => `y."${one}" AS ${one}1`).join(', ')} FROM (SELECT ${list} FROM public.${table} t) AS y`,
      qualified: `SELECT ${taken.map((one) => `T.${one}`).join(', ')} FROM public.${table} AS t`,
      ordered: `SELECT ${list} FROM ${table} ORDER BY 1`,
    }[how]
    const decides = how === 'ordered' ? taken.slice(0, 1).map((column) => [table, column] as const) : []
    return {
      sql,
      decides,
      rows: (user, filters) =>
        rowsFor(user, table, filters).map((row) => taken.map((column) => [table, column, row] as const)),
    }
  })

const joined = fc.record({ left: aTable, right: aTable, leftColumns: someColumns, rightColumns: someColumns }).map(
  ({ left, right, leftColumns, rightColumns }): Question => ({
    sql: `SELECT ${[...leftColumns.map((one) => `l.${one}`), ...rightColumns.map((one) => `r.${one}`)].join(', ')}
        FROM ${left} l JOIN ${right} r ON l.id = r.id`,
    decides: [
      [left, 'id'],
      [right, 'id'],
    ],
    rows: (user, filters) => {
      const others = new Map(rowsFor(user, right, filters).map((row) => [row.id, row]))
      return rowsFor(user, left, filters).flatMap((row) => {
        const other = others.get(row.id)
        if (other === undefined) return []
        return [
          [
            ...leftColumns.map((column) => [left, column, row] as const),
            ...rightColumns.map((column) => [right, column, other] as const),
          ],
        ]
      })
    },
  }),
)

const united = fc.record({ one: aTable, other: aTable, column: fc.constantFrom('a', 'b', 'c') }).map(
  ({ one, other, column }): Question => ({
    sql: `SELECT ${column} FROM ${one} UNION ALL SELECT ${column} FROM ${other}`,
    decides: [
      [one, column],
      [other, column],
    ],
    rows: (user, filters) =>
      [one, other].flatMap((table) => rowsFor(user, table, filters).map((row) => [[table, column, row] as const])),
  }),
)

const acts = fc
  .array(
    fc.tuple(aTable, fc.constantFrom(...COLUMNS), fc.constantFrom('drop', 'mask', 'tokenize')) as fc.Arbitrary<
      [TableName, ColumnName, ColumnAct]
    >,
    { maxLength: 4 },
  )
  .map((all): Acts => new Map(all.map(([table, column, act]) => [`public.${table}.${column}`, act])))

const user: fc.Arbitrary<User> = fc.record({
  subject: fc.constantFrom(...SUBJECTS),
  region: fc.constantFrom(...REGIONS),
  group: fc.constantFrom('analysts', 'managers'),
})

describe.skipIf(POSTGRES === undefined)('who sees what (needs PostgreSQL)', () => {
  let server: PostgresServer
  let source: TableSource
  beforeAll(async () => {
    const tables = TABLES.map((table) => {
      const values = ALL_ROWS.map((row) => {
        const cells = COLUMNS.slice(1).map((column) => `'${cellOf(table, column, row)}'`)
        return `(${row.id}, ${cells.join(', ')}, 'hidden-${row.id}', '${row.owner.replaceAll("'", "''")}', '${row.region}')`
      })
      return `CREATE TABLE ${table} (id integer, a text, b text, c text, hidden text, owner text, region text);
        INSERT INTO ${table} VALUES ${values.join(', ')};`
    })
    server = await startPeople(`CREATE ROLE manager NOLOGIN; GRANT manager TO reader; ${tables.join(' ')}
      ALTER TABLE own ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON own USING (owner = current_setting('ostiary.subject'));
      ALTER TABLE regional ENABLE ROW LEVEL SECURITY;
      CREATE POLICY regional ON regional TO analyst USING (region = current_setting('app.region'));
      CREATE POLICY every ON regional TO manager USING (true);
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO analyst, manager`)
    source = (
      await openPeople(server, {
        tables: TABLES.map((table) => ({
          schema: 'public',
          table,
          level: 'internal',
          categories: [],
          columns: COLUMNS.map((name) => ({ name, level: LATTICE.levels[1], categories: [], mask: MASK_OF[name] })),
          filters: Object.keys(FILTERS[table]).map((name) => ({
            name,
            where: FILTER_SQL.get(name) ?? '',
            always: name === 'late',
          })),
          definer: false,
        })),
        roles: [
          { group: 'analysts', role: 'analyst' },
          { group: 'managers', role: 'manager' },
        ],
        settings: [{ setting: 'app.region', from: 'region' }],
      })
    ).source
  })
  afterAll(async () => {
    await source.close()
    await server.remove()
  })

  it('[tables.matrix] is as the model says: no cell leaks, and none is hidden', async () => {
    let cells = 0
    const filters = fc.subarray(['even', 'low'])
    await fc.assert(
      fc.asyncProperty(user, fc.oneof(simple, joined, united), acts, filters, async (who, question, changes, names) => {
        const principal = principalOf({
          issuer: 'https://issuer.example',
          subject: who.subject,
          groups: [who.group],
          attributes: { region: who.region },
          audiences: [],
          issuedAt: 0,
          expiresAt: 4_000_000_000,
          verifiedAtMs: 0,
          tokenDigest: '0'.repeat(64),
        })
        const prepared = await source.prepare({ sql: question.sql, parameters: [] }, principal)
        if (prepared.kind === 'refuse') throw new Error(prepared.forLog)
        const changed = prepared.value.change({ columns: changes, filters: names, rowsMax: undefined })
        const isOracle = question.decides.some(([table, column]) => changes.has(`public.${table}.${column}`))
        expect(changed.kind).toBe(isOracle ? 'refuse' : 'proceed')
        if (changed.kind === 'refuse') return
        const rows: (readonly Cell[])[] = []
        for await (const page of changed.value.read(new AbortController().signal)) {
          if (page.kind === 'refuse') throw new Error(page.forLog)
          rows.push(...page.value.rows)
        }
        const expected = question
          .rows(who, names)
          .map((row) =>
            row.map(([table, column, of]) => shownAs(changes, table, column, of)).filter((cell) => cell !== undefined),
          )
        cells += expected.flat().length
        expect(sorted(rows)).toEqual(sorted(expected))
      }),
      { numRuns: 600 },
    )
    expect(cells).toBeGreaterThan(1000)
  })
})

function sorted(rows: readonly (readonly Cell[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}
