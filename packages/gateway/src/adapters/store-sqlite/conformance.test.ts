import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replaySuite, storeSuite } from '@ostiary/testkit'
import { openSqliteReplay } from './replay.js'
import { openSqliteStore } from './store.js'

async function bench<T>(open: (folder: string) => T): Promise<T & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-store-'))
  return { ...open(folder), remove: () => rm(folder, { recursive: true }) }
}

storeSuite('sqlite [store.only-new] [store.only-if]', () =>
  bench((folder) => ({
    durable: true,
    open: (clock) => openSqliteStore({ path: join(folder, 'ostiary.db'), clock }),
  })),
)

replaySuite('sqlite [replay.once]', () =>
  bench((folder) => ({ open: (clock) => openSqliteReplay({ path: join(folder, 'ostiary.replay.db'), clock }) })),
)
