import {
  type Classification,
  type Lattice,
  type OperationInput,
  parseReader,
  proceed,
  type Reader,
  type Refusal,
  refuse,
  type Step,
  UNTRUSTED,
} from '../spec/index.js'
import { documentOf, type ReadDocument, UNSAID } from './document.js'

/** A dataset as far as who administers documents must know it. */
export interface KnownDataset {
  readonly name: string
  readonly owner: string
  readonly lattice: Lattice
  readonly classification: Classification
  readonly purposes: readonly string[]
  readonly kind: 'tables' | 'documents'
  /** Of tables. */
  readonly tables: number
  /** What becomes of a document that tells models what to do. */
  readonly planted: 'refuse' | 'label' | 'flag'
}

const DOCUMENTS_MAX = 10_000
const SOURCE_CHARACTERS_MAX = 4096

export interface AskedIngest {
  readonly dataset: KnownDataset
  readonly documents: readonly ReadDocument[]
}

/**
 * Reads what `POST /datasets/documents` is asked for. What is wrong with one document refuses all of them; a level, category or
 * reader that is none keeps a document from everybody, but not where it is said of all: then somebody has mistyped.
 */
export function ingestOf(input: OperationInput, datasets: readonly KnownDataset[]): Step<AskedIngest> {
  const stray = strayIn(input, ['dataset', 'documents', 'source', 'classification', 'categories', 'access'])
  if (stray !== undefined) return stray
  const dataset = documentsNamed(input['dataset'], datasets)
  if (dataset.kind === 'refuse') return dataset
  const { classification: ofDataset, lattice } = dataset.value
  const { documents, source } = input
  if (source !== undefined && (typeof source !== 'string' || source === '' || source.length > SOURCE_CHARACTERS_MAX))
    return no(`\`source\` is a text of 1 to ${SOURCE_CHARACTERS_MAX} characters`)
  const classification = joinedIn(input, lattice.categories, dataset.value)
  if (classification.kind === 'refuse') return classification
  const readers = readersIn(input)
  if (readers.kind === 'refuse') return readers
  if (!Array.isArray(documents) || documents.length === 0 || documents.length > DOCUMENTS_MAX)
    return no(`\`documents\` is a list of 1 to ${DOCUMENTS_MAX} documents`)
  const defaults = { lattice, classification: classification.value, ofDataset, readers: readers.value }
  const read: ReadDocument[] = []
  const ids = new Set<string>()
  for (const [index, written] of documents.entries()) {
    const place = `documents[${index}]`
    if (!isObject(written)) return no(`${place} is no object`)
    const unknown = Object.keys(written).some((name) => !Object.hasOwn(UNSAID, name))
    if (unknown) return no(`${place} has a member that is not known: there are ${Object.keys(UNSAID).join(', ')}`)
    // An id that is made of the place alone would be that of a document of another ingest, and take its place.
    if (written['id'] === undefined && source === undefined)
      return no(`${place} has no \`id\`, and there is no \`source\` to make one of`)
    const step = documentOf({ ...UNSAID, ...written, place }, { ...defaults, source: source ?? '' })
    if (step.kind === 'refuse') return no(step.message)
    if (ids.size === ids.add(step.value.document.id).size) return no(`${place} has an \`id\` that stands twice`)
    read.push(step.value)
  }
  return proceed({ dataset: dataset.value, documents: read })
}

export interface AskedReclassification {
  readonly dataset: KnownDataset
  readonly id: string
  readonly to: { readonly classification?: Classification; readonly readers?: readonly Reader[] }
}

