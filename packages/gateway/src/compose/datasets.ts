import { hash } from 'node:crypto'
import type { Lack } from '../adapters/documents-postgres/look.js'
import type { ClassificationConfig, Config, DatasetConfig, DocumentsConfig, TablesConfig } from '../config/config.js'
import {
  type Classification,
  type Clock,
  type Dataset,
  type DocumentEmbedding,
  type DocumentIndex,
  highestOf,
  joinedOf,
  type Lattice,
} from '../spec/index.js'
import { embeddedBy, withLabelsFirst } from './embedding.js'

// What speaks to a database, and PostgreSQL's grammar, is loaded where a dataset needs it, and by nobody else.
const tables = () => import('../adapters/dataset-postgres/dataset.js')
const postgresDocuments = () => import('../adapters/documents-postgres/documents.js')
const sqliteDocuments = () => import('../adapters/documents-sqlite/documents.js')

export interface DatasetsParts {
  readonly clock: Clock
  readonly report: (text: string) => void
  /** By the gateway that runs; undefined where none does: documents are put into no dataset that keeps vectors then. */
  readonly embeddingOf?: (dataset: string, model: string) => DocumentEmbedding | undefined
}

/** A dataset that is open, by what its configuration says. */
export type HeldDatasets = Map<string, Dataset>

/** Datasets of a configuration that were opened for it, and those that a reload leaves as they were. */
export interface OpenedDatasets {
  readonly datasets: ReadonlyMap<string, Dataset>
  /** Puts them in the place of those that were held, and closes what is no longer there. Reads under way on those end. */
  settle(): Promise<void>
  /** Closes those that were opened for it: it does not come into force. */
  abandon(): Promise<void>
}

/**
 * Opens the datasets of a configuration. Rejects with words for the operator where one cannot be; then what was held is as it was.
 */
export async function datasetsOf(
  config: Pick<Config, 'classification' | 'datasets'>,
  parts: DatasetsParts,
  held: HeldDatasets,
): Promise<OpenedDatasets> {
  const opened: HeldDatasets = new Map()
  const abandon = (): Promise<void> => closeAll([...opened].filter(([key]) => !held.has(key)).map(([, one]) => one))
  try {
    for (const section of config.datasets) {
      const key = keyOf(config.classification, section)
      opened.set(key, held.get(key) ?? (await openDataset(config.classification, section, parts)))
    }
  } catch (error) {
    await abandon()
    throw error
  }
  return {
    abandon,
    datasets: new Map([...opened.values()].map((one) => [one.name, one])),
    async settle() {
      const gone = [...held].filter(([key]) => !opened.has(key)).map(([, one]) => one)
      held.clear()
      for (const [key, one] of opened) held.set(key, one)
      await closeAll(gone)
    },
  }
}

export async function closeAll(datasets: Iterable<Dataset>): Promise<void> {
  await Promise.all(
    [...datasets].map(({ source }) => (source.kind === 'tables' ? source.tables.close() : source.documents.close())),
  )
}

/** Opens the documents of one dataset, for whoever has no gateway. Rejects with words for the operator where there are none. */
export async function openDocuments(
  { classification, datasets }: Pick<Config, 'classification' | 'datasets'>,
  name: string,
  parts: DatasetsParts,
): Promise<DocumentIndex> {
  const section = datasets.find((one) => one.name === name)
  if (section?.source.kind !== 'documents') throw new Error(`there are no documents \`${name}\``)
  return await documentsOf(classification, section, section.source, parts)
}

async function openDataset(lattice: Lattice, section: DatasetConfig, parts: DatasetsParts): Promise<Dataset> {
  const { labels, name, owner, purposes, source } = section
  const classification = classificationOf(lattice, section)
  const base = { name, owner, lattice, purposes, labels, classification }
  switch (source.kind) {
    case 'tables':
      return { ...base, source: await tablesOf(lattice, section, source, parts) }
    case 'documents': {
      const attributes = source.attributes.map((one) => [one.name, classificationOf(lattice, one)] as const)
      const documents = await documentsOf(lattice, section, source, parts)
      const { embeddingModel, limits } = source
      const kept = embeddingModel === undefined ? {} : { embeddingModel }
      return {
        ...base,
        source: { kind: 'documents', documents, attributes: new Map(attributes), hitsMax: limits.hits, ...kept },
      }
    }
  }
}

