import type { Door, Pipeline } from '../pipeline/pipeline.js'
import { served } from '../pipeline/pipeline.js'
import type { ListedDataset } from '../pipeline/reads/list.js'
import { type Dataset, type Received, refuse } from '../spec/index.js'
import { readQuery, readSearch } from './dataset-body.js'
import { problem } from './problem.js'
import { hitsSink, rowsSink } from './result-sink.js'

export interface DatasetsDoorParts {
  readonly pipeline: Pipeline
  readonly datasets: ReadonlyMap<string, Dataset>
}

const LIST_PATH = '/v1/datasets'
const READ_PATH = /^\/v1\/datasets\/([^/]+)\/(query|search)$/

type Asked = Pick<Received, 'method' | 'path'>

/** The doors to datasets: gives the door for a path and method, or undefined where there is none. */
export function datasetsDoors({ datasets, pipeline }: DatasetsDoorParts): (asked: Asked) => Door | undefined {
  if (datasets.size === 0) return () => undefined
  return ({ method, path }) => {
    if (method === 'GET' && path === LIST_PATH) return listDoor(pipeline, datasets)
    const [, name = '', what] = method === 'POST' ? (READ_PATH.exec(path) ?? []) : []
    switch (what) {
      case 'query':
        return queryDoor(pipeline, datasets.get(name))
      case 'search':
        return searchDoor(pipeline, datasets.get(name))
      default:
        return undefined
    }
  }
}

function queryDoor(pipeline: Pipeline, dataset: Dataset | undefined): Door {
  return {
    shape: problem,
    action: 'queryDataset',
    async serve(entered) {
      if (dataset?.source.kind !== 'tables') return pipeline.refuse(entered, problem, NO_TABLES)
      const { received } = entered.authenticated
      const body = await received.body()
      if (body.kind === 'refuse') return pipeline.refuse(entered, problem, body)
      const read = readQuery(body.value)
      if (read.kind === 'refuse') return pipeline.refuse(entered, problem, read)
      const sink = rowsSink(received, entered.bracket)
      const call = { ...read.value, dataset, body: body.value, sink }
      return await pipeline.reads.query(entered, call, dataset.source)
    },
  }
}

function searchDoor(pipeline: Pipeline, dataset: Dataset | undefined): Door {
  return {
    shape: problem,
    action: 'searchDataset',
    async serve(entered) {
      if (dataset?.source.kind !== 'documents') return pipeline.refuse(entered, problem, NO_DOCUMENTS)
      const { received } = entered.authenticated
      const body = await received.body()
      if (body.kind === 'refuse') return pipeline.refuse(entered, problem, body)
      const read = readSearch(body.value)
      if (read.kind === 'refuse') return pipeline.refuse(entered, problem, read)
      const sink = hitsSink(received, entered.bracket)
      const call = { ...read.value, dataset, body: body.value, sink }
      return await pipeline.reads.search(entered, call, dataset.source)
    },
  }
}

/** What can be queried is not searched, nor the other way round: there is nothing of this name here. */
const NO_TABLES = refuse('dataset_not_found', 'no tables of this name', {
  message: 'There is no dataset of this name that is queried.',
})
const NO_DOCUMENTS = refuse('dataset_not_found', 'no documents of this name', {
  message: 'There is no dataset of this name that is searched.',
})

function listDoor(pipeline: Pipeline, datasets: ReadonlyMap<string, Dataset>): Door {
  return {
    shape: problem,
    action: 'queryDataset',
    async serve(entered) {
      const { received } = entered.authenticated
      const listed = pipeline.reads.list(entered, datasets.values())
      if (listed.kind === 'refuse') return pipeline.refuse(entered, problem, listed)
      const body = Buffer.from(JSON.stringify({ datasets: listed.value.map(shown) }))
      const own = ['x-request-id', received.id, 'ostiary-decision', 'permit', 'cache-control', 'no-store']
      received.caller.head(200, [...own, 'content-type', 'application/json'], body.length)
      received.caller.end(body)
      return served(200)
    },
  }
}

function shown({ dataset, tables }: ListedDataset): object {
  const { classification, name, owner, purposes } = dataset
  return {
    ...{ name, owner, purposes, classification: classification.level, categories: classification.categories },
    ...(tables === undefined ? { search: `${LIST_PATH}/${name}/search` } : { query: `${LIST_PATH}/${name}/query` }),
    ...(tables === undefined ? {} : { tables: tables.map(shownTable) }),
  }
}

function shownTable({ columns, name }: NonNullable<ListedDataset['tables']>[number]): object {
  return {
    name,
    columns: columns.map(({ act, classification: { categories, level }, name }) => ({
      ...{ name, classification: level, categories },
      ...(act === undefined ? {} : { changed: true }),
    })),
  }
}
