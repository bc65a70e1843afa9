import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeople, refused, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import type { TableSource } from '../../spec/index.js'

describe.skipIf(POSTGRES === undefined)('a database in another encoding than ours (needs PostgreSQL)', () => {
  let server: PostgresServer
  let source: TableSource
  beforeAll(async () => {
    server = await startPeople('')
    await server.run(`CREATE DATABASE old ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
    const url = server.url.replace(/[^/]*$/, 'old')
    await server.run(
      `CREATE TABLE people (id integer, name text, email text);
      INSERT INTO people VALUES (7, 'Zoë', 'zoe@clinic.example');
      GRANT SELECT ON people TO analyst`,
      url,
    )
    const tables = [tableOf('people', ['id', 'name', 'email'])]
    source = (await openPeople(server, { url: url.replace('gate@', 'reader@'), tables })).source
  })
  afterAll(async () => {
    await source.close()
    await server.remove()
  })

  it('[sql.names] takes no name for another that is cut elsewhere', async () => {
    expect(await shown(source, 'SELECT name FROM people')).toEqual([['Zoë']])
    const [short, long] = ['a'.repeat(62), `${'a'.repeat(62)}é`]
    const sql = `SELECT o.id FROM (SELECT id, email AS "${long}" FROM people) o
      WHERE EXISTS (SELECT FROM (SELECT name AS "${short}" FROM people) i WHERE "${long}" LIKE 'zoe@%')`
    // The parser finds the name there, and the server the address: cut to 63 bytes both names are one in UTF-8 alone.
    expect(await refused(source, sql, { columns: { 'public.people.email': 'tokenize' } })).toMatchObject({
      code: 'invalid_request',
    })
  })
})
