import { openClient } from '../../../databases/postgres-client.js'
import type { TableSample } from '../../../spec/index.js'
import { readCatalogue, type ScannedCatalogue, type ScannedRelation, type ScannedRole } from './catalogue.js'
import { readOnly } from './read-only.js'
import { readValues } from './values.js'

export interface ScanParts {
  readonly url: string
  readonly schemas: readonly string[]
  /** Rows of each table that are looked at; none: names and types alone. */
  readonly sample: number
  /** Of one statement. */
  readonly timeoutMs: number
}

/** What a scan says before it has looked at any value. */
export interface Scanned {
  /** What the operator should know of the login. */
  readonly warnings: readonly string[]
  readonly roles: readonly ScannedRole[]
  readonly tables: number
  /** All that the database has. */
  readonly schemas: readonly string[]
}

export interface OpenScan extends Scanned {
  /** One table after another: the values of one are held, and no more. Rejects where the database is gone. */
  samples(): AsyncGenerator<TableSample>
  close(): Promise<void>
}

/** Longer than the server is told that statements of one transaction may take together: it says so itself. */
const STATEMENTS_MAX = 5

/** Looks at what a database has. Reads and nothing else. Rejects where there is no database. */
export async function openScan({ url, schemas, sample, timeoutMs }: ScanParts): Promise<OpenScan> {
  const client = openClient(url, 1, timeoutMs * STATEMENTS_MAX)
  try {
    const catalogue = await readOnly(client, timeoutMs, (sql) => readCatalogue(sql, schemas))
    return {
      warnings: warningsOf(catalogue, schemas),
      roles: catalogue.roles,
      tables: catalogue.relations.length,
      schemas: catalogue.schemas,
      async *samples() {
        for (const relation of catalogue.relations) {
          const columns = catalogue.columns.filter(({ of }) => of === relation.oid)
          const values = await readValues({ client, sample, timeoutMs }, relation, columns)
          const of = values.kind === 'seen' ? values.of : undefined
          yield {
            ...{ schema: relation.schema, table: relation.table, kind: kindOf(relation) },
            columns: columns.map(({ name, type, isComposite, isKey }) => ({
              ...{ name, type, isComposite, isKey },
              values: of?.get(name) ?? [],
            })),
            rows: values.kind === 'seen' ? values.rows : 0,
            unseen: values.kind === 'seen' ? undefined : values.why,
          }
        }
      },
      close: () => client.close(),
    }
  } catch (thrown) {
    await client.close()
    throw thrown
  }
}

function kindOf({ isInvoker, kind }: ScannedRelation): TableSample['kind'] {
  if (kind === 'r' || kind === 'p') return 'table'
  return kind === 'v' && isInvoker ? 'view' : 'definer'
}

function warningsOf({ login, relations }: ScannedCatalogue, schemas: readonly string[]): readonly string[] {
  const owned = relations.filter(({ isOwned }) => isOwned).length
  const why = login.isSuperuser
    ? 'is a superuser'
    : login.bypassesRls
      ? 'has BYPASSRLS'
      : owned > 0
        ? `owns ${owned} of the tables, or is a member of a role that does`
        : undefined
  const unfit = `the login \`${login.name}\` ${why}: fit to scan with, and refused by \`start\``
  const empty = `there is no table in ${schemas.map((one) => `\`${one}\``).join(', ')}`
  return [...(why === undefined ? [] : [unfit]), ...(relations.length === 0 ? [empty] : [])]
}
