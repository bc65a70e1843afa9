import { openSqliteStore } from '../src/adapters/store-sqlite/store.js'
import { sharedSecret } from '../src/compose/shared-secret.js'
import { openFingerprints } from '../src/fingerprints/fingerprints.js'
import { labelsKnownIn, type ReleasedRow } from '../src/spec/index.js'
import type { House } from './house.js'
import { until } from './until.js'

const CLOCK = { now: Date.now }

/** Values are released at another gateway of the house's store; fulfilled once every gateway there knows them. */
export async function released(house: House, rows: readonly ReleasedRow[]): Promise<void> {
  const { store: where } = house.config
  if (where.kind !== 'sqlite') throw new Error('a house of another store')
  const open = async (): Promise<{
    known: Awaited<ReturnType<typeof openFingerprints>>
    close: () => Promise<void>
  }> => {
    const store = await openSqliteStore({ path: where.path, clock: CLOCK })
    const known = await openFingerprints({
      ...{ store, clock: CLOCK, secret: await sharedSecret(store, 'fingerprints'), onIll: () => undefined },
      rules: { ttlMs: 3_600_000, max: 10_000 },
    })
    const close = async (): Promise<void> => {
      known.close()
      await store.close()
    }
    return { known, close }
  }
  // The second one hears of it as the house does.
  const [one, other] = [await open(), await open()]
  await one.known.remember(rows)
  const texts = rows.flatMap(({ values }) => values)
  await until(() => labelsKnownIn(other.known, texts).length > 0)
  await one.close()
  await other.close()
}
