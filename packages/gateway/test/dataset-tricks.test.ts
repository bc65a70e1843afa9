import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFilter } from '../src/adapters/dataset-postgres/sql/filter.js'
import { maskExpression } from '../src/adapters/dataset-postgres/sql/masks.js'
import type { Replacement } from '../src/adapters/dataset-postgres/sql/rewrite.js'
import { loadGrammar } from '../src/adapters/dataset-postgres/sql/statement.js'
import { type Database, openDatabase, tablesWith, understand } from './dataset-world.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'

/** Nothing of them reaches the database. */
const REFUSED: readonly string[] = [
  // More than one statement, or none.
  'select 1; select email from people',
  'select 1; drop table people',
  '',
  '-- nothing',
  '/* nothing */',
  'select 1 /* /* nested */',
  "select 'open",
  'select "open',
  'select $$open',
  // Other statements.
  'insert into people (id, hidden) values (9, false)',
  'update people set email = null',
  'delete from people',
  'truncate people',
  'copy people to stdout',
  "copy people to program 'cat'",
  "copy (select * from people) to '/tmp/x'",
  'prepare p as select * from people',
  'execute p',
  'deallocate all',
  'declare c cursor for select * from people',
  'fetch all from c',
  'do $$ begin perform 1; end $$',
  'call p()',
  'explain select * from people',
  'explain analyze select * from people',
  'show all',
  'set search_path = public',
  'set local role postgres',
  'reset all',
  'begin',
  'commit',
  'lock table people',
  'listen x',
  'notify x',
  "load 'x'",
  'vacuum',
  'analyze people',
  'create table x as select * from people',
  'create temp table people (id int)',
  'merge into people p using orders o on p.id = o.id when matched then delete returning *',
  'select * into x from people',
  'select * into temp people from people',
  'refresh materialized view x',
  'grant select on people to public',
  // Parts of a SELECT that do more than read.
  'select * from people for update',
  'select * from people for share of people skip locked',
  'with x as (insert into orders values (7) returning *) select * from x',
  'with x as (update people set name = null returning email) select * from x',
  'with x as (delete from people returning email) select * from x',
  'with x as (merge into people p using orders o on p.id = o.id when matched then delete returning *) select * from x',
  // Tables that are not there, by any name.
  'select * from salaries',
  'select * from public.salaries',
  'select * from hr.people',
  'select * from postgres.public.people',
  'select * from pg_class',
  'select * from pg_catalog.pg_class',
  'select * from information_schema.columns',
  'select * from pg_stats',
  'select * from pg_authid',
  'select * from pg_settings',
  'select * from pg_temp.people',
  'select * from "PEOPLE"',
  'select * from nowhere',
  'table salaries',
  'select (select max(amount) from salaries)',
  'select 1 where exists (select 1 from salaries)',
  'select 1 from people where id in (table salaries)',
  'select * from people, lateral (select * from salaries) x',
  'with a as (select 1) select * from a, salaries',
  'with salaries as (select * from salaries) select * from salaries',
  'with a as (select * from b), b as (select 1) select * from a',
  'select * from (with salaries as (select 1) select 1) x, salaries',
  'select (with people as (select 1 as secret) select 1), secret from people',
  'with pg_class as (select 1) select * from pg_class',
  'select * from U&"\\0070eople"',
  'select * from U&"!0070eople" uescape \'!\'',
  'select * from only people',
  'select * from people *',
  'select * from people tablesample bernoulli (100)',
  'with recursive r as (select 1 union all select 1 from r) select * from r',
  'with recursive people as (select * from people) select * from people',
  // Columns that nobody classified, and those that every table has.
  'select secret from people',
  'select people.secret from people',
  'select public.people.secret from people',
  'select p.secret from people p',
  'select "secret" from people',
  'select hidden from people',
  'select ctid from people',
  'select xmin, cmin from people',
  'select tableoid from people',
  'select U&\'x\' from people where U&"\\0073ecret" is null',
  'select U&"!0073ecret" uescape \'!\' from people',
  'select * from people natural join (select 1 as hidden) x where secret is null',
  'select * from people join people q using (secret)',
  'select 1 from people order by secret',
  'select 1 from people group by secret',
  'select (p).secret from people p',
  'select (p).* from people p',
  'select (people).email from people',
  'select ((row_to_json(p))::people).secret from people p',
  'select * from people p(secret)  where p.hidden',
  'select row(p.*)::people from people p',
  'select null::people',
  "select * from json_populate_record(null::people, '{}')",
  // Functions.
  'select leak()',
  'select public.leak()',
  'select * from public.leak()',
  'select pg_sleep(1)',
  'select pg_catalog.pg_sleep(1)',
  "select pg_read_file('/etc/passwd')",
  "select pg_ls_dir('/')",
  'select pg_backend_pid()',
  "select current_setting('search_path')",
  "select set_config('search_path', 'public', false)",
  'select version()',
  'select current_user',
  'select session_user',
  'select current_catalog',
  'select current_schema',
  'select current_schemas(true)',
  'select system_user',
  'select inet_server_addr()',
  "select query_to_xml('select * from salaries', true, true, '')",
  "select table_to_xml('people', true, true, '')",
  "select database_to_xml(true, true, '')",
  "select * from ts_stat('select to_tsvector(secret) from people')",
  "select ts_rewrite('a'::tsquery, 'select secret from people')",
  "select lo_import('/etc/passwd')",
  'select lo_get(1)',
  "select dblink('x', 'select 1')",
  "select nextval('x')",
  "select has_table_privilege('people', 'select')",
  "select to_regclass('people')",
  "select pg_relation_size('people')",
  'select pg_column_size(email) from people',
  'select pg_advisory_lock(1)',
  'select txid_current()',
  'select clock_timestamp()',
  'select obj_description(1)',
  'select xmlelement(name x, email) from people',
  "select xmlserialize(document '<a/>' as text)",
  'select xmlforest(email) from people',
  "select xpath('/', '<a/>')",
  "select * from xmltable('/' passing '<a/>' columns x text)",
  "select * from json_table('[]', '$[*]' columns (x int path '$'))",
  "select repeat('x', 1000000000)",
  "select lpad('x', 1000000000)",
  "select lpad('x', id) from people",
  "select format('%1000000000s', 'x')",
  'select * from generate_series(1, 1000000000)',
  'select * from generate_series(1, (select count(*) from people))',
  "select * from generate_series('2000-01-01'::timestamp, '2100-01-01', '1 second')",
  'select array_fill(1, array[100000000])',
  "select 'x'::char(1000000)",
  "select '1'::bit(1000000)",
  'select p.row_to_json from people p',
  'select p.pg_typeof from people p',
  'select t.pg_sleep from unnest(array[1]) as t',
  "select t.pg_read_file from unnest(array['/etc/passwd']) as t",
  "select ('/etc/passwd').pg_read_file",
  "select ('/etc/passwd'::text).pg_read_file",
  "select (array['/etc/passwd'])[1].pg_read_file",
  'select * from rows from (unnest(array[1]), unnest(array[2])) x',
  'select * from unnest(array[1], array[2]) x',
  'select id from people where exists (select 1 from unnest(to_tsvector(name)) as email where email is not null)',
  'select * from people, unnest(tags) x',
  "select * from rows from (pg_ls_dir('/')) x",
  // Operators, types and collations of a schema; types that look names up.
  'select 1 operator(public.+) 2',
  'select 1 = any (select 1) and 1 operator(public.=) any (select 1)',
  "select 'people'::regclass",
  "select 'pg_read_file'::regproc::oid",
  "select 'people'::public.people",
  'select $1::regclass',
  "select cast('x' as regrole)",
  "select '1'::oid",
  "select '<a/>'::xml",
  "select 'x'::public.citext",
  "select 'a' collate public.c",
  'select 1 from people order by id using <',
  // Names that are there twice.
  'select email from people, orders',
  // Far too much.
  `select ${'('.repeat(100)}1${')'.repeat(100)}`,
  `select ${'not '.repeat(1_000)}true`,
  `select ${'not '.repeat(10_000)}true`,
  `select ${'1,'.repeat(3_000)}1`,
  `select '${'x'.repeat(70_000)}'`,
  `select 1${'+1'.repeat(1_000)}`,
  `select * from ${Array.from({ length: 40 }, (_, at) => `people p${at}`).join(', ')}`,
  'select 1\0; select email from people',
  'select \u0007 1',
  'select \ud800',
]

