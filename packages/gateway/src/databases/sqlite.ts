type Value = string | number | null | Uint8Array

// Where null or bytes are the only value, libsql takes them for an object of names, and ends the process.
export interface Statement {
  run(...values: readonly Value[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  all(...values: readonly Value[]): unknown[]
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

/** A column of a row; undefined where there is no row. */
export function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null && name in row ? (row as Record<string, unknown>)[name] : undefined
}

/** A column of bytes: libsql gives an ArrayBuffer, `node:sqlite` a view. */
export function bytes(row: unknown, name: string): Buffer | undefined {
  const value = column(row, name)
  if (value instanceof ArrayBuffer) return Buffer.from(value)
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined
}
