import { benchPrincipal } from '@ostiary/testkit'
import { openPostgresDataset, type PostgresDatasetParts } from '../src/adapters/dataset-postgres/dataset.js'
import type {
  Cell,
  ChangedQuery,
  ColumnAct,
  Principal,
  ReadingChanges,
  Refusal,
  ResultPage,
  Step,
  TableSource,
} from '../src/spec/index.js'
import { type PostgresServer, startPostgres } from './postgres.js'

/** Levels and categories that the tests' datasets are classified by. */
export const LATTICE = {
  levels: ['public', 'internal', 'confidential', 'restricted'],
  categories: ['finance', 'pii'],
}

export type Table = PostgresDatasetParts['tables'][number]

/** A table of the catalogue whose columns are internal but those that are said to be otherwise. */
export function tableOf(table: string, columns: readonly string[], said: Partial<Table> = {}): Table {
  return {
    schema: 'public',
    table,
    level: 'internal',
    categories: [],
    columns: columns.map((name) => ({ name, level: 'internal', categories: [], mask: 'full' })),
    filters: [],
    definer: false,
    ...said,
  }
}

/** A server with a login `reader`, who may take on the role `analyst`, for the group `analysts`. */
export async function startPeople(sql: string): Promise<PostgresServer> {
  const server = await startPostgres()
  await server.run(`CREATE ROLE analyst NOLOGIN; CREATE ROLE reader LOGIN NOINHERIT; GRANT analyst TO reader; ${sql}`)
  return server
}

export interface Opened {
  readonly source: TableSource
  readonly warnings: readonly string[]
}

export async function openPeople(server: PostgresServer, said: Partial<PostgresDatasetParts> = {}): Promise<Opened> {
  const warnings: string[] = []
  const source = await openPostgresDataset({
    name: 'people',
    url: server.url.replace('gate@', 'reader@'),
    lattice: LATTICE,
    level: 'internal',
    categories: [],
    schemas: ['public'],
    tables: [],
    roles: [{ group: 'analysts', role: 'analyst' }],
    settings: [],
    oracles: 'refuse',
    limits: { rows: 1000, bytes: 1_000_000, timeoutMs: 5000, connections: 2 },
    clock: { now: () => Date.now() },
    warn: (message) => warnings.push(message),
    ...said,
  })
  return { source, warnings }
}

const ALICE: Principal = benchPrincipal('alice', ['analysts'])

export type Asked = Partial<Omit<ReadingChanges, 'columns'>> & {
  readonly columns?: Readonly<Record<string, ColumnAct>>
  readonly parameters?: readonly (string | number | boolean | null)[]
  readonly as?: Principal
  readonly ended?: AbortSignal
}

export async function changed(source: TableSource, sql: string, asked: Asked = {}): Promise<Step<ChangedQuery>> {
  const { columns = {}, filters = [], rowsMax, parameters = [], as = ALICE } = asked
  const prepared = await source.prepare({ sql, parameters }, as)
  if (prepared.kind === 'refuse') return prepared
  return prepared.value.change({ columns: new Map(Object.entries(columns)), filters, rowsMax })
}

/** The pages of a result, to be asked for one by one. */
export async function pagesOf(
  source: TableSource,
  sql: string,
  asked: Asked = {},
): Promise<AsyncIterator<Step<ResultPage>>> {
  const query = await changed(source, sql, asked)
  if (query.kind === 'refuse') throw new Error(`${query.code}: ${query.message} (${query.forLog})`)
  return query.value.read(asked.ended ?? new AbortController().signal)[Symbol.asyncIterator]()
}

/** The rows of a whole result, or why there are none. */
export async function rowsOf(
  source: TableSource,
  sql: string,
  asked: Asked = {},
): Promise<Step<readonly (readonly Cell[])[]>> {
  const query = await changed(source, sql, asked)
  if (query.kind === 'refuse') return query
  const rows: (readonly Cell[])[] = []
  for await (const page of query.value.read(asked.ended ?? new AbortController().signal)) {
    if (page.kind === 'refuse') return page
    rows.push(...page.value.rows)
  }
  return { kind: 'proceed', value: rows }
}

/** The rows; throws where there are none. */
export async function shown(source: TableSource, sql: string, asked?: Asked): Promise<readonly (readonly Cell[])[]> {
  const step = await rowsOf(source, sql, asked)
  if (step.kind === 'refuse') throw new Error(`${step.code}: ${step.message} (${step.forLog})`)
  return step.value
}

/** Why there are no rows; throws where there are some. */
export async function refused(source: TableSource, sql: string, asked?: Asked): Promise<Refusal> {
  const step = await rowsOf(source, sql, asked)
  if (step.kind === 'refuse') return step
  throw new Error(`it gave ${step.value.length} rows`)
}
