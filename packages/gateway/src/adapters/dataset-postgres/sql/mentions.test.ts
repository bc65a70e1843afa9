import { beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '../../../spec/index.js'
import { type Mentions, mentionsOf } from './mentions.js'
import { findIn, relationsOf } from './relations.js'
import { loadGrammar, parseStatement } from './statement.js'

const FIND = findIn(
  ['public'],
  [
    { schema: 'public', table: 'people', columns: ['id', 'name', 'email'] },
    { schema: 'public', table: 'orders', columns: ['id', 'person', 'doc', 'email'] },
  ],
)

beforeAll(loadGrammar)

function mentions(sql: string): Step<Mentions> {
  const parsed = parseStatement(sql)
  if (parsed.kind === 'refuse') return parsed
  const used = relationsOf(parsed.value, FIND)
  return used.kind === 'refuse' ? used : mentionsOf(parsed.value, used.value)
}

/** `people.email` for a plain one, `people.email@12` for one that is used at character 12. */
function told(sql: string): string {
  const step = mentions(sql)
  if (step.kind === 'refuse') return step.message
  return step.value.columns
    .map(
      ({ relation, column, isPlain, position }) => `${relation.table}.${column}${isPlain ? '' : `@${position ?? ''}`}`,
    )
    .join(' ')
}

describe('plain outputs', () => {
  it.each([
    ['select email from people', 'people.email'],
    ['select p.email as e from people p where id = 1', 'people.email people.id@40'],
    ['select public.people.email from people', 'people.email'],
    ['select * from people', 'people.id people.name people.email'],
    ['table people', 'people.id people.name people.email'],
    ['select p.* from people p, orders o', 'people.id people.name people.email'],
    ['select 1 from people', ''],
    ['select count(*) from people', ''],
    ['select e from (select email from people) s(e)', 'people.email'],
    ['with s as (select * from people) select name from s', 'people.id people.name people.email'],
    ['select x.e from orders o, lateral (select o.email) x(e)', 'orders.email'],
    ['select email from people where exists (select * from people)', 'people.email people.id people.name'],
    ['select email, now() from people limit $1', 'people.email'],
  ])('%s', (sql, becomes) => {
    expect(told(sql)).toBe(becomes)
  })
})

describe('uses that tell something else', () => {
  it.each([
    ['select 1 from people where email = $1', 'people.email@27'],
    ['select lower(email) from people', 'people.email@13'],
    ['select email::text from people', 'people.email@7'],
    ['select (email) from people order by 1', 'people.email@36'],
    ['select email as e from people order by e', 'people.email@39'],
    [
      'select email e from people order by lower(e)',
      'The statement is not accepted: an unknown or ambiguous column, at line 1, column 43 (character 42).',
    ],
    ['select name as email from people order by email', 'people.name@42'],
    ['select name as email from people group by name, email', 'people.name@42 people.email@48'],
    ['select id from people group by 1', 'people.id@31'],
    ['select id from people group by grouping sets ((1), ())', 'people.id@47'],
    ['select name from people group by grouping sets ((email), (name))', 'people.name@58 people.email@49'],
    ['select distinct email from people', 'people.email@16'],
    ['select distinct on (email) name from people', 'people.name people.email@20'],
    ['select email from people union all select name from people', 'people.email@42 people.name@42'],
    ['select (select email from people limit 1)', 'people.email@7'],
    ['select array(select email from people)', 'people.email@7'],
    ['select 1 where 1 in (select id from people)', 'people.id@17'],
    ['select p from people p', 'people.id@7 people.name@7 people.email@7'],
    ['select people from people', 'people.id@7 people.name@7 people.email@7'],
    ['select row_to_json(p) from people p', 'people.id@19 people.name@19 people.email@19'],
    ['select row(p.*) from people p', 'people.id@11 people.name@11 people.email@11'],
    ['select count(p.*) from people p', 'people.id@13 people.name@13 people.email@13'],
    ['select 1 from people p join orders o using (email)', 'people.email@14 orders.email@14'],
    ['select 1 from people natural join orders', 'people.id@14 people.email@14 orders.id@14 orders.email@14'],
    ['select 1 from people p join orders o on o.person = p.email', 'orders.person@40 people.email@51'],
    [
      'select sum(id) over (partition by email order by name) from people',
      'people.id@11 people.email@34 people.name@49',
    ],
    ['select 1 from people window w as (order by email)', 'people.email@43'],
    ['select 1 from (select email from people) s where s.email is null', 'people.email@49'],
    ['with s as (select email e from people) select 1 from s order by (select e)', 'people.email@64'],
    ['select case when true then email end from people', 'people.email@27'],
    ['select x from orders o, jsonb_array_elements(o.doc) x', 'orders.doc@45'],
    ['select value from orders, jsonb_each(doc)', 'orders.doc@37'],
    ['select y.a from orders, jsonb_to_recordset(doc) as y(a int)', 'orders.doc@43'],
    ['select 1 from people limit (select id from people)', 'people.id@27'],
    ['values ((select email from people))', 'people.email@8'],
    ['select 1 from (people p join orders o on true) j (a, b, c) where c is null', 'people.email@65'],
  ])('%s', (sql, becomes) => {
    expect(told(sql)).toBe(becomes)
  })
})

describe('names are looked up as PostgreSQL does', () => {
  it.each([
    // A sub-select that is not LATERAL sees nothing beside it.
    'select 1 from people p, (select p.email) s',
    'select 1 from orders o join (select o.id) s on true',
    // ON sees the two sides alone.
    'select 1 from people p, orders o join orders q on p.id = o.id',
    // An outer name is hidden by an alias, and so are columns by names that take their place.
    'select people.id from people p',
    'select id from people p(a)',
    'select 1 from (people p join orders o on true) j where p.name is null',
    'select 1 from people p(a, b, c, d)',
    'select id from people, orders',
    'select 1 from people order by 2',
    // A common table expression sees neither itself nor what follows.
    'with a as (select * from b), b as (select 1) select 1 from a',
    'with people as (select 1 as one) select email from people',
    'with a as (select 1) select 1 from (with b as (select 1) select 1) s, b',
    // Columns that a table has and the catalogue has not; system columns.
    'select secret from people',
    'select ctid from people',
    'select p.xmin from people p',
    'select tableoid from people',
    // A function by the name of a column.
    'select p.row_to_json from people p',
    'select t.pg_sleep from unnest(array[1]) as t',
    "select t.pg_read_file from unnest(array['/etc/passwd']) as t",
    'select (p).email from people p',
    "select ('/etc/passwd').pg_read_file",
    'select other.people.id from people',
    'select public.people.id from people p',
    'select db.public.people.id from people',
  ])('%s', (sql) => {
    expect(mentions(sql)).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
  })

  it('resolves an inner name before an outer one', () => {
    expect(told('select 1 from people p where exists (select 1 from orders where email = person)')).toBe(
      'orders.email@64 orders.person@72',
    )
    expect(told('select 1 from orders where exists (select 1 from people where name = person)')).toBe(
      'people.name@62 orders.person@69',
    )
    expect(told('select 1 from people x where exists (select 1 from (select x.email) s)')).toBe('people.email')
  })

  it('names outputs and says where they come from', () => {
    const step = mentions('select id, lower(name), email as e, (select 1 as one), null::int, * from people')
    if (step.kind === 'refuse') throw new Error(step.message)
    expect(step.value.outputs.map(({ name, origin }) => [name, origin?.column])).toEqual([
      ['id', 'id'],
      ['lower', undefined],
      ['e', 'email'],
      ['one', undefined],
      ['int4', undefined],
      ['id', 'id'],
      ['name', 'name'],
      ['email', 'email'],
    ])
  })
})
