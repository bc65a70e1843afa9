export interface Statement {
  run(...values: readonly (string | number | null)[]): unknown
  all(...values: readonly (string | number | null)[]): unknown[]
}

/** What `node:sqlite` and `libsql` have in common. */
export interface Database {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => Database
}

interface Libsql {
  readonly default: new (path: string) => Database
}

/** The runtime's own SQLite (Node 22.13 and later), else libsql. */
export async function openDatabase(path: string): Promise<Database> {
  // Undefined where it is missing or still behind a flag: an import would throw.
  const own = process.versions['sqlite'] === undefined ? undefined : process.getBuiltinModule('node:sqlite')
  if (own !== undefined) return new (own as NodeSqlite).DatabaseSync(path)
  const module: unknown = await import('libsql')
  return new (module as Libsql).default(path)
}
