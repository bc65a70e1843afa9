import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeople, refused, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'

const TABLES = [tableOf('people', ['id'])]

describe.skipIf(POSTGRES === undefined)('who reads in the database (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPeople(`
      CREATE TABLE people (id integer);
      INSERT INTO people VALUES (1);
      CREATE ROLE owner NOLOGIN;
      ALTER TABLE people OWNER TO owner;
      GRANT SELECT ON people TO analyst`)
  })
  afterAll(() => server.remove())

  const opening = async (): Promise<string> => {
    try {
      const { source } = await openPeople(server, { tables: TABLES })
      await source.close()
      return 'opened'
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : 'unknown'
    }
  }

  it('refuses a database that is not kept in UTF8', async () => {
    await server.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    const latin = { ...server, url: server.url.replace(/postgres$/, 'latin') }
    await expect(openPeople(latin, { tables: TABLES })).rejects.toThrow('not kept in UTF8, but in LATIN1')
  })

  it.each([
    ['a superuser', 'ALTER ROLE reader SUPERUSER', 'ALTER ROLE reader NOSUPERUSER', /login `reader` is a superuser/],
    [
      'above row security',
      'ALTER ROLE reader BYPASSRLS',
      'ALTER ROLE reader NOBYPASSRLS',
      /login `reader` has BYPASSRLS/,
    ],
    [
      'one who makes roles',
      'ALTER ROLE reader CREATEROLE',
      'ALTER ROLE reader NOCREATEROLE',
      /login `reader` has CREATEROLE/,
    ],
    [
      'one who copies all',
      'ALTER ROLE reader REPLICATION',
      'ALTER ROLE reader NOREPLICATION',
      /login `reader` has REPLICATION/,
    ],
    [
      'the owner',
      'ALTER TABLE people OWNER TO reader; GRANT SELECT ON people TO analyst',
      'ALTER TABLE people OWNER TO owner',
      /login `reader` owns public[.]people/,
    ],
    [
      'like the owner',
      'GRANT owner TO reader',
      'REVOKE owner FROM reader',
      /login `reader` owns public[.]people, or is a member/,
    ],
    [
      'like a superuser',
      'GRANT gate TO reader',
      'REVOKE gate FROM reader',
      /login `reader` owns|login `reader` is a member of gate/,
    ],
    [
      'one who reads everything',
      'GRANT pg_read_all_data TO reader',
      'REVOKE pg_read_all_data FROM reader',
      /login `reader` is a member of pg_read_all_data/,
    ],
    [
      'one who runs programs',
      'GRANT pg_execute_server_program TO reader',
      'REVOKE pg_execute_server_program FROM reader',
      /login `reader` is a member of pg_execute_server_program/,
    ],
  ])('[tables.login] is refused as %s, and let in again after', async (_, bad, good, why) => {
    await server.run(bad)
    expect(await opening()).toMatch(why)
    await server.run(good)
    await server.run('GRANT SELECT ON people TO analyst')
    expect(await opening()).toBe('opened')
  })

  it.each([
    ['a superuser', 'ALTER ROLE analyst SUPERUSER', 'ALTER ROLE analyst NOSUPERUSER'],
    ['above row security', 'ALTER ROLE analyst BYPASSRLS', 'ALTER ROLE analyst NOBYPASSRLS'],
    ['like the owner', 'GRANT owner TO analyst', 'REVOKE owner FROM analyst'],
    ['one who reads everything', 'GRANT pg_read_all_data TO analyst', 'REVOKE pg_read_all_data FROM analyst'],
    ['nobody that the login may be', 'REVOKE analyst FROM reader', 'GRANT analyst TO reader'],
  ])('takes on no role that is %s', async (_, bad, good) => {
    await server.run(bad)
    expect(await opening()).toMatch(/the (?:role `analyst`|login `reader`) /)
    await server.run(good)
    expect(await opening()).toBe('opened')
  })

  it('takes on no role that is not there, nor the one that is none', async () => {
    await expect(openPeople(server, { tables: TABLES, roles: [{ group: 'a', role: 'nobody' }] })).rejects.toThrow(
      'dataset `people`: the role `nobody` is not there',
    )
    await expect(openPeople(server, { tables: TABLES, roles: [{ group: 'a', role: 'none' }] })).rejects.toThrow(
      'the role `none` is not there',
    )
  })

  it('[tables.login] is looked at again: a login that became too mighty reads nothing', async () => {
    let nowMs = 0
    const { source, warnings } = await openPeople(server, { tables: TABLES, clock: { now: () => nowMs } })
    expect(await shown(source, 'SELECT id FROM people')).toEqual([['1']])
    await server.run('ALTER ROLE reader BYPASSRLS')
    // A connection that is new is looked at before it is used.
    await server.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'`)
    nowMs += 61_000
    await expect
      .poll(async () => await refused(source, 'SELECT id FROM people').catch(() => 'rows'))
      .toMatchObject({
        code: 'upstream_failed',
      })
    expect(warnings.at(-1)).toMatch(/login `reader` has BYPASSRLS/)
    await server.run('ALTER ROLE reader NOBYPASSRLS')
    expect(await shown(source, 'SELECT id FROM people')).toEqual([['1']])
    expect(warnings.at(-1)).toMatch(/ is read from again$/)
    await source.close()
  })

  it('lets nobody read once a role was taken from it', async () => {
    const { source } = await openPeople(server, { tables: TABLES })
    expect(await shown(source, 'SELECT id FROM people')).toEqual([['1']])
    await server.run('REVOKE analyst FROM reader')
    expect(await refused(source, 'SELECT id FROM people')).toMatchObject({ code: 'forbidden_by_policy' })
    await server.run('GRANT analyst TO reader')
    expect(await shown(source, 'SELECT id FROM people')).toEqual([['1']])
    await server.run('REVOKE SELECT ON people FROM analyst')
    expect(await refused(source, 'SELECT id FROM people')).toMatchObject({ code: 'forbidden_by_policy' })
    await server.run('GRANT SELECT ON people TO analyst')
    await source.close()
  })
})
