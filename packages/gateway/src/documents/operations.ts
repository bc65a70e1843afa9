import { setImmediate as turn } from 'node:timers/promises'
import {
  type Classification,
  type DocumentIndex,
  errorName,
  type Operation,
  type Operations,
  type Principal,
  proceed,
  type Refusal,
  refuse,
  type Step,
  UNTRUSTED,
} from '../spec/index.js'
import type { ReadDocument } from './document.js'
import { type Ingested, type InspectTexts, ingest } from './ingest.js'
import { deletionOf, ingestOf, type KnownDataset, reclassificationOf } from './request.js'

export interface DocumentOperationsParts {
  /** As the configuration in force has them. */
  readonly datasets: () => readonly KnownDataset[]
  /** The documents of one of these. Rejects where they cannot be opened. */
  readonly open: (dataset: string) => Promise<DocumentIndex>
  readonly inspect: InspectTexts
  /**
   * Writes an entry of the kind `config`.
   *
   * @param by undefined: the operator
   */
  readonly note: (what: Readonly<Record<string, unknown>>, by: Principal | undefined) => Promise<void>
}

type Ran = ReturnType<Operation['run']>
type Input = Parameters<Operation['run']>[0]

/** A document of the longest text there may be, and more of usual ones. */
const INPUT_BYTES_MAX = 16 * 1024 * 1024

/**
 * What administrators do with documents. Each is logged before it is done, and what came of it after. Ids, titles and texts stand in
 * no entry: an id is the caller's to choose, and may say anything.
 */
export function documentOperations(parts: DocumentOperationsParts): Operations {
  const operation = (run: Operation['run']): Operation => ({
    scope: 'admin:datasets',
    inputBytesMax: INPUT_BYTES_MAX,
    run: (input, by) => run(input, by).catch((error: unknown) => notDone(error)),
  })
  return new Map([
    ['GET /datasets', operation(() => list(parts))],
    ['POST /datasets/documents', operation((input, by) => put(parts, input, by))],
    ['POST /datasets/documents/reclassify', operation((input, by) => reclassify(parts, input, by))],
    ['POST /datasets/documents/delete', operation((input, by) => remove(parts, input, by))],
  ])
}

/** The index or the log took nothing, or not all. The same once more does no harm. */
function notDone(error: unknown): Step<never> {
  return refuse('overloaded', `datasets: not done or not logged: ${errorName(error)}`, {
    message:
      'The documents could not be reached, or this not be logged: it may be done in part. Do the same once more.',
    headers: { 'retry-after': '5' },
  })
}

async function list({ datasets, open }: DocumentOperationsParts): Ran {
  const shown = datasets().map(
    async ({ classification: { categories, level }, kind, name, owner, purposes, tables }) => ({
      ...{ name, kind, owner, purposes, classification: level, categories },
      ...(kind === 'tables' ? { tables } : { documents: await classesOf(open, name) }),
    }),
  )
  return proceed({ datasets: await Promise.all(shown) })
}

/** The classifications that documents have; null where nobody can tell now. */
async function classesOf(
  open: DocumentOperationsParts['open'],
  name: string,
): Promise<readonly { readonly classification: string; readonly categories: readonly string[] }[] | null> {
  try {
    const classes = await (await open(name)).classes()
    return classes.map(({ categories, level }) => ({ classification: level, categories }))
  } catch {
    return null
  }
}

async function put(parts: DocumentOperationsParts, input: Input, by: Principal | undefined): Ran {
  const asked = ingestOf(input, parts.datasets())
  if (asked.kind === 'refuse') return asked
  const { dataset, documents } = asked.value
  const index = await parts.open(dataset.name)
  await parts.note({ dataset: dataset.name, asked: 'ingest', documents: documents.length }, by)
  const told: Ingested[] = []
  let stopped: Refusal | undefined
  const { inspect } = parts
  for await (const step of ingest(each(documents), {
    index,
    inspect,
    planted: dataset.planted,
    untrusted: UNTRUSTED,
  })) {
    if (step.kind === 'proceed') told.push(step.value)
    else stopped = step
  }
  const shown = told.map((one, at) => shownDocument(one, documents[at]))
  await parts.note({ dataset: dataset.name, did: 'ingest', ...talliedOf(told, shown) }, by)
  if (stopped !== undefined) return partly(stopped, told.length, documents.length)
  return proceed({ dataset: dataset.name, documents: shown })
}

