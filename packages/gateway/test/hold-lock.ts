import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

// Another process with the write lock, for as long as it is told.
const HOLD_LOCK = `
  const own = process.getBuiltinModule('node:sqlite')
  const Database = own === undefined ? (await import('libsql')).default : own.DatabaseSync
  const database = new Database(process.argv[1])
  database.exec('begin immediate')
  console.log('held')
  setTimeout(() => database.exec('commit'), Number(process.argv[2]))
`

export async function holdLock(path: string, forMs: number): Promise<ChildProcess> {
  const options = { cwd: import.meta.dirname }
  const held = spawn(process.execPath, ['--input-type=module', '-e', HOLD_LOCK, path, String(forMs)], options)
  await once(held.stdout, 'data')
  return held
}
