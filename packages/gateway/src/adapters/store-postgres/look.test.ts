import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { hasStoreTables, lookAtPostgres } from './look.js'
import { openPostgresReplay } from './replay.js'
import { openPostgresStore } from './store.js'

const clock = { now: () => Date.now() }

describe.skipIf(POSTGRES === undefined)('lookAtPostgres (needs PostgreSQL)', () => {
  let server: PostgresServer
  let little: string

  beforeAll(async () => {
    server = await startPostgres()
    await server.run('revoke create on schema public from public; create role little login')
    little = server.url.replace('gate@', `little:${'pass'}word@`)
  })
  afterAll(() => server.remove())
  beforeEach(() => server.run('drop table if exists ostiary_rows, ostiary_store, ostiary_replay'))

  const made = async (): Promise<void> => {
    await (await openPostgresStore({ url: server.url, clock })).close()
    await (await openPostgresReplay({ url: server.url, clock })).close()
  }
  const tables = async (): Promise<number> =>
    (await server.run("select 1 from information_schema.tables where table_name like 'ostiary%'")).length

  it('finds nothing wrong before the first start and after it, and makes nothing', async () => {
    expect(await lookAtPostgres(server.url)).toEqual([])
    expect(await hasStoreTables(server.url)).toBe(false)
    expect(await tables()).toBe(0)
    await made()
    expect(await lookAtPostgres(server.url)).toEqual([])
    expect(await hasStoreTables(server.url)).toBe(true)
  })

  it('says which tables a user may neither find nor make', async () => {
    const found = await lookAtPostgres(little)
    expect(found).toHaveLength(3)
    expect(found[0]?.what).toMatch(
      /^store: PostgreSQL at `127\.0\.0\.1:\d+\/postgres` has no table ostiary_rows, and `little` may/,
    )
    expect(found[0]?.mend).toContain('create tables')
  })

  it('says which tables it may not write, and how to grant that; then nothing', async () => {
    await made()
    await server.run('grant select on ostiary_rows, ostiary_store, ostiary_replay to little')
    const found = await lookAtPostgres(little)
    expect(found.map(({ mend }) => mend)).toEqual(
      ['ostiary_rows', 'ostiary_store', 'ostiary_replay'].map(
        (table) => `grant select, insert, update, delete on ${table} to "little"`,
      ),
    )
    for (const { mend } of found) await server.run(mend)
    expect(await lookAtPostgres(little)).toEqual([])
  })

  it('tells a database that only reads, as a standby does', async () => {
    await server.run('alter role little set default_transaction_read_only = on')
    expect(await lookAtPostgres(little)).toEqual([
      { what: expect.stringContaining('takes no writes'), mend: expect.stringContaining('primary') },
    ])
    await server.run('alter role little reset default_transaction_read_only')
  })

  it('tells a later version’s tables', async () => {
    await made()
    await server.run('update ostiary_store set format = 2')
    expect((await lookAtPostgres(server.url))[0]?.what).toContain("is 2, this version's 1")
  })

  it('tells a server that is away and a database that is not there, without the password', async () => {
    const found = [
      ...(await lookAtPostgres(little.replace(/\d+\/postgres$/, '1/postgres'))),
      ...(await lookAtPostgres(little.replace(/postgres$/, 'nowhere'))),
    ]
    expect(found).toHaveLength(2)
    expect(found[0]?.what).toMatch(/^store: PostgreSQL at `127\.0\.0\.1:1\/postgres`: .*ECONNREFUSED/)
    expect(found[1]?.what).toMatch(/database "nowhere" does not exist/)
    expect(JSON.stringify(found)).not.toContain('password')
  })
})
