import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeople, pagesOf, refused, rowsOf, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import { until } from '../../../test/until.js'
import type { TableSource } from '../../spec/index.js'

const TABLES = [tableOf('people', ['id', 'name']), tableOf('slow', ['id'], { definer: true })]
const LIMITS = { rows: 100_000, bytes: 100_000_000, timeoutMs: 3000, connections: 2 }
// So many rows that it takes minutes.
const ENDLESS = 'SELECT count(*) FROM people a, people b, people c, people d'
const HUGE = 'SELECT a.id, b.name, c.name FROM people a, people b, people c'

describe.skipIf(POSTGRES === undefined)('a database that fails (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPeople(`
      CREATE TABLE people (id integer, name text);
      INSERT INTO people SELECT i, 'person ' || i FROM generate_series(1, 2000) AS i;
      CREATE VIEW slow AS SELECT id FROM people, pg_sleep(60);
      GRANT SELECT ON people, slow TO analyst`)
  })
  afterAll(() => server.remove())

  const busy = async (): Promise<readonly string[]> =>
    (await server.run(`SELECT state FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'`)).map(
      ({ state }) => String(state),
    )
  const backends = async (): Promise<number> =>
    (await server.run(`SELECT pid FROM pg_stat_activity WHERE usename = 'reader'`)).length

  const withSource = async (
    use: (source: TableSource, warnings: readonly string[]) => Promise<void>,
  ): Promise<void> => {
    const { source, warnings } = await openPeople(server, { tables: TABLES, limits: LIMITS })
    try {
      await use(source, warnings)
    } finally {
      await source.close()
    }
    await until(async () => (await backends()) === 0)
  }

  it('ends a statement that takes too long, and reads on', () =>
    withSource(async (source) => {
      const { source: hasty } = await openPeople(server, { tables: TABLES, limits: { ...LIMITS, timeoutMs: 200 } })
      expect(await refused(hasty, ENDLESS)).toMatchObject({ code: 'upstream_timeout' })
      expect(await refused(hasty, 'SELECT id FROM slow')).toMatchObject({ code: 'upstream_timeout' })
      expect(await shown(hasty, 'SELECT count(*) FROM people')).toEqual([['2000']])
      expect(await busy()).toEqual([])
      await hasty.close()
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
    }))

  it('[tables.ended] ends what nobody waits for any more, in the database too', () =>
    withSource(async (source) => {
      for (let time = 0; time < 5; time += 1) {
        const ended = new AbortController()
        const reading = rowsOf(source, ENDLESS, { ended: ended.signal })
        await until(async () => (await busy()).length > 0)
        ended.abort()
        expect(await reading).toMatchObject({ kind: 'refuse', code: 'forbidden_by_policy' })
        await until(async () => (await busy()).length === 0)
      }
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
      expect(await backends()).toBeLessThanOrEqual(LIMITS.connections)
    }))

  it('[tables.ended] ends what its reader leaves at any page, and leaks no connection', () =>
    withSource(async (source) => {
      for (const pages of [0, 1, 2, 3, 7]) {
        const reading = await pagesOf(source, HUGE)
        for (let seen = 0; seen <= pages; seen += 1) {
          expect((await reading.next()).value).toMatchObject({ kind: 'proceed', value: { ended: false } })
        }
        await reading.return?.()
        await until(async () => (await busy()).length === 0)
      }
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
      expect(await backends()).toBeLessThanOrEqual(LIMITS.connections)
    }))

  it('reads no further than one page ahead of who does not ask', () =>
    withSource(async (source) => {
      const reading = await pagesOf(source, 'SELECT id, name FROM people')
      const first = await reading.next()
      expect(first.value).toMatchObject({ kind: 'proceed', value: { ended: false } })
      await sleep(50)
      // It waits for us, in the middle of the statement.
      expect(await busy()).toEqual(['active'])
      await reading.return?.()
      await until(async () => (await busy()).length === 0)
    }))

  it('goes on after a backend was ended, in the middle of a statement and while idle', () =>
    withSource(async (source) => {
      const reading = rowsOf(source, ENDLESS)
      await until(async () => (await busy()).length > 0)
      await server.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'`)
      expect(await reading).toMatchObject({ kind: 'refuse', code: 'upstream_failed' })
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
      await server.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'`)
      await until(async () => (await backends()) === 0)
      await sleep(20)
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
    }))

  it('[tables.away] goes on after the server was away', async () => {
    const { source } = await openPeople(server, { tables: TABLES, limits: LIMITS })
    const reading = rowsOf(source, ENDLESS)
    await until(async () => (await busy()).length > 0)
    await server.stop()
    expect(await reading).toMatchObject({ kind: 'refuse', code: 'upstream_failed' })
    expect(await refused(source, 'SELECT id FROM people')).toMatchObject({ code: 'upstream_failed' })
    await server.start()
    expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
    await source.close()
  })

  it('[tables.away] is opened while the server is away, warns, and is looked at when it is back', async () => {
    await server.stop()
    let nowMs = 0
    const clock = { now: () => nowMs }
    const { source, warnings } = await openPeople(server, { tables: TABLES, limits: LIMITS, clock })
    expect(warnings).toEqual([expect.stringContaining('PostgreSQL at')])
    expect(await refused(source, 'SELECT id FROM people')).toMatchObject({ code: 'upstream_failed' })
    expect(warnings).toHaveLength(1)
    const word = ['pass', 'word'].join('-')
    const url = server.url.replace('gate@', `reader:${word}@`)
    const { source: other, warnings: said } = await openPeople(server, { tables: TABLES, limits: LIMITS, url })
    expect(JSON.stringify([said, await refused(other, 'SELECT id FROM people')])).not.toContain(word)
    await other.close()
    await server.start()
    for (let times = 0; times < 3; times += 1)
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/PostgreSQL at `[^`]+` is read from again$/)])
    // As often as it goes and comes, though nothing in it has changed; but not all the time.
    const again = (): number => warnings.filter((one) => one.endsWith(' again')).length
    for (const [afterMs, times] of [
      [60_000, 2],
      [100, 2],
      [20_000, 3],
    ] as const) {
      nowMs += afterMs
      const told = warnings.length
      await server.stop()
      // The first may be asked of a connection of which nobody has heard yet that it ended: the second opens one, and fails.
      await refused(source, 'SELECT id FROM people')
      await refused(source, 'SELECT id FROM people')
      await server.start()
      expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
      expect([again(), warnings.length > told]).toEqual([times, afterMs > 10_000])
    }
    await source.close()
  })

  it('waits for a connection no longer than for a statement', async () => {
    const { source } = await openPeople(server, {
      tables: TABLES,
      limits: { ...LIMITS, timeoutMs: 300, connections: 1 },
    })
    const reading = await pagesOf(source, 'SELECT id, name FROM people')
    await reading.next()
    expect(await refused(source, 'SELECT id FROM people')).toMatchObject({ code: 'overloaded' })
    const ended = new AbortController()
    const waiting = rowsOf(source, 'SELECT id, name FROM people', { ended: ended.signal })
    ended.abort()
    expect(await waiting).toMatchObject({ kind: 'refuse', code: 'forbidden_by_policy' })
    await reading.return?.()
    expect(await shown(source, 'SELECT count(*) FROM people')).toEqual([['2000']])
    await source.close()
  })

  it("[tables.ended] comes through a storm with every connection as it was, and no answer that is another caller's", async () => {
    const { source } = await openPeople(server, { tables: TABLES, limits: { ...LIMITS, connections: 4 } })
    const outcomes = new Map<string, number>()
    const one = async (turn: number): Promise<void> => {
      const ended = new AbortController()
      const id = (turn % 2000) + 1
      const what = turn % 7
      // Some wait for a while in the middle, some are left there, some are ended from outside, one kills whoever is busy.
      if (what === 0) setTimeout(() => ended.abort(), turn % 5)
      if (what === 1 && turn % 5 === 0)
        await server.run(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'`,
        )
      if (what === 2) {
        const reading = await pagesOf(source, 'SELECT id, name FROM people', { ended: ended.signal }).catch(
          () => undefined,
        )
        await reading?.next()
        await reading?.return?.()
        return
      }
      const sql = what < 2 ? HUGE : 'SELECT id, name FROM people WHERE id = $1'
      const step = await rowsOf(source, sql, { ended: ended.signal, parameters: what < 2 ? [] : [id], rowsMax: 3000 })
      const outcome = step.kind === 'refuse' ? step.code : 'rows'
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (step.kind === 'proceed' && what >= 2) expect(step.value).toEqual([[String(id), `person ${id}`]])
    }
    let turn = 0
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        while (turn < 400) await one(turn++)
      }),
    )
    expect(outcomes.get('rows')).toBeGreaterThan(200)
    expect(
      [...outcomes.keys()].filter(
        (code) => !['rows', 'forbidden_by_policy', 'upstream_failed', 'overloaded'].includes(code),
      ),
    ).toEqual([])
    await until(async () => (await busy()).length === 0)
    expect(await backends()).toBeLessThanOrEqual(4)
    // All of them may be had at once.
    const held = await Promise.all(Array.from({ length: 4 }, () => pagesOf(source, 'SELECT id FROM people')))
    for (const reading of held) expect((await reading.next()).value).toMatchObject({ kind: 'proceed' })
    for (const reading of held) await reading.return?.()
    await source.close()
  })

  it('is closed once, and gives nothing then', async () => {
    const { source } = await openPeople(server, { tables: TABLES, limits: LIMITS })
    const reading = rowsOf(source, ENDLESS)
    await until(async () => (await busy()).length > 0)
    await source.close()
    expect((await reading).kind).toBe('refuse')
    expect((await rowsOf(source, 'SELECT id FROM people')).kind).toBe('refuse')
    await until(async () => (await backends()) === 0)
  })
})
