import { type Client, codeOf, type Transaction } from '../../../databases/postgres-client.js'
import type { ScannedColumn, ScannedRelation } from './catalogue.js'
import { readOnly } from './read-only.js'

/** Values of a table, column by column; or why there are none. */
export type Values =
  | { readonly kind: 'seen'; readonly rows: number; readonly of: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'unseen'; readonly why: string }

export interface ValuesParts {
  readonly client: Client
  /** Rows. */
  readonly sample: number
  readonly timeoutMs: number
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['57014', 'it took too long'],
  ['55P03', 'somebody holds a lock on it'],
])
const VALUE_CHARACTERS_MAX = 512
/** Together in memory. */
const COLUMNS_AT_ONCE = 50
/** Fewer rows are read one after another: a sample by pages might miss them. */
const SAMPLED_FROM = 20
/** Rows of one page resemble one another, and there may be fewer of them than was estimated. */
const PAGES_FOR_ONE = 5

/**
 * Reads some rows of a table. What may run code that somebody put into the database (a view, a foreign table, a rule over rows) is not
 * read: it would run with the rights of this login, who may be the database's master.
 */
export async function readValues(
  { client, sample, timeoutMs }: ValuesParts,
  relation: ScannedRelation,
  columns: readonly ScannedColumn[],
): Promise<Values> {
  const why = unreadOf(relation, sample)
  if (why !== undefined) return { kind: 'unseen', why }
  const readable = columns.filter((one) => one.isReadable && !one.isComposite && one.type !== 'bytea')
  const of = new Map<string, readonly string[]>()
  let rows = 0
  try {
    for (let from = 0; from < readable.length; from += COLUMNS_AT_ONCE) {
      const some = readable.slice(from, from + COLUMNS_AT_ONCE)
      const read = await readOnly(client, timeoutMs, (sql) => rowsOf(sql, relation, some, sample))
      for (const [at, { name }] of some.entries())
        of.set(
          name,
          read.flatMap((row) => row[at] ?? []),
        )
      rows = Math.max(rows, read.length)
    }
  } catch (thrown) {
    const code = codeOf(thrown)
    // The connection is gone: nothing that comes could be read either.
    if (code === undefined || !/^[0-9A-Z]{5}$/.test(code) || /^(?:08|57P)/.test(code)) throw thrown
    return { kind: 'unseen', why: WHY.get(code) ?? `the database refused to show it (${code})` }
  }
  return { kind: 'seen', rows, of }
}

function unreadOf({ isReadable, isSecured, kind }: ScannedRelation, sample: number): string | undefined {
  if (sample === 0) return 'no values were asked for'
  if (kind === 'v') return 'a view runs the code of whoever made it'
  if (kind === 'f') return 'a foreign table runs the code of whoever made it'
  if (!isReadable) return 'this login may not read it'
  return isSecured ? 'row-level security hides rows of it from this login' : undefined
}

type Row = readonly (string | null)[]

async function rowsOf(
  sql: Transaction,
  relation: ScannedRelation,
  columns: readonly ScannedColumn[],
  sample: number,
): Promise<readonly Row[]> {
  // `format` writes a value by its type alone: a cast could be anybody's function.
  const shown = columns.map(({ name }) => {
    const column = identifier(name)
    const text = `pg_catalog.left(pg_catalog.format('%s', ${column}), ${VALUE_CHARACTERS_MAX})`
    return `case when ${column} is not null then ${text} end`
  })
  const only = relation.kind === 'r' ? 'only ' : ''
  const from = `select ${shown.join(', ')} from ${only}${identifier(relation.schema)}.${identifier(relation.table)}`
  if (relation.kind !== 'm' && relation.rows > sample * SAMPLED_FROM) {
    const share = (100 * sample * PAGES_FOR_ONE) / relation.rows
    const some = await sql.unsafe(`${from} tablesample system (${share.toFixed(6)}) limit ${sample}`).values()
    if (some.length >= sample / 2) return some as readonly Row[]
  }
  return (await sql.unsafe(`${from} limit ${sample}`).values()) as readonly Row[]
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
