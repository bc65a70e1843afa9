import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  changed,
  openPeople,
  pagesOf,
  refused,
  rowsOf,
  shown,
  startPeople,
  tableOf,
} from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import { until } from '../../../test/until.js'
import type { TableSource } from '../../spec/index.js'

const BYTES = 200_000
const LIMITS = { rows: 100_000, bytes: BYTES, timeoutMs: 5000, connections: 2 }

describe.skipIf(POSTGRES === undefined)('how much is given (needs PostgreSQL)', () => {
  let server: PostgresServer
  let source: TableSource
  beforeAll(async () => {
    server = await startPeople(`
      CREATE TABLE wide (id integer, body text);
      INSERT INTO wide SELECT i, repeat('x', 10000) FROM generate_series(1, 1000) AS i;
      CREATE TABLE big (id integer, body text);
      INSERT INTO big VALUES (1, repeat('x', 250000)), (2, repeat('x', 30000000)), (3, 'small');
      CREATE TABLE kinds (i2 smallint, i4 integer, i8 bigint, n numeric, f4 real, f8 double precision, b boolean, j json,
        jb jsonb, t text, v varchar(9), d date, tz timestamptz, iv interval, by bytea, u uuid, a integer[]);
      INSERT INTO kinds VALUES (-1, 2, 9007199254740993, 0.10, 0.1, 1e300, true, '{"a": 1}', '[1, "ž"]', 'ž"\n', 'v',
        '2024-02-29', '2024-02-29 12:00:00.5+02', '1 day 02:00', '\\x00ff', '00000000-0000-0000-0000-000000000001', '{1,NULL}'),
        (NULL, NULL, NULL, 'NaN', 'NaN', '-Infinity', false, 'null', 'null', '', NULL, 'infinity', NULL, NULL, '', NULL, '{}');
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO analyst`)
    const kinds = 'i2 i4 i8 n f4 f8 b j jb t v d tz iv by u a'.split(' ')
    source = (
      await openPeople(server, {
        tables: [tableOf('wide', ['id', 'body']), tableOf('big', ['id', 'body']), tableOf('kinds', kinds)],
        limits: LIMITS,
      })
    ).source
  })
  afterAll(async () => {
    await source.close()
    await server.remove()
  })

  const idle = () =>
    until(async () => {
      const busy = await server.run(`SELECT 1 FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'`)
      return busy.length === 0
    })

  it.each([
    'SELECT id, body FROM wide',
    // Ten gigabytes and more.
    'SELECT w.id, w.body FROM wide w, wide x, wide y',
  ])('[tables.caps] is cut off at a row, said to be, and ended in the database: %s', async (sql) => {
    const reading = await pagesOf(source, sql)
    let bytes = 0
    for (;;) {
      const { value } = await reading.next()
      if (value?.kind !== 'proceed') throw new Error(value?.forLog)
      bytes += value.value.rows.flat().join('').length
      if (!value.value.ended) continue
      expect(value.value.isTruncated).toBe(true)
      break
    }
    expect(bytes).toBeGreaterThan(BYTES * 0.9)
    expect(bytes).toBeLessThanOrEqual(BYTES)
    await idle()
  })

  it.each([1, 2])('refuses a row that alone is more, and is not filled by it: row %i', async (id) => {
    expect(await refused(source, 'SELECT body FROM big WHERE id = $1', { parameters: [id] })).toMatchObject({
      code: 'invalid_request',
      message: 'One row alone is more than this dataset gives.',
    })
    expect(await shown(source, 'SELECT body FROM big WHERE id = 3')).toEqual([['small']])
    await idle()
  })

  it('gives as many rows as policy allows, and as the dataset does', async () => {
    for (const [rowsMax, want] of [
      [0, 0],
      [1, 1],
      [256, 256],
      [257, 257],
      [600, 600],
      [undefined, 1000],
      [5000, 1000],
    ] as const) {
      const reading = await pagesOf(source, 'SELECT id FROM wide', { rowsMax })
      const ids: unknown[] = []
      for (;;) {
        const { value } = await reading.next()
        if (value?.kind !== 'proceed') throw new Error(value?.forLog)
        ids.push(...value.value.rows)
        if (!value.value.ended) continue
        expect(value.value.isTruncated).toBe(want < 1000)
        break
      }
      expect(ids).toHaveLength(want)
      await idle()
    }
  })

  it('[tables.slow-readers] takes the connection back from who does not take what there is', async () => {
    const { source: narrow } = await openPeople(server, {
      tables: [tableOf('wide', ['id', 'body'])],
      limits: { ...LIMITS, bytes: 20_000_000, timeoutMs: 300, connections: 1 },
    })
    try {
      const reading = await pagesOf(narrow, 'SELECT id, body FROM wide')
      expect((await reading.next()).value?.kind).toBe('proceed')
      expect(await refused(narrow, 'SELECT id FROM wide WHERE id = 1')).toMatchObject({ code: 'overloaded' })
      await until(async () => (await rowsOf(narrow, 'SELECT id FROM wide WHERE id = 1')).kind === 'proceed')
      const { value } = await reading.next()
      expect(value).toMatchObject({ code: 'upstream_timeout', message: 'The result was not taken in time.' })
      expect((await reading.next()).done).toBe(true)
      await idle()
    } finally {
      await narrow.close()
    }
  })

  it('writes values in one way, whatever the database is set to, and JSON can hold them', async () => {
    await server.run(`ALTER ROLE reader SET DateStyle TO 'German'; ALTER ROLE reader SET TimeZone TO 'Asia/Tokyo';
      ALTER ROLE reader SET bytea_output TO 'escape'; ALTER ROLE reader SET extra_float_digits TO 0;
      ALTER ROLE reader SET search_path TO public; ALTER ROLE reader SET statement_timeout TO 0;
      ALTER ROLE reader SET standard_conforming_strings TO off; ALTER ROLE reader SET default_transaction_read_only TO off`)
    await server.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'`)
    await until(async () => (await server.run(`SELECT 1 FROM pg_stat_activity WHERE usename = 'reader'`)).length === 0)
    const query = await changed(source, 'SELECT * FROM kinds')
    if (query.kind === 'refuse') throw new Error(query.forLog)
    const cells = query.value.columns.map((one) => one.cells)
    const written = (await shown(source, 'SELECT * FROM kinds')).map((row) =>
      row.map((cell, index) => {
        if (cell === null) return null
        const value: unknown = cells[index] === 'text' ? cell : JSON.parse(cell)
        return value
      }),
    )
    expect(written).toEqual([
      [
        ...[-1, 2, '9007199254740993', '0.10', 0.1, 1e300, true, { a: 1 }, [1, 'ž'], 'ž"\n', 'v', '2024-02-29'],
        ...['2024-02-29 10:00:00.5+00', 'P1DT2H', '\\x00ff', '00000000-0000-0000-0000-000000000001', '{1,NULL}'],
      ],
      [
        ...[null, null, null, 'NaN', 'NaN', '-Infinity', false, null, null, '', null, 'infinity', null, null, '\\x'],
        ...[null, '{}'],
      ],
    ])
  })
})
