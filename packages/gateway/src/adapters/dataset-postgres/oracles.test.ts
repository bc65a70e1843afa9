import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeople, refused, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import type { TableSource } from '../../spec/index.js'

const EMAIL = 'public.people.email'
const masked = { columns: { [EMAIL]: 'mask' } } as const

describe.skipIf(POSTGRES === undefined)('a changed column that decides what else is seen (needs PostgreSQL)', () => {
  let server: PostgresServer
  let strict: TableSource
  let lenient: TableSource
  beforeAll(async () => {
    server = await startPeople(`
      CREATE TABLE people (id integer, email text, born date);
      INSERT INTO people VALUES (1, 'ann@x.example', '1990-05-06'), (2, 'bob@y.example', '1991-07-08');
      GRANT SELECT ON people TO analyst`)
    const columns = (['id', 'email', 'born'] as const).map((name) => ({
      name,
      level: 'internal',
      categories: [],
      mask: ({ id: 'full', email: 'email', born: 'year' } as const)[name],
    }))
    const tables = [tableOf('people', [], { columns })]
    strict = (await openPeople(server, { tables })).source
    lenient = (await openPeople(server, { tables, oracles: 'masks' })).source
  })
  afterAll(async () => {
    await strict.close()
    await lenient.close()
    await server.remove()
  })

  it.each([
    `SELECT id FROM people WHERE email = 'ann@x.example'`,
    'SELECT id FROM people ORDER BY email',
    'SELECT count(*) FROM people GROUP BY email',
    'SELECT DISTINCT email FROM people',
    'SELECT max(email) FROM people',
    'SELECT email FROM people ORDER BY 1',
    'SELECT lower(email) FROM people',
    'SELECT email::text FROM people',
    'SELECT people::text FROM people',
    'SELECT p.id FROM people p JOIN people q ON p.email = q.email',
    'SELECT p.id FROM people p JOIN people q USING (email)',
    'SELECT p.id FROM people p NATURAL JOIN people q',
    'SELECT id, row_number() OVER (ORDER BY email) FROM people',
    'SELECT CASE WHEN email IS NULL THEN 1 ELSE 2 END FROM people',
    'SELECT id FROM people WHERE EXISTS (SELECT email FROM people q WHERE q.email > people.email)',
    'SELECT 1 / (length(email) - 13) FROM people',
    'SELECT email FROM people UNION SELECT email FROM people',
  ])('is refused, with the place: %s', async (sql) => {
    const refusal = await refused(strict, sql, masked)
    expect(refusal).toMatchObject({ code: 'obligation_failed', status: 422, param: 'sql' })
    expect(refusal.message).toContain(EMAIL)
    const place = /character (\d+)/.exec(refusal.message)?.[1]
    if (place !== undefined)
      expect(sql.slice(Number(place))).toMatch(/^([a-z]\.)?(email|people|1|p\b|q\b)|^USING|^NATURAL/)
    // Nothing else is wrong with it.
    await shown(strict, sql).catch((error: unknown) => expect(String(error)).toContain('division by zero'))
  })

  it('sees the masks where the operator chose so, and never more', async () => {
    const all = 'SELECT email, count(*) FROM people GROUP BY email ORDER BY email'
    expect(await shown(lenient, all, masked)).toEqual([
      ['a***@x.example', '1'],
      ['b***@y.example', '1'],
    ])
    expect(await shown(lenient, `SELECT id FROM people WHERE email LIKE '%ann%'`, masked)).toEqual([])
    expect(await shown(lenient, 'SELECT people::text FROM people WHERE id = 1', masked)).toEqual([
      ['(1,a***@x.example,1990-05-06)'],
    ])
    const both = { columns: { ...masked.columns, 'public.people.born': 'mask' } } as const
    expect(await shown(lenient, 'SELECT max(born) FROM people', both)).toEqual([['1991-01-01']])
    expect(await shown(lenient, 'SELECT count(email) FROM people', { columns: { [EMAIL]: 'drop' } })).toEqual([['0']])
  })

  it('is refused there too where it is to be tokenized: until then it is itself', async () => {
    const tokenized = { columns: { [EMAIL]: 'tokenize' } } as const
    expect(await refused(lenient, 'SELECT lower(email) FROM people', tokenized)).toMatchObject({
      code: 'obligation_failed',
    })
    expect(await refused(lenient, 'SELECT id FROM people ORDER BY email', tokenized)).toMatchObject({
      code: 'obligation_failed',
    })
    expect(await shown(lenient, 'SELECT email FROM people WHERE id = 1', tokenized)).toEqual([['ann@x.example']])
  })

  it('is masked as its column says, and by nothing where its type has no such mask', async () => {
    const born = { columns: { 'public.people.born': 'mask', 'public.people.id': 'mask' } } as const
    expect(await shown(strict, 'SELECT id, email, born FROM people', born)).toEqual([
      [null, 'ann@x.example', '1990-01-01'],
      [null, 'bob@y.example', '1991-01-01'],
    ])
    const { source, warnings } = await openPeople(server, {
      tables: [
        tableOf('people', [], { columns: [{ name: 'born', level: 'internal', categories: [], mask: 'email' }] }),
      ],
    })
    expect(warnings).toEqual([
      'dataset `people`: the column `public.people.born`, of the type `date`, has no such mask: where policy masks it, it is refused',
    ])
    expect(await refused(source, 'SELECT born FROM people', born)).toMatchObject({ code: 'obligation_failed' })
    expect(await shown(source, 'SELECT born FROM people WHERE false')).toEqual([])
    await source.close()
  })
})
