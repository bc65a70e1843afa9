import { documentIndexSuite, documentMeaningSuite, meanings } from '@ostiary/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { PGVECTOR, POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { openPostgresDocuments } from './documents.js'

const PLAIN = ['ostiary_audiences', 'ostiary_documents', 'ostiary_passages', 'ostiary_retrieval']

describe.skipIf(POSTGRES === undefined)('documents-postgres (needs PostgreSQL)', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  documentIndexSuite('postgres', async () => ({
    open: () => openPostgresDocuments({ url: server.url, dataset: 'birds', warn: () => {} }),
    async remove() {
      await server.run(`drop table ${PLAIN.join()}`)
    },
  }))
})

describe.skipIf(!PGVECTOR)('documents-postgres with vectors (needs pgvector)', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  const remove = async (): Promise<void> => {
    await server.run(`drop table ${['ostiary_vectors', ...PLAIN].join()}`)
  }

  documentIndexSuite('pgvector', async () => ({
    open: () => openPostgresDocuments({ url: server.url, dataset: 'birds', warn: () => {}, embedding: meanings }),
    remove,
  }))

  documentMeaningSuite('pgvector [retrieval.filtered] [retrieval.invisible] [retrieval.next-search]', async () => ({
    open: (embedding) =>
      openPostgresDocuments({
        ...{ url: server.url, dataset: 'birds', warn: () => {} },
        ...(embedding === undefined ? {} : { embedding }),
      }),
    remove,
  }))
})
