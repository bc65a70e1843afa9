import type { Classification, Document, DocumentIndex, Refusal, Step } from '../spec/index.js'
import { NotEmbedded, proceed, refuse } from '../spec/index.js'
import type { ReadDocument } from './document.js'

/** The types of what is found in the texts of one document; a refusal where they could not be inspected. */
export type InspectTexts = (
  texts: readonly string[],
  classification: Classification,
) => Promise<Step<readonly string[]>>

export interface IngestParts {
  readonly index: Pick<DocumentIndex, 'put'>
  readonly inspect: InspectTexts
  /** What becomes of a document that tells models what to do. */
  readonly planted: 'refuse' | 'label' | 'flag'
  /** The category that `label` adds. */
  readonly untrusted: string
}

/** What became of a document. */
export interface Ingested {
  readonly id: string
  readonly place: string
  /** `hidden`: kept, and found by nobody, as what is said of who may find it is malformed. `refused`: not kept. */
  readonly outcome: 'put' | 'hidden' | 'refused'
  readonly classification: Classification
  /** Types of findings, each once. */
  readonly found: readonly string[]
}

const PLANTED = 'injection.high'
/** Below the default threshold: of most documents some line would be told of. */
const TOO_WEAK = 'injection.low'
/** The database writes each batch in one go, and others wait for it. */
const BATCH_DOCUMENTS = 100
const BATCH_CHARACTERS = 1024 * 1024

/**
 * Inspects documents and puts them into the index, some at a time: what is told of is in force. A refusal ends it; what was told of
 * before it stays. The same ingest again puts the same documents in the place of these.
 */
export async function* ingest(
  documents: AsyncIterable<Step<ReadDocument>>,
  { index, inspect, planted, untrusted }: IngestParts,
): AsyncGenerator<Step<Ingested>> {
  let batch: Document[] = []
  let told: Ingested[] = []
  let characters = 0

  const flush = async (): Promise<readonly Step<Ingested>[]> => {
    const all = told
    const put = batch
    batch = []
    told = []
    characters = 0
    try {
      if (put.length > 0) await index.put(put)
    } catch (error) {
      return [notPut(error)]
    }
    return all.map(proceed)
  }

  for await (const read of documents) {
    const judged = read.kind === 'refuse' ? read : await judge(read.value)
    if (judged.kind === 'refuse') {
      yield* await flush()
      return yield judged
    }
    const { document, ingested } = judged.value
    told.push(ingested)
    if (document !== undefined) batch.push(document)
    characters += document?.text.length ?? 0
    if (told.length < BATCH_DOCUMENTS && characters < BATCH_CHARACTERS) continue
    for (const step of await flush()) {
      yield step
      if (step.kind === 'refuse') return
    }
  }
  yield* await flush()

  async function judge({ document, place, malformed }: ReadDocument): Promise<Step<Judged>> {
    const { id, title, text, attributes, classification } = document
    const found = await inspect([title, text, ...Object.entries(attributes).flat()], classification)
    if (found.kind === 'refuse') return found
    const types = [...new Set(found.value)].filter((type) => type !== TOO_WEAK).sort()
    const isPlanted = types.includes(PLANTED)
    const ingested = { id, place, classification, found: types }
    if (isPlanted && planted === 'refuse')
      return proceed({ document: undefined, ingested: { ...ingested, outcome: 'refused' } })
    const outcome = malformed.length > 0 ? 'hidden' : 'put'
    const labelled = isPlanted && planted === 'label' ? withCategory(classification, untrusted) : classification
    const kept = { ...document, classification: labelled }
    return proceed({ document: kept, ingested: { ...ingested, outcome, classification: labelled } })
  }
}

function notPut(error: unknown): Refusal {
  if (!(error instanceof NotEmbedded)) return refuse('upstream_failed', 'documents could not be put into their index')
  // Without vectors they would be found by their words alone, and nobody would know: whoever ingests can do so again.
  const { code, message } = error.refusal
  return refuse('upstream_failed', `documents were not embedded: ${code}`, {
    message: `They were not put, as the dataset's model did not embed them: ${message} (\`${code}\`)`,
  })
}

interface Judged {
  /** Undefined: it is not kept. */
  readonly document: Document | undefined
  readonly ingested: Ingested
}

function withCategory({ level, categories }: Classification, category: string): Classification {
  return { level, categories: [...new Set([...categories, category])].sort() }
}
