import type { Lack } from '../adapters/store-postgres/look.js'
import { openSqliteReplay } from '../adapters/store-sqlite/replay.js'
import { openSqliteStore } from '../adapters/store-sqlite/store.js'
import type { Config, StoreConfig } from '../config/config.js'
import { readAddress } from '../databases/postgres-address.js'
import type { Clock, Replay, Store } from '../spec/index.js'

// What speaks to a PostgreSQL is loaded where one is configured, and by nobody else.
const look = () => import('../adapters/store-postgres/look.js')
const openPostgres = async (url: string, clock: Clock): Promise<Store> =>
  await (await import('../adapters/store-postgres/store.js')).openPostgresStore({ url, clock })
const openUsed = async (url: string, clock: Clock): Promise<Replay> =>
  await (await import('../adapters/store-postgres/replay.js')).openPostgresReplay({ url, clock })

/** What is wrong with the address of a store, judged without the network; nothing secret is in it. Undefined: nothing. */
export function addressFault(store: StoreConfig): string | undefined {
  if (store.kind === 'sqlite') return undefined
  try {
    readAddress(store.url.reveal())
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'is no address'
  }
}

/** What keeps a gateway from using its database, asked of the database, which is not changed. A file is for `doctor` to look at. */
export async function databaseLacks(store: StoreConfig): Promise<readonly Lack[]> {
  return store.kind === 'sqlite' ? [] : await (await look()).lookAtPostgres(store.url.reveal())
}

/** What a store is called in messages: without its password. */
export function storeName(store: StoreConfig): string {
  return store.kind === 'sqlite' ? store.path : `PostgreSQL at \`${readAddress(store.url.reveal()).shown}\``
}

// A database is there before and after it is lost, or is the wrong one; a file is not. What says that it was ours is a row.
const BEGUN_SPACE = 'installation'
const BEGUN_KEY = 'begun'

/** Whether a database ever was this store, for which nothing is made. Of a file its being there says so: true. */
export async function databaseBegun({ store }: Pick<Config, 'store'>, clock: Clock): Promise<boolean> {
  if (store.kind === 'sqlite') return true
  const url = store.url.reveal()
  if (!(await told((await look()).hasStoreTables(url)))) return false
  const opened = await told(openPostgres(url, clock))
  try {
    return (await opened.get(BEGUN_SPACE, BEGUN_KEY)) !== undefined
  } finally {
    await opened.close()
  }
}

/** Opens the store, and makes it where there is none. Rejects with words for the operator, without the address's password. */
export async function openStore({ store }: Pick<Config, 'store'>, clock: Clock): Promise<Store> {
  switch (store.kind) {
    case 'sqlite':
      return await openSqliteStore({ path: store.path, clock })
    case 'postgres':
      return await told(openDatabase(store.url.reveal(), clock))
  }
}

/** Opens the memory of what was used once: in the same database, or in a file beside the store's. */
export function openReplay({ store }: Pick<Config, 'store'>, clock: Clock): Promise<Replay> {
  switch (store.kind) {
    case 'sqlite':
      // It is remembered for minutes, so its file need not be as safe as the store's.
      return openSqliteReplay({ path: store.path.replace(/(?:\.db)?$/, '.replay.db'), clock })
    case 'postgres':
      return told(openUsed(store.url.reveal(), clock))
  }
}

async function openDatabase(url: string, clock: Clock): Promise<Store> {
  const store = await openPostgres(url, clock)
  try {
    await store.put(BEGUN_SPACE, BEGUN_KEY, new Date(clock.now()).toISOString(), { onlyNew: true })
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

async function told<T>(opening: Promise<T>): Promise<T> {
  return await opening.catch((error: unknown) => {
    throw new Error(`store: ${error instanceof Error ? error.message : 'cannot be opened'}`)
  })
}