/** Reads what `POST /datasets/documents/reclassify` is asked for. */
export function reclassificationOf(
  input: OperationInput,
  datasets: readonly KnownDataset[],
): Step<AskedReclassification> {
  const stray = strayIn(input, ['dataset', 'id', 'classification', 'categories', 'access'])
  if (stray !== undefined) return stray
  const dataset = documentsNamed(input['dataset'], datasets)
  if (dataset.kind === 'refuse') return dataset
  const { access, categories, classification, id } = input
  if (typeof id !== 'string' || id === '') return no('`id` is the id of a document')
  // What the document has now is not asked for: half of it would be lost, and nobody would know.
  if ((classification === undefined) !== (categories === undefined))
    return no('`classification` and `categories` go together: what is not said would be lost')
  if (classification === undefined && access === undefined) return no('nothing is said that is to change')
  const { lattice } = dataset.value
  const to = joinedIn(input, [...lattice.categories, UNTRUSTED], dataset.value)
  if (to.kind === 'refuse') return to
  const readers = readersIn(input)
  if (readers.kind === 'refuse') return readers
  return proceed({
    dataset: dataset.value,
    id,
    to: {
      ...(to.value === undefined ? {} : { classification: to.value }),
      ...(readers.value === undefined ? {} : { readers: readers.value }),
    },
  })
}

export interface AskedDeletion {
  readonly dataset: KnownDataset
  readonly ids: readonly string[]
}

/** Reads what `POST /datasets/documents/delete` is asked for. */
export function deletionOf(input: OperationInput, datasets: readonly KnownDataset[]): Step<AskedDeletion> {
  const stray = strayIn(input, ['dataset', 'ids'])
  if (stray !== undefined) return stray
  const dataset = documentsNamed(input['dataset'], datasets)
  if (dataset.kind === 'refuse') return dataset
  const { ids } = input
  const isList = Array.isArray(ids) && ids.length > 0 && ids.length <= DOCUMENTS_MAX
  if (!isList || !ids.every((one) => typeof one === 'string'))
    return no(`\`ids\` is a list of 1 to ${DOCUMENTS_MAX} ids of documents`)
  return proceed({ dataset: dataset.value, ids: [...new Set(ids)] })
}

function documentsNamed(name: unknown, datasets: readonly KnownDataset[]): Step<KnownDataset> {
  if (typeof name !== 'string') return no('`dataset` is the name of a dataset')
  const found = datasets.find((one) => one.name === name)
  const message = found === undefined ? 'There is no dataset of this name.' : 'This dataset has tables, no documents.'
  if (found?.kind !== 'documents') return refuse('dataset_not_found', 'datasets: no documents', { message })
  return proceed(found)
}

/** Undefined: nothing is said. */
function joinedIn(
  { categories, classification }: OperationInput,
  known: readonly string[],
  { classification: otherwise, lattice }: KnownDataset,
): Step<Classification | undefined> {
  if (classification === undefined && categories === undefined) return proceed(undefined)
  const level = lattice.levels.find((one) => one === (classification ?? otherwise.level))
  if (level === undefined) return no(`\`classification\` is one of ${lattice.levels.join(', ')}`)
  const said: unknown = categories ?? otherwise.categories
  const isKnown = Array.isArray(said) && said.every((one: unknown) => known.some((category) => category === one))
  if (!isKnown) return no(`\`categories\` is a list of some of ${known.join(', ')}`)
  return proceed({ level, categories: known.filter((one) => said.includes(one)).sort() })
}

function readersIn({ access }: OperationInput): Step<readonly Reader[] | undefined> {
  if (access === undefined) return proceed(undefined)
  const readers = Array.isArray(access) ? access.map(parseReader) : [undefined]
  const known = readers.filter((one) => one !== undefined)
  if (known.length < readers.length) return no('`access` is a list of `*`, `group:NAME` and `user:ISSUER#SUBJECT`')
  return proceed([...new Set(known)].sort())
}

function strayIn(input: OperationInput, known: readonly string[]): Refusal | undefined {
  if (Object.keys(input).every((name) => known.includes(name))) return undefined
  return no(`there is a member that is not known: there are ${known.join(', ')}`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function no(message: string): Refusal {
  return refuse('invalid_request', 'datasets: input', { message: `Nothing was done: ${message}.` })
}