async function* each(documents: readonly ReadDocument[]): AsyncGenerator<Step<ReadDocument>> {
  for (const one of documents) {
    // Detectors do not wait for anything: without it no stream would flow until all documents are inspected.
    await turn()
    yield proceed(one)
  }
}

type Shown = ReturnType<typeof shownDocument>

function shownDocument({ classification, found, id, outcome }: Ingested, read: ReadDocument | undefined) {
  const { categories, level } = classification
  const isFound = outcome === 'put' && (read?.document.readers.length ?? 0) > 0
  const malformed = outcome === 'hidden' ? { malformed: read?.malformed ?? [] } : {}
  return { id, outcome, classification: level, categories, found, foundByNobody: !isFound, ...malformed }
}

/** In the order of the request: what is told of is in force. */
function partly(stopped: Refusal, done: number, all: number): Refusal {
  // It names a detector and a closed code.
  const why = stopped.code === 'inspection_failed' ? `it could not be inspected (${stopped.forLog})` : stopped.message
  const { code, forLog } = stopped
  const message = `The first ${done} of ${all} documents are done, and no other. Of what comes next: ${why}`
  return refuse(code, forLog, { message, param: `documents[${done}]` })
}

function talliedOf(told: readonly Ingested[], shown: readonly Shown[]): Readonly<Record<string, unknown>> {
  const count = (outcome: Ingested['outcome']): number => told.filter((one) => one.outcome === outcome).length
  return {
    ...{ documents: told.length, put: count('put'), hidden: count('hidden'), refused: count('refused') },
    found_by_nobody: shown.filter((one) => one.foundByNobody).length,
    levels: timesOf(told.map(({ classification }) => classification.level)),
    categories: timesOf(told.flatMap(({ classification }) => classification.categories)),
    findings: timesOf(told.flatMap(({ found }) => found)),
  }
}

function timesOf(words: readonly string[]): Readonly<Record<string, number>> {
  const times = new Map<string, number>()
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1)
  return Object.fromEntries([...times].sort(([one], [other]) => (one < other ? -1 : 1)))
}

async function reclassify(parts: DocumentOperationsParts, input: Input, by: Principal | undefined): Ran {
  const asked = reclassificationOf(input, parts.datasets())
  if (asked.kind === 'refuse') return asked
  const { dataset, id, to } = asked.value
  const index = await parts.open(dataset.name)
  const entry = { dataset: dataset.name, ...enteredOf(to.classification), readers: to.readers?.length ?? null }
  await parts.note({ asked: 'reclassify', ...entry }, by)
  const isDone = await index.reclassify(id, to)
  await parts.note({ did: 'reclassify', ...entry, documents: isDone ? 1 : 0 }, by)
  if (!isDone) return NO_DOCUMENT
  const { classification, readers } = to
  return proceed({
    ...{ dataset: dataset.name, id },
    ...(classification && { classification: classification.level, categories: classification.categories }),
    ...(readers && { access: readers, foundByNobody: readers.length === 0 }),
  })
}

const NO_DOCUMENT = refuse('invalid_request', 'datasets: no document', {
  message: 'There is no document of this id.',
  param: 'id',
})

function enteredOf(classification: Classification | undefined): Readonly<Record<string, unknown>> {
  return { classification: classification?.level ?? null, categories: classification?.categories ?? null }
}

async function remove(parts: DocumentOperationsParts, input: Input, by: Principal | undefined): Ran {
  const asked = deletionOf(input, parts.datasets())
  if (asked.kind === 'refuse') return asked
  const { dataset, ids } = asked.value
  const index = await parts.open(dataset.name)
  await parts.note({ dataset: dataset.name, asked: 'delete', documents: ids.length }, by)
  const deleted = await index.delete(ids)
  await parts.note({ dataset: dataset.name, did: 'delete', documents: deleted }, by)
  return proceed({ dataset: dataset.name, asked: ids.length, deleted })
}
