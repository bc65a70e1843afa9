import fc from 'fast-check'
import { type Node, parseSync } from 'libpg-query'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFilter } from '../src/adapters/dataset-postgres/sql/filter.js'
import { maskExpression } from '../src/adapters/dataset-postgres/sql/masks.js'
import type { Replacement } from '../src/adapters/dataset-postgres/sql/rewrite.js'
import { loadGrammar } from '../src/adapters/dataset-postgres/sql/statement.js'
import { statements } from './dataset-statements.js'
import { type Answer, type Database, FIND, openDatabase, tablesWith, understand } from './dataset-world.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 400)
const SEEN = { ran: 0, refused: 0, failed: 0 }

beforeAll(loadGrammar)

describe('generated statements', () => {
  it('become statements in which every table is ours', () => {
    fc.assert(
      fc.property(statements, (sql) => {
        const step = understand(sql, { people: { expressions: new Map([['email', 'NULL::text']]), filters: ['true'] } })
        if (step.kind === 'refuse') return
        const tree = parseSync(step.value.rewritten.text)
        const qualified = rangesIn(tree.stmts).filter(({ schemaname }) => schemaname !== undefined)
        for (const { schemaname, relname = '' } of qualified) expect(FIND(schemaname, relname)).toBeDefined()
        expect(tree.stmts).toHaveLength(1)
      }),
      { numRuns: RUNS },
    )
  }, 300_000)
})

describe.skipIf(POSTGRES === undefined)('generated statements (needs PostgreSQL)', () => {
  let server: PostgresServer
  let plain: Database
  let one: Database
  let other: Database
  let replacements: Record<string, Replacement> = {}

  beforeAll(async () => {
    server = await startPostgres()
    plain = await openDatabase(server, 'plain', tablesWith('aaaa', 'aaaa'), 'public, hr')
    await plain.ask('alter table people drop column secret, drop column hidden')
    one = await openDatabase(server, 'one', tablesWith('aaaa', 'aaaa'), 'pg_catalog, pg_temp')
    other = await openDatabase(server, 'other', tablesWith('zzzzzzz', 'aaaa'), 'pg_catalog, pg_temp')
    const filter = readFilter('not public.veiled(hidden)', 'people')
    if (filter.kind === 'refuse') throw new Error(filter.message)
    replacements = { people: { expressions: new Map(), filters: [filter.value] } }
  }, 60_000)

  afterAll(async () => {
    for (const database of [plain, one, other]) await database.close()
    await server.remove()
  })

  it('[sql.same] mean what they meant, where nothing is changed', async () => {
    await fc.assert(
      fc.asyncProperty(statements, async (sql) => {
        const original = await plain.ask(sql)
        const step = understand(sql, {})
        if (step.kind === 'refuse') {
          SEEN.refused += 1
          // What is refused here PostgreSQL fails at too, though maybe at another fault of it first.
          expect({ sql, message: step.message, error: original.error }).toMatchObject({
            error: expect.stringMatching(/^(42|22)/),
          })
          return
        }
        const { rewritten, mentions } = step.value
        const answer = await one.ask(rewritten.text)
        // A whole row is no longer of the table's own type, which compares to no other.
        if (/(types|type|operator).* (people|orders|depts)/.test(original.error ?? '')) return
        expect({ sql, failed: answer.error !== undefined }).toEqual({ sql, failed: original.error !== undefined })
        if (answer.error !== undefined) {
          SEEN.failed += 1
          return
        }
        SEEN.ran += 1
        if (!/\blimit\b|\bdistinct on\b|\bover\b/.test(sql))
          expect({ sql, rows: sorted(answer.rows).length }).toEqual({ sql, rows: sorted(original.rows).length })
        const described = await one.describe(rewritten.text)
        if (typeof described === 'string') throw new Error(described)
        expect({ sql, names: mentions.outputs.map(({ name }) => name) }).toEqual({
          sql,
          names: described.map(({ name }) => name),
        })
        mentions.outputs.forEach(({ origin }, at) => {
          const { column } = described[at] ?? {}
          if (origin === undefined || column === undefined) return
          expect({ sql, column }).toEqual({
            sql,
            column: `${origin.relation.schema}.${origin.relation.table}.${origin.column}`.replace(/^public\./, ''),
          })
        })
      }),
      { numRuns: RUNS },
    )
    // Not all of them by the wayside.
    expect(SEEN.ran).toBeGreaterThan(RUNS / 5)
  }, 300_000)

  it('[sql.plain] tell nothing of a column that is but a plain output', async () => {
    await fc.assert(
      fc.asyncProperty(statements, async (sql) => {
        const step = understand(sql, replacements)
        if (step.kind === 'refuse') return
        const { rewritten, mentions } = step.value
        const isEmail = ({ relation, column }: { relation: { table: string }; column: string }): boolean =>
          relation.table === 'people' && column === 'email'
        if (mentions.columns.some((use) => isEmail(use) && !use.isPlain)) return
        const shown = mentions.outputs.map(({ origin }) => origin !== undefined && isEmail(origin))
        const blank = ({ rows, error }: Answer): unknown => ({
          error: error?.slice(0, 5),
          rows: sorted(rows.map((row) => row.map((cell, at) => (shown[at] === true ? 'shown' : cell)))),
        })
        expect({ sql, answer: blank(await one.ask(rewritten.text)) }).toEqual({
          sql,
          answer: blank(await other.ask(rewritten.text)),
        })
      }),
      { numRuns: RUNS },
    )
  }, 300_000)

  it('[sql.masked] tell nothing of a column that is masked, whatever they do with it', async () => {
    const email = maskExpression('full', '"people"."email"', 'text') ?? ''
    const masked = {
      people: { expressions: new Map([['email', email]]), filters: replacements['people']?.filters ?? [] },
    }
    await fc.assert(
      fc.asyncProperty(statements, async (sql) => {
        const step = understand(sql, masked)
        if (step.kind === 'refuse') return
        const { text } = step.value.rewritten
        expect({ sql, answer: await one.ask(text) }).toEqual({ sql, answer: await other.ask(text) })
      }),
      { numRuns: RUNS },
    )
  }, 300_000)
})

function sorted(rows: Answer['rows']): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}

function rangesIn(value: unknown): readonly { schemaname?: string; relname?: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, held]) =>
    name === 'RangeVar' ? [held as Extract<Node, { RangeVar: unknown }>['RangeVar']] : rangesIn(held),
  )
}