/** They run: over what may be seen. None may tell two databases apart that differ in nothing that may be seen. */
const RUNS: readonly string[] = [
  '; select email from people;',
  'select 1 from people, people',
  'select * from people',
  'table people',
  'select * from people order by email, id',
  'select email from people where email is not null',
  "select * from people where email like 'a%'",
  "select * from people where email > 'm'",
  'select id from people order by email desc, id limit 1',
  'select min(email), max(email), count(distinct email) from people',
  'select email, count(*) from people group by email',
  'select length(email), md5(email), ascii(email) from people',
  "select case when email < 'm' then 1 / 0 else 1 end from people",
  "select 1 / (case when email like 'a%' then 0 else 1 end) from people",
  'select email::int from people',
  'select cast(email as date) from people',
  'select email::text, (email)::varchar(3), left(email, 1) from people',
  'select p from people p',
  'select people from people',
  'select p::text from people p',
  'select row(p.*)::text from people p',
  'select row_to_json(p), to_jsonb(p) from people p',
  'select json_agg(p), array_agg(p) from people p',
  'select count(p), count(p.*) from people p',
  'select string_agg(p::text, $$,$$) from people p',
  "select concat(p, ''), concat_ws(',', p.*) from people p",
  'select quote_literal(p), quote_nullable(email) from people p',
  'select * from people p where p is not null',
  'select * from people p where p = p',
  "select * from people p where p::text ~ 'a+'",
  'select p1.id from people p1 join people p2 on p1.email = p2.email',
  'select * from people p join orders o using (email)',
  'select * from people natural join orders',
  'select * from people p left join orders o on p.email = o.email where o.id is null',
  'select email from people union select email from orders',
  'select email from people intersect select email from orders',
  'select email from people except all select email from orders',
  "select 1 from people group by () having max(email) > 'm'",
  'select distinct on (email) id from people order by email, id',
  'select rank() over (order by email) from people',
  'select id, lag(email) over (order by id), first_value(email) over w from people window w as (partition by email order by id)',
  'select grouping(email), email from people group by rollup (email)',
  'select email, dept, count(*) from people group by grouping sets ((email), (dept), ())',
  'with s as (select * from people) select s from s',
  "with s as materialized (select email e from people) select * from s where e > 'm'",
  "with people as (select id, email from people where email > 'm') select * from people",
  'with a as (with a as (select * from people) select * from a) select a.* from a, people',
  'with orders as (select email from people) select * from orders',
  'select x.* from people p, lateral (select p.email as e, p as row) x',
  'select (select email from people where id = 1), array(select email from people order by 1)',
  'select exists (select 1 from people where email > $$m$$)',
  "select id from people where email in ('Ann') or email = any (select email from orders)",
  'select * from people where (email, id) > ($$m$$, 1)',
  'select * from people where email between $$a$$ and $$m$$',
  'select * from people where email similar to $$a%$$ escape $$!$$',
  'select nullif(email, $$x$$), coalesce(email, $$none$$), greatest(email, $$m$$) from people',
  'select * from unnest(array(select email from people)) with ordinality as t(x, n)',
  'select * from people, unnest(tags::text[]) x',
  'select * from people, unnest(array[email]) x',
  'select * from people p, jsonb_each(to_jsonb(p)) x',
  'select * from people p, jsonb_each_text(to_jsonb(p)) as e(k, v) where v > $$m$$',
  'select * from jsonb_to_recordset((select jsonb_agg(p) from people p)) as x(id int, email text, secret text)',
  'select (select jsonb_agg(p) from people p) ->> $$secret$$',
  "select to_jsonb(p) -> 'email', to_jsonb(p) -> 'secret', to_jsonb(p) -> 'hidden' from people p",
  "select jsonb_path_query(to_jsonb(p), '$.*') from people p",
  'select to_tsvector(email), ts_headline(email, to_tsquery($$a$$)) from people',
  'select regexp_replace(email, $$(.)$$, $$\\1\\1$$), split_part(email, $$@$$, 1) from people',
  'select * from people p(a, b, c, d, e, f, g, h)',
  'select id as secret, * from people where id = 1',
  'select * from (select * from people) as people (id, email)',
  'select * from (people p join orders o on true) as j(a, b, c)',
  'select count(*) from people',
  'select count(*) from people where age > 1',
  'select sum(age), avg(age), max(id) from people',
  'select 1 / (select count(*) - 4 from people)',
  'select 1 / age from people',
  'select 10 / (106 - id) from people',
  'select (case when id > 4 then $$x$$ else $$1$$ end)::int from people',
  'select id from people where 1 / (id - 106) < 1',
  'select * from people where (case when id > 104 then $$x$$ else $$1$$ end)::int = 1',
  'select * from people join orders on 1 / (people.id - 106) is null',
  'select max(id) from people having 1 / (max(id) - 107) is null',
  'select id from people order by 1 / (id - 106)',
  'select id from people limit (select max(id) from people)',
  'select id from people offset (select count(*) from people) - 1',
  'select percentile_disc(0.5) within group (order by email), mode() within group (order by email) from people',
  'select count(*) filter (where email > $$m$$) from people',
  'values ((select max(email) from people)), ($$x$$)',
  'select email collate "C" from people order by email collate "C" desc',
  'select pg_catalog.lower(email), email operator(pg_catalog.||) $$x$$ from people',
  'select public.people.email, people.id from public.people where public.people.email is null',
  'select email /* secret */ from people -- ; select secret from people',
  "select 'from salaries', $$ from salaries $$, E'\\' from salaries', $x$ ' $x$ from people",
  'select "email" "secret" from "public"."people" "salaries"',
  'select current_date = current_date, interval $$1 day$$, extract(year from born) from people',
]

