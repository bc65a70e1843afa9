import type { Document } from 'ostiary/spec'
import { documentIndexSuite } from './document-index.js'
import { createMemoryDocuments } from './memory-documents.js'

documentIndexSuite(
  'memory [retrieval.filtered] [retrieval.invisible] [retrieval.malformed] [retrieval.words-only] [retrieval.next-search]',
  async () => {
    const documents = new Map<string, Document>()
    return { open: async () => createMemoryDocuments(documents), remove: async () => {} }
  },
)
