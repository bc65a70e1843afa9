import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { column, type Database, openDatabase } from './sqlite.js'

/** What a database file is for: `make` brings one of an earlier format, or an empty one (0), to this version's. */
export interface Format {
  /** In messages: `the store`. */
  readonly name: string
  readonly number: number
  make(database: Database, from: number): void
}

export interface DatabaseFile {
  readonly database: Database
  /** Throws where the file at the path is no longer the one that was opened: what is written now, nobody else will see. */
  check(): void
}

/**
 * Opens a database in WAL mode, and makes it where there is none: the file for its owner alone, and so its folder where that is
 * new too. Rejects where the file is no database, or one of a later version.
 *
 * @param pragmas what else this database wants of its connection
 */
export async function openFile(path: string, format: Format, pragmas: string): Promise<DatabaseFile> {
  makePrivate(path)
  const database = await openDatabase(path)
  try {
    database.exec(pragmas)
    database.prepare('pragma journal_mode = wal').all()
    if (formatOf(database, format) < format.number) {
      // Read once more under the lock: of two who open an old file at once, one finds it made.
      write(database, () => {
        const from = formatOf(database, format)
        if (from === format.number) return
        format.make(database, from)
        database.exec(`pragma user_version = ${format.number}`)
      })
    }
    const { dev, ino } = statSync(path)
    return {
      database,
      check() {
        const found = statSync(path, { throwIfNoEntry: false })
        if (found === undefined || found.ino !== ino || found.dev !== dev)
          throw new Error(`${format.name} \`${path}\` is not the file any more that was opened`)
      },
    }
  } catch (thrown) {
    database.close()
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Error(`${format.name} \`${path}\` cannot be opened: ${why}`, { cause: thrown })
  }
}

// The lock is taken by a statement of its own. A prepared one of libsql that fails as busy stays half done, and while it
// does nothing that others write is committed: a revocation would be confirmed and lost.
export function write<T>(database: Database, work: () => T): T {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (thrown) {
    rollBack(database, thrown)
    throw thrown
  }
}

function rollBack(database: Database, cause: unknown): void {
  try {
    database.exec('rollback')
  } catch (thrown) {
    // A full disk, say, makes SQLite roll back by itself: then the first error is the one that tells.
    throw new AggregateError([cause, thrown], `the database could not be written: ${String(cause)}`)
  }
}

function formatOf(database: Database, { number }: Format): number {
  const found = column(database.prepare('pragma user_version').all()[0], 'user_version')
  if (typeof found !== 'number' || found > number)
    throw new Error(`its format is ${String(found)}, this version's ${number}`)
  return found
}

// Before SQLite opens it, or it would be readable for a moment. Its log files take the mode of the file they belong to.
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'a', 0o600)
  const { mode } = fstatSync(file)
  closeSync(file)
  if ((mode & 0o077) !== 0) chmodSync(path, 0o600)
}
