import { documentIndexSuite } from '@ostiary/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { openPostgresDocuments } from './documents.js'

describe.skipIf(POSTGRES === undefined)('documents-postgres (needs PostgreSQL)', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  documentIndexSuite('postgres', async () => ({
    open: () => openPostgresDocuments({ url: server.url, dataset: 'birds', warn: () => {} }),
    async remove() {
      await server.run('drop table ostiary_audiences, ostiary_documents, ostiary_passages, ostiary_retrieval')
    },
  }))
})
