import type { Classification } from '../../../spec/index.js'
import { type Catalogue, type CatalogueColumn, type CatalogueTable, classificationOf, tableName } from '../catalogue.js'
import { maskExpression } from '../sql/masks.js'
import type { Relation } from '../sql/relations.js'
import { columnIn } from '../sql/rewrite.js'
import { ask, type Session } from '../wire/session.js'
import { textArray } from './arrays.js'

/** A column of the catalogue that the database has. */
export interface SchemaColumn {
  readonly name: string
  /** `SCHEMA.TABLE.COLUMN`. */
  readonly origin: string
  readonly attribute: number
  /** The database's name for its type, without a size. */
  readonly type: string
  readonly classification: Classification
  /** What stands in its place where it is masked; undefined: its type has no such mask. */
  readonly masked: string | undefined
  /** In its place where it is dropped. */
  readonly dropped: string
}

/** A table of the catalogue that the database has, with those of its columns that both know. */
export interface SchemaTable {
  readonly oid: number
  readonly of: CatalogueTable
  readonly classification: Classification
  readonly columns: readonly SchemaColumn[]
  /** As a statement sees it. */
  readonly relation: Relation
}

export interface Schema {
  /** By `SCHEMA.TABLE`. */
  readonly tables: ReadonlyMap<string, SchemaTable>
  /** What the catalogue has and the database does not, or not so that it may be shown: words for the operator. */
  readonly lacks: readonly string[]
  /** The same text is the same schema. */
  readonly digest: string
}

// One statement, so that it is of one moment: of a table that is dropped and made anew between two, the second would find no columns.
// A field of a composite value would be a column that nobody classified.
const TABLES_AND_COLUMNS = `
SELECT n.nspname, c.relname, c.oid, c.relkind, coalesce('security_invoker=true' = ANY (c.reloptions), false)
    OR coalesce('security_invoker=on' = ANY (c.reloptions), false) OR coalesce('security_invoker=1' = ANY (c.reloptions), false),
  a.attnum, a.attname, pg_catalog.format_type(a.atttypid, NULL), 'c' IN (t.typtype, e.typtype, b.typtype)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typelem <> 0
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typbasetype <> 0
WHERE n.nspname || '.' || c.relname = ANY ($1::text[])
ORDER BY c.oid, a.attnum`

/** Reads what the database has of the catalogue. */
export async function readSchema(session: Session, catalogue: Catalogue): Promise<Schema> {
  const rows = await ask(session, TABLES_AND_COLUMNS, [textArray(catalogue.tables.map(tableName))])
  const lacks: string[] = []
  const tables = new Map<string, SchemaTable>()
  for (const table of catalogue.tables) {
    const its = rows.filter(([schema, name]) => schema === table.schema && name === table.table)
    const [found] = its
    const fault = found === undefined ? 'is not there' : relationFault(table, found[3] ?? '', found[4] === 't')
    if (found === undefined || fault !== undefined) {
      lacks.push(`the table \`${tableName(table)}\` ${fault}, and nobody sees it`)
      continue
    }
    const [, , oid] = found
    const known = its.flatMap(([, , , , , attribute, name, type, isComposite]): readonly SchemaColumn[] => {
      const column = table.columns.find((one) => one.name === name)
      if (column === undefined || isComposite === 't') return []
      return [schemaColumn(catalogue, table, column, Number(attribute), type ?? '')]
    })
    tables.set(tableName(table), {
      oid: Number(oid),
      of: table,
      classification: classificationOf(catalogue, table),
      columns: known,
      relation: { schema: table.schema, table: table.table, columns: known.map(({ name }) => name) },
    })
    for (const { name } of table.columns) {
      const of = its.find((row) => row[6] === name)
      const where = `the column \`${tableName(table)}.${name}\``
      if (of === undefined) lacks.push(`${where} is not there, and nobody sees it`)
      else if (of[8] === 't') lacks.push(`${where} is of a composite type, and nobody sees it`)
    }
    for (const { origin, masked, type } of known) {
      if (masked === undefined)
        lacks.push(
          `the column \`${origin}\`, of the type \`${type}\`, has no such mask: where policy masks it, it is refused`,
        )
    }
  }
  return {
    tables,
    lacks,
    digest: JSON.stringify([[...tables.values()].map(({ oid, columns: its }) => [oid, its]), lacks]),
  }
}

// Ordinary and partitioned tables are read with the rights of who asks.
const TABLES = ['r', 'p']
const DEFINERS = new Map([
  ['v', 'is a view without security_invoker'],
  ['m', 'is a materialized view'],
  ['f', 'is a foreign table'],
])

function relationFault({ definer }: CatalogueTable, kind: string, isInvoker: boolean): string | undefined {
  if (TABLES.includes(kind) || (kind === 'v' && isInvoker) || (definer && DEFINERS.has(kind))) return undefined
  const what = DEFINERS.get(kind)
  return what === undefined ? 'is nothing to be queried' : `${what}: it would be read with its owner's rights`
}

function schemaColumn(
  catalogue: Catalogue,
  table: CatalogueTable,
  column: CatalogueColumn,
  attribute: number,
  type: string,
): SchemaColumn {
  const sql = columnIn({ ...table, columns: [column.name] }, column.name)
  return {
    name: column.name,
    origin: `${tableName(table)}.${column.name}`,
    attribute,
    type,
    classification: classificationOf(catalogue, table, column),
    masked: maskExpression(column.mask, sql, type),
    dropped: maskExpression('null', sql, type) ?? 'NULL',
  }
}