async function tablesOf(
  lattice: Lattice,
  section: DatasetConfig,
  source: TablesConfig,
  { clock, report }: DatasetsParts,
): Promise<Dataset['source']> {
  const { openPostgresDataset } = await tables()
  const opened = await openPostgresDataset({
    ...source,
    ...{ name: section.name, level: section.level, categories: section.categories },
    ...{ url: source.url.reveal(), lattice, clock, warn: report },
  })
  const catalogue = source.tables.map((table) => {
    const above = joinedSaid(section, table)
    const columns = table.columns.map((column) => ({
      name: column.name,
      classification: classificationOf(lattice, joinedSaid(above, column)),
    }))
    return { name: `${table.schema}.${table.table}`, columns }
  })
  const { connections, timeoutMs } = source.limits
  return { kind: 'tables', tables: opened, catalogue, stallMs: timeoutMs, readsMax: readsMaxOf(connections) }
}

/** Of one identity at once: all but a quarter of the connections, so that nobody takes them all. */
function readsMaxOf(connections: number): number {
  return Math.max(1, connections - Math.ceil(connections / 4))
}

async function documentsOf(
  lattice: Lattice,
  { labels, name: dataset }: DatasetConfig,
  { embeddingModel, store }: DocumentsConfig,
  { embeddingOf, report }: DatasetsParts,
): Promise<DocumentIndex> {
  const warn = (what: string): void => report(`dataset \`${dataset}\`: ${what}`)
  const embedding =
    embeddingModel === undefined ? undefined : embeddedBy(() => embeddingOf?.(dataset, embeddingModel), embeddingModel)
  const parts = { warn, ...(embedding && { embedding }) }
  const index = await openedBy(dataset, store, parts)
  return embedding === undefined ? index : withLabelsFirst(index, embedding, { labels, lattice })
}

async function openedBy(
  dataset: string,
  store: DocumentsConfig['store'],
  parts: { readonly warn: (what: string) => void; readonly embedding?: DocumentEmbedding },
): Promise<DocumentIndex> {
  if (store.kind === 'sqlite')
    return await (await sqliteDocuments()).openSqliteDocuments({ path: store.path, ...parts })
  const { openPostgresDocuments } = await postgresDocuments()
  try {
    return await openPostgresDocuments({ url: store.url.reveal(), dataset, ...parts })
  } catch (error) {
    // Of several datasets in one database it may be this one alone.
    throw new Error(`dataset \`${dataset}\`: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** What is wrong with the row filters of datasets, each with its path in the configuration: asks no database. */
export async function filterFaults(
  datasets: Config['datasets'],
): Promise<readonly { readonly path: readonly (string | number)[]; readonly message: string }[]> {
  const all = datasets.map(async ({ source }, index) => {
    if (source.kind !== 'tables' || source.tables.every(({ filters }) => filters.length === 0)) return []
    const faults = await (await tables()).filterFaults(source.tables)
    return faults.map(({ filter, message, table: at }) => {
      const of = source.tables[at]
      const key = of?.schema === source.schemas[0] ? of?.table : `${of?.schema}.${of?.table}`
      return { path: ['datasets', index, 'postgres', 'tables', key ?? '', 'filters', filter], message }
    })
  })
  return (await Promise.all(all)).flat()
}

/** What keeps documents from being opened, of those that are in a database: asks it, and changes nothing in it. */
export async function documentsLack({ name, source }: DatasetConfig): Promise<readonly Lack[]> {
  if (source.kind !== 'documents' || source.store.kind !== 'postgres') return []
  const { lookAtDocuments } = await import('../adapters/documents-postgres/look.js')
  const lacks = await lookAtDocuments(source.store.url.reveal(), { vectors: source.embeddingModel !== undefined })
  return lacks.map(({ what, mend }) => ({ what: `dataset \`${name}\`: ${what}`, mend }))
}

/** What is said of a part, where the whole says what the part does not. */
function joinedSaid(whole: ClassificationConfig, part: ClassificationConfig): ClassificationConfig {
  return { level: part.level ?? whole.level, categories: [...whole.categories, ...part.categories] }
}

/** What nobody classified is the highest there is. */
export function classificationOf(lattice: Lattice, said: ClassificationConfig): Classification {
  const { categories, level } = said
  return level === undefined ? highestOf(lattice) : joinedOf(lattice, [{ level, categories }])
}

/** All that a dataset is opened with, its address too. */
function keyOf(lattice: Lattice, section: DatasetConfig): string {
  const { source } = section
  const address =
    source.kind === 'tables' ? source.url : source.store.kind === 'postgres' ? source.store.url : undefined
  return hash('sha256', JSON.stringify([lattice, section, address?.reveal() ?? null]), 'hex')
}
