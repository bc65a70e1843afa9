import type { Lattice } from '../spec/index.js'
import type { ClassificationConfig, Config, DocumentsConfig, TablesConfig } from './config.js'
import { didYouMean } from './fault.js'
import { fault, type Remark, warning } from './remark.js'
import { vocabularyOf } from './vocabulary.js'
import type { Path } from './yaml.js'

/** Labels that detectors elsewhere may be shown are levels. */
export function* labelBounds({ classification: { levels }, inspection: { remote } }: Config): Iterable<Remark> {
  for (const [index, { labelsMax }] of remote.entries()) {
    if (labelsMax === undefined || levels.includes(labelsMax)) continue
    const why = `classification.levels has no \`${labelsMax}\`${didYouMean(labelsMax, levels)}`
    yield fault(['inspection', 'remote', index, 'labelsMax'], why)
  }
}

/** How datasets stand to the lattice, to groups and to one another. */
export function* datasetRelations(config: Config): Iterable<Remark> {
  const names = config.datasets.map((one) => one.name)
  for (const [index, dataset] of config.datasets.entries()) {
    const at = ['datasets', index] as const
    if (names.indexOf(dataset.name) < index) yield fault([...at, 'name'], `the name \`${dataset.name}\` stands twice`)
    yield* classificationFaults(config.classification, dataset, at)
    switch (dataset.source.kind) {
      case 'tables':
        yield* tableRemarks(config, dataset.source, [...at, 'postgres'])
        break
      case 'documents':
        yield* attributeFaults(config.classification, dataset.source, [...at, 'documents'])
        yield* embeddingFaults(config, dataset.source, [...at, 'documents', 'embeddings'])
        if (dataset.source.planted === 'refuse' && !vocabularyOf(config).known.findings.includes('injection.high'))
          yield warning([...at, 'documents', 'planted'], NOBODY_FINDS)
        break
    }
  }
  yield* sharedFiles(config)
}

function* classificationFaults(lattice: Lattice, said: ClassificationConfig, at: Path): Iterable<Remark> {
  const { levels, categories } = lattice
  if (said.level !== undefined && !levels.includes(said.level)) {
    const where = `classification.levels has no \`${said.level}\``
    yield fault([...at, 'classification'], `${where}${didYouMean(said.level, levels)}`)
  }
  for (const [nth, category] of said.categories.entries()) {
    if (categories.includes(category)) continue
    const where = `classification.categories has no \`${category}\``
    yield fault([...at, 'categories', nth], `${where}${didYouMean(category, categories)}`)
  }
}

function* attributeFaults(lattice: Lattice, { attributes }: DocumentsConfig, at: Path): Iterable<Remark> {
  for (const one of attributes) yield* classificationFaults(lattice, one, [...at, 'attributes', one.name])
}

/** Vectors come from a model that is asked in the dialect of OpenAI. Whether a PostgreSQL has a place for them it says itself, at start. */
function* embeddingFaults(
  { models, providers }: Config,
  { embeddingModel }: DocumentsConfig,
  at: Path,
): Iterable<Remark> {
  if (embeddingModel === undefined) return
  const model = models.find(({ name }) => name === embeddingModel)
  const names = models.map(({ name }) => name)
  if (model === undefined) {
    return yield fault([...at, 'model'], `no model \`${embeddingModel}\`${didYouMean(embeddingModel, names)}`)
  }
  const dialect = providers.find(({ name }) => name === model.provider)?.dialect
  if (dialect === 'openai') return
  yield fault([...at, 'model'], `the model \`${embeddingModel}\` has no endpoint for embeddings in the dialect openai`)
}

function* tableRemarks(config: Config, source: TablesConfig, at: Path): Iterable<Remark> {
  if (source.tables.length === 0) yield warning([...at, 'tables'], 'no table is in it: nobody can read anything')
  const seen = new Set<string>()
  for (const table of source.tables) {
    const name = `${table.schema}.${table.table}`
    const isShort = table.schema === source.schemas[0]
    const path = [...at, 'tables', isShort ? table.table : name]
    if (seen.has(name)) yield fault([...at, 'tables'], `the table \`${name}\` stands twice`)
    seen.add(name)
    yield* classificationFaults(config.classification, table, path)
    for (const column of table.columns)
      yield* classificationFaults(config.classification, column, [...path, 'columns', column.name])
  }
  const groups = source.roles.map((one) => one.group)
  for (const [nth, name] of groups.entries()) {
    if (groups.indexOf(name) === nth) continue
    yield fault([...at, 'roles', nth, 'group'], `the group \`${name}\` stands twice: the first role alone would count`)
  }
  const attributes = vocabularyOf(config).claimAttributes.map((one) => one.name)
  for (const { setting, from } of source.settings) {
    if ([...OWN_SETTINGS, ...attributes].includes(from)) continue
    const known = [...OWN_SETTINGS, ...attributes]
    yield fault([...at, 'settings', setting], `no issuer maps a claim to \`${from}\`${didYouMean(from, known)}`)
  }
}

const NOBODY_FINDS = 'no detector that is on finds `injection.high`: no document would be refused'

/** What a setting may have of every caller. */
const OWN_SETTINGS = ['subject', 'issuer', 'groups']

/** Two indexes in one file would find one another's documents. */
function* sharedFiles({ datasets, store }: Config): Iterable<Remark> {
  const taken = new Map<string, string>()
  if (store.kind === 'sqlite') taken.set(store.path, "the gateway's own store")
  for (const [index, { name, source }] of datasets.entries()) {
    if (source.kind !== 'documents' || source.store.kind !== 'sqlite') continue
    const held = taken.get(source.store.path)
    if (held !== undefined) {
      yield fault(['datasets', index, 'documents', 'store'], `this file is ${held} already: give it one of its own`)
    }
    taken.set(source.store.path, `the dataset \`${name}\`'s`)
  }
}
