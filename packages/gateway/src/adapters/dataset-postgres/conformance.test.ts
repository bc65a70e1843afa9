import { BENCH_GROUP, BENCH_LATTICE, BENCH_ROWS, BENCH_TABLE, tableSourceSuite } from '@ostiary/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { openPostgresDataset } from './dataset.js'

describe.skipIf(POSTGRES === undefined)('in a database (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    const columns = BENCH_TABLE.columns.map(({ name, type }) => `${name} ${type}`).join(', ')
    const rows = BENCH_TABLE.rows
      .map((row) => `(${row.map((cell) => (cell === null ? 'NULL' : `'${cell}'`)).join(', ')})`)
      .join(', ')
    await server.run(`
      CREATE TABLE people (${columns});
      INSERT INTO people VALUES ${rows};
      CREATE ROLE analyst NOLOGIN;
      GRANT SELECT ON people TO analyst;
      CREATE ROLE reader LOGIN NOINHERIT;
      GRANT analyst TO reader`)
  })
  afterAll(() => server.remove())

  tableSourceSuite('postgres', async () => {
    const source = await openPostgresDataset({
      name: 'bench',
      url: server.url.replace('gate@', 'reader@'),
      lattice: BENCH_LATTICE,
      level: 'internal',
      categories: [],
      schemas: ['public'],
      tables: [
        {
          schema: BENCH_TABLE.schema,
          table: BENCH_TABLE.name,
          level: BENCH_TABLE.classification.level,
          categories: BENCH_TABLE.classification.categories,
          columns: BENCH_TABLE.columns.map(({ name, classification }) => ({
            name,
            ...classification,
            mask: 'full',
          })),
          filters: [
            { name: 'even', where: 'id % 2 = 0', always: false },
            { name: 'nobody', where: 'false', always: false },
          ],
          definer: false,
        },
      ],
      roles: [{ group: BENCH_GROUP, role: 'analyst' }],
      settings: [],
      oracles: 'refuse',
      limits: { rows: BENCH_ROWS, bytes: 1_000_000, timeoutMs: 5000, connections: 3 },
      clock: { now: () => Date.now() },
      warn: () => {},
    })
    return { source, close: () => source.close() }
  })
})