const NOWHERE = /secret|aaa|zzz/i

describe.skipIf(POSTGRES === undefined)('SQL tricks (needs PostgreSQL)', () => {
  let server: PostgresServer
  let one: Database
  let other: Database
  let replacements: Record<string, Replacement> = {}

  beforeAll(async () => {
    await loadGrammar()
    server = await startPostgres()
    one = await openDatabase(server, 'one', tablesWith('aaaa'), 'pg_catalog, pg_temp')
    other = await openDatabase(server, 'other', tablesWith('zzzzzzz'), 'pg_catalog, pg_temp')
    // It costs more than what a statement asks, so that PostgreSQL would ask that first.
    const filter = readFilter('not public.veiled(hidden)', 'people')
    const email = maskExpression('full', '"people"."email"', 'text')
    if (filter.kind === 'refuse' || email === undefined) throw new Error('the world is broken')
    replacements = { people: { expressions: new Map([['email', email]]), filters: [filter.value] } }
  }, 60_000)

  afterAll(async () => {
    await one.close()
    await other.close()
    await server.remove()
  })

  it.each(REFUSED.map((sql) => [sql.length > 100 ? `${sql.slice(0, 100)}…` : sql, sql]))(
    '[sql.one-select] refuses %s',
    (_, sql) => {
      const step = understand(sql, replacements)
      expect(step).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
    },
  )

  it.each(RUNS)('[sql.masked] learns nothing by %s', async (sql) => {
    const step = understand(sql, replacements)
    if (step.kind === 'refuse') throw new Error(step.message)
    const { text } = step.value.rewritten
    const [here, there] = [await one.ask(text), await other.ask(text)]
    expect(here).toEqual(there)
    expect(JSON.stringify(here.rows)).not.toMatch(/aaa|zzz/)
    expect(here.error ?? '').not.toMatch(/aaa|zzz/)
  })

  it('says nothing of the statement in a refusal', () => {
    for (const sql of REFUSED) {
      const step = understand(sql, replacements)
      if (step.kind === 'refuse') expect([step.message, step.forLog].join(' ')).not.toMatch(NOWHERE)
    }
  })

  it('would tell the two apart if it did not mask', async () => {
    const step = understand('select email from people order by id', {})
    if (step.kind === 'refuse') throw new Error(step.message)
    expect(await one.ask(step.value.rewritten.text)).not.toEqual(await other.ask(step.value.rewritten.text))
  })
})
