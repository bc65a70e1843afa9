import { beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '../../../spec/index.js'
import { findIn, relationsOf } from './relations.js'
import { type Replacement, type Rewritten, rewrite } from './rewrite.js'
import { loadGrammar, parseStatement } from './statement.js'

const FIND = findIn(
  ['sales', 'public'],
  [
    { schema: 'public', table: 'people', columns: ['id', 'name', 'email'] },
    { schema: 'public', table: 'Odd "é"', columns: ['a b'] },
    { schema: 'sales', table: 'orders', columns: ['id', 'person'] },
  ],
)
const AS_IS: Replacement = { expressions: new Map(), filters: [] }
const PEOPLE = 'SELECT "people"."id", "people"."name", "people"."email" FROM "public"."people"'

beforeAll(loadGrammar)

function rewritten(sql: string, replacement = AS_IS): Step<Rewritten> {
  const parsed = parseStatement(sql)
  if (parsed.kind === 'refuse') return parsed
  const used = relationsOf(parsed.value, FIND)
  return used.kind === 'refuse' ? used : rewrite(parsed.value, used.value, () => replacement)
}

function textOf(sql: string, replacement = AS_IS): string {
  const step = rewritten(sql, replacement)
  return step.kind === 'refuse' ? step.message : step.value.text
}

describe('tables become sub-selects of what may be seen', () => {
  it.each([
    ['select * from people', `select * from (${PEOPLE}) AS "people"`],
    ['select * from people p', `select * from (${PEOPLE}) p`],
    ['select * from public.people as p (a, b)', `select * from (${PEOPLE}) as p (a, b)`],
    ['select * from public /* . */ . people', `select * from (${PEOPLE}) AS "people"`],
    ['TABLE people', `SELECT * FROM (${PEOPLE}) AS "people"`],
    ['select 1 union table "people" order by 1', `select 1 union SELECT * FROM (${PEOPLE}) AS "people" order by 1`],
    ['select * from "Odd ""é""" é -- é', 'select * from (SELECT "Odd ""é"""."a b" FROM "public"."Odd ""é""") é -- é'],
    [
      'with people as (select * from people) select * from people',
      `with people as (select * from (${PEOPLE}) AS "people") select * from people`,
    ],
    ["select $$ from people $$, E'\\' from people', 'x'", "select $$ from people $$, E'\\' from people', 'x'"],
  ])('%s', (sql, becomes) => {
    expect(textOf(sql)).toBe(becomes)
  })

  it('puts expressions in the place of columns and fences off filters', () => {
    const replacement = { expressions: new Map([['email', 'NULL::text']]), filters: ['a', 'b'] }
    expect(textOf('select * from people', replacement)).toBe(
      'select * from (SELECT "people"."id", "people"."name", NULL::text AS "email" FROM "public"."people" WHERE (a) AND (b) OFFSET 0) AS "people"',
    )
  })

  it.each([
    '1) AS x, pg_authid, (SELECT 1',
    '1 AS "email" FROM "public"."people") AS "people", (SELECT 1',
    '1 AS "email" FROM "public"."people") AS "people" WHERE false OR EXISTS (SELECT 1',
    'NULL) AS "email" FROM public.people WHERE (true',
    "'open",
    '1; SELECT 1',
    '1 --',
    '1 /*',
  ])('does not run what a replacement makes something else of: %s', (expression) => {
    const step = rewritten('select * from people', { expressions: new Map([['email', expression]]), filters: [] })
    expect(step).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
  })

  it.each(['select É.id from people as é, people as "É"', 'select 1 as ÀB'])(
    '%s depends on the encoding of the server',
    (sql) => {
      expect(rewritten(sql)).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
    },
  )

  it('tells where an error of the database stands in the text of the caller', () => {
    const sql = "select 'é😀' from people where nme = 1"
    const step = rewritten(sql)
    if (step.kind === 'refuse') throw new Error(step.message)
    const { text, positionInOriginal } = step.value
    const codePoints = [...text.slice(0, text.indexOf('nme'))].length
    expect(positionInOriginal(codePoints + 1)).toBe(sql.indexOf('nme'))
    expect(positionInOriginal([...text.slice(0, text.indexOf('SELECT'))].length + 1)).toBeUndefined()
    expect(positionInOriginal([...text].length + 1)).toBe(sql.length)
  })
})
