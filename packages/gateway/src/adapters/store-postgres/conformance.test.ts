import { replaySuite, storeSuite } from '@ostiary/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { openPostgresReplay } from './replay.js'
import { openPostgresStore } from './store.js'

describe.skipIf(POSTGRES === undefined)('store-postgres (needs PostgreSQL)', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  storeSuite('postgres [store.only-new] [store.only-if]', async () => ({
    durable: true,
    open: (clock) => openPostgresStore({ url: server.url, clock }),
    async remove() {
      await server.run('drop table ostiary_rows, ostiary_store')
    },
  }))

  replaySuite('postgres [replay.once]', async () => ({
    open: (clock) => openPostgresReplay({ url: server.url, clock }),
    async remove() {
      await server.run('drop table ostiary_replay')
    },
  }))
})
