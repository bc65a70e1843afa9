import { createMemoryDocuments } from '@ostiary/testkit'
import { describe, expect, it } from 'vitest'
import { type Document, type DocumentIndex, type OperationInput, proceed } from '../spec/index.js'
import { type DocumentOperationsParts, documentOperations } from './operations.js'

const DATASET = {
  ...{ name: 'birds', owner: '', purposes: [], kind: 'documents' as const, tables: 0, planted: 'label' as const },
  lattice: { levels: ['public', 'restricted'], categories: ['pii'] },
  classification: { level: 'public', categories: [] },
}
const HERON: Document = {
  ...{ id: 'heron', title: '', text: 'A heron.', readers: ['*'], attributes: {} },
  classification: { level: 'restricted', categories: ['pii'] },
}

interface Tried {
  readonly code: string
  readonly message: string
  readonly noted: readonly Readonly<Record<string, unknown>>[]
  readonly kept: readonly (readonly [string, string])[]
}

/** @param logs how many entries the log takes before it fails */
async function tried(
  name: string,
  input: OperationInput,
  logs: number,
  more: Partial<DocumentIndex> = {},
  said: Partial<DocumentOperationsParts> = {},
): Promise<Tried> {
  const kept = new Map([[HERON.id, HERON]])
  const noted: Readonly<Record<string, unknown>>[] = []
  const operation = documentOperations({
    datasets: () => [DATASET],
    open: async () => ({ ...createMemoryDocuments(kept), ...more }),
    inspect: async () => proceed([]),
    async note(what) {
      if (noted.length === logs) throw new Error('the log is full')
      noted.push(what)
    },
    ...said,
  }).get(name)
  const done = await operation?.run({ dataset: 'birds', ...input })
  return {
    code: done?.kind === 'refuse' ? done.code : (done?.kind ?? ''),
    message: done?.kind === 'refuse' ? done.message : '',
    noted,
    kept: [...kept.values()].map(({ classification, id }) => [id, classification.level] as const),
  }
}

const OPERATIONS: readonly (readonly [string, OperationInput, Tried['kept']])[] = [
  [
    'POST /datasets/documents',
    { documents: [{ id: 'toad', text: 'A toad.' }] },
    [
      ['heron', 'restricted'],
      ['toad', 'public'],
    ],
  ],
  [
    'POST /datasets/documents/reclassify',
    { id: 'heron', classification: 'public', categories: [] },
    [['heron', 'public']],
  ],
  ['POST /datasets/documents/delete', { ids: ['heron'] }, []],
]

describe('an operation on documents', () => {
  it.each(OPERATIONS)('%s is not begun where the log takes nothing [retrieval.ingest-logged]', async (name, input) => {
    const done = await tried(name, input, 0)
    expect(done).toMatchObject({ code: 'overloaded', noted: [], kept: [['heron', 'restricted']] })
  })

  it.each(OPERATIONS)('%s is told to be in doubt where the log takes no end of it', async (name, input, kept) => {
    const done = await tried(name, input, 1)
    expect(done).toMatchObject({ code: 'overloaded', kept })
    expect(done.message).toContain('it may be done in part')
    expect(done.noted).toEqual([expect.objectContaining({ dataset: 'birds', asked: expect.any(String) })])
  })

  it.each(OPERATIONS)('%s is done', async (name, input, kept) => {
    const done = await tried(name, input, 2)
    expect(done).toMatchObject({ code: 'proceed', kept })
    expect(done.noted).toHaveLength(2)
  })

  it('logs what came of it where the index fails', async () => {
    const put = async (): Promise<void> => {
      throw new Error('row (secret)')
    }
    const done = await tried('POST /datasets/documents', { documents: [{ id: 'toad', text: 'A toad.' }] }, 2, { put })
    expect(done).toMatchObject({
      code: 'upstream_failed',
      noted: [
        { asked: 'ingest', documents: 1 },
        { did: 'ingest', documents: 0, put: 0 },
      ],
    })
    expect(done.message).not.toContain('secret')
  })

  it('logs nothing where the documents cannot be opened', async () => {
    const open = async (): Promise<never> => {
      throw new Error('postgres://secret')
    }
    for (const [name, input] of OPERATIONS) {
      const done = await tried(name, input, 2, {}, { open })
      expect(done).toMatchObject({ code: 'overloaded', noted: [] })
      expect(done.message).not.toContain('secret')
    }
    expect(await tried('GET /datasets', {}, 0, {}, { open })).toMatchObject({ code: 'proceed' })
  })
})
