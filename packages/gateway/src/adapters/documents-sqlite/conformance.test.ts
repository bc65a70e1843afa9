import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentIndexSuite } from '@ostiary/testkit'
import { openSqliteDocuments } from './documents.js'

documentIndexSuite(
  'sqlite [retrieval.filtered] [retrieval.invisible] [retrieval.malformed] [retrieval.words-only] [retrieval.next-search]',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-documents-'))
    return {
      open: () => openSqliteDocuments({ path: join(folder, 'documents.db'), warn: () => {} }),
      remove: () => rm(folder, { recursive: true }),
    }
  },
)
