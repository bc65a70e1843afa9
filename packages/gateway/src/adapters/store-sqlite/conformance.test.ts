import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeSuite } from '@ostiary/testkit'
import { openSqliteStore } from './store.js'

storeSuite('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-store-'))
  return {
    durable: true,
    open: (clock) => openSqliteStore({ path: join(folder, 'ostiary.db'), clock }),
    remove: () => rm(folder, { recursive: true }),
  }
})
