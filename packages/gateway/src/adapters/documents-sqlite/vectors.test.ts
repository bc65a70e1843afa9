import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentMeaningSuite, meanings } from '@ostiary/testkit'
import { expect, it } from 'vitest'
import { openDatabase } from '../../databases/sqlite.js'
import type { Document, Embedding } from '../../spec/index.js'
import { openSqliteDocuments } from './documents.js'

const opened = (folder: string, embedding?: Embedding) =>
  openSqliteDocuments({
    path: join(folder, 'documents.db'),
    warn: () => {},
    ...(embedding === undefined ? {} : { embedding }),
  })

documentMeaningSuite(
  'sqlite [retrieval.nearest] [retrieval.filtered] [retrieval.invisible] [retrieval.next-search]',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-documents-'))
    return { open: (embedding) => opened(folder, embedding), remove: () => rm(folder, { recursive: true }) }
  },
)

it('vectors go with the documents whose they are, and who has no embedding finds by those of others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-documents-'))
  const index = await opened(folder, meanings)
  await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.')])
  await index.delete(['heron'])
  await index.put([documentOf('toad', 'A bird now.')])
  const other = await openDatabase(join(folder, 'documents.db'))
  const rows = other.prepare('select number from vectors').all()
  other.close()
  expect(rows).toHaveLength(1)
  const plain = await opened(folder)
  const query = { text: 'herons', limit: 2, classes: [OPEN], readers: ['*'] as const, embedding: meanings }
  expect(await plain.search(query, new AbortController().signal)).toMatchObject({ value: [{ id: 'toad' }] })
  await plain.close()
  await index.close()
  await rm(folder, { recursive: true })
})

const OPEN = { level: 'public', categories: [] }

function documentOf(id: string, text: string): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {} }
}
