import {
  type Cell,
  type CellKind,
  type ChangedQuery,
  type Classification,
  type PreparedQuery,
  type Principal,
  proceed,
  type ReadingChanges,
  type ResultColumn,
  type ResultPage,
  refuse,
  type SqlValue,
  type Step,
  subjectOf,
  type TableSource,
} from 'ostiary/spec'

export interface MemoryColumn {
  readonly name: string
  readonly type: string
  readonly cells: CellKind
  readonly classification: Classification
}

export interface MemoryTable {
  readonly schema: string
  readonly name: string
  readonly classification: Classification
  readonly columns: readonly MemoryColumn[]
  readonly rows: readonly (readonly Cell[])[]
  readonly filters: ReadonlyMap<string, (row: readonly Cell[]) => boolean>
}

export interface MemoryTablesParts {
  readonly tables: readonly MemoryTable[]
  /** Who may ask at all. */
  readonly group: string
  /** At most so many rows. */
  readonly rows: number
}

const PAGE_ROWS = 16
const STATEMENT =
  /^\s*SELECT\s+(?<list>\*|\w+(?:\s*,\s*\w+)*)\s+FROM\s+(?:(?<schema>\w+)\.)?(?<table>\w+)(?:\s+WHERE\s+(?<where>\w+)\s*=\s*\$1)?\s*$/i

/**
 * Tables in this process. It understands `SELECT column, … FROM table`, `*` for all of them, and one `WHERE column = $1`;
 * a masked text becomes `***`, another masked value null.
 */
export function createMemoryTables({ tables, group, rows: rowsMax }: MemoryTablesParts): TableSource {
  let closed = false
  return {
    async prepare({ sql, parameters }, principal) {
      if (closed) return refuse('upstream_failed', 'the tables are closed')
      if (!holds(principal, group)) return refuse('forbidden_by_policy', 'no role for any group of the subject')
      const groups = STATEMENT.exec(sql)?.groups
      const table = tables.find(
        ({ schema, name }) => name === groups?.['table'] && schema === (groups['schema'] ?? schema),
      )
      if (groups === undefined || table === undefined) return refuse('invalid_request', 'not understood')
      const { list = '', where } = groups
      const named = list === '*' ? table.columns.map(({ name }) => name) : list.split(',').map((name) => name.trim())
      if ((where === undefined ? 0 : 1) !== parameters.length) return refuse('invalid_request', 'parameters')
      const known = new Set(table.columns.map(({ name }) => name))
      if (![...named, ...(where === undefined ? [] : [where])].every((name) => known.has(name)))
        return refuse('invalid_request', 'unknown column')
      return proceed(preparedOf(table, named, where, sql, parameters[0], rowsMax))
    },
    async close() {
      closed = true
    },
  }
}

function holds(principal: Principal, group: string): boolean {
  return subjectOf(principal).groups.includes(group)
}

function preparedOf(
  table: MemoryTable,
  named: readonly string[],
  where: string | undefined,
  sql: string,
  parameter: SqlValue | undefined,
  rowsMax: number,
): PreparedQuery {
  const places = named.map((name) => table.columns.findIndex((column) => column.name === name))
  const columns = places.flatMap((place): readonly ResultColumn[] => {
    const column = table.columns[place]
    return column === undefined ? [] : [{ ...column, origin: originOf(table, column.name) }]
  })
  const touched = table.columns
    .filter(({ name }) => named.includes(name) || name === where)
    .map(({ name, classification }) => ({
      column: originOf(table, name),
      classification,
      isPlain: name !== where,
      position: name === where ? sql.toUpperCase().indexOf('WHERE') + 'WHERE '.length : undefined,
    }))
  const at = table.columns.findIndex(({ name }) => name === where)
  return {
    reading: {
      columns,
      touched,
      tables: [{ table: `${table.schema}.${table.name}`, classification: table.classification }],
    },
    change(changes) {
      const hurt = touched.find(({ column, isPlain }) => !isPlain && changes.columns.has(column))
      if (hurt !== undefined)
        return refuse('obligation_failed', 'a changed column stands elsewhere', { message: 'It is no plain output.' })
      const filters = changes.filters.map((name) => table.filters.get(name))
      if (filters.includes(undefined)) return refuse('obligation_failed', 'unknown row filter')
      const rows = table.rows
        .filter((row) => where === undefined || row[at] === String(parameter))
        .filter((row) => filters.every((holds) => holds?.(row)))
      return proceed(changedOf(columns, places, rows, changes, Math.min(rowsMax, changes.rowsMax ?? rowsMax)))
    },
  }
}

function changedOf(
  columns: readonly ResultColumn[],
  places: readonly number[],
  rows: readonly (readonly Cell[])[],
  changes: ReadingChanges,
  rowsMax: number,
): ChangedQuery {
  const acts = columns.map(({ origin = '' }) => changes.columns.get(origin))
  const left = columns.flatMap((column, index) => (acts[index] === 'drop' ? [] : [{ ...column, act: acts[index] }]))
  const shown = (row: readonly Cell[]): readonly Cell[] =>
    places.flatMap((place, index) => {
      const cell = row[place] ?? null
      if (acts[index] === 'drop') return []
      if (acts[index] !== 'mask') return [cell]
      return [columns[index]?.cells === 'text' && cell !== null ? '***' : null]
    })
  return {
    columns: left,
    async *read(ended): AsyncGenerator<Step<ResultPage>> {
      for (let from = 0; ; from += PAGE_ROWS) {
        if (ended.aborted) {
          yield refuse('forbidden_by_policy', 'nobody may see more')
          return
        }
        const to = Math.min(from + PAGE_ROWS, rowsMax)
        const isLast = to >= Math.min(rows.length, rowsMax)
        const isTruncated = isLast && rows.length > rowsMax
        yield proceed({ rows: rows.slice(from, to).map(shown), ended: isLast, isTruncated })
        if (isLast) return
      }
    },
  }
}

function originOf({ schema, name }: MemoryTable, column: string): string {
  return `${schema}.${name}.${column}`
}
