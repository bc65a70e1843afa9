import type { Config } from '../config/config.js'
import type { Clock } from '../spec/index.js'
import { CLOCK } from './ambient.js'
import { databaseLoss, type KeptFile, type Loss, logKey, logSecret, lossesOf, lostDatabase, lostFiles } from './kept.js'
import { logHasBegun } from './log.js'
import { StartError } from './start-error.js'
import { databaseBegun, openStore, storeName } from './store.js'

/** Before anything is made: a new secret in the place of a lost one would look like the old one to the next start. */
export async function refuseLosses(config: Config, clock: Clock): Promise<void> {
  const losses = logHasBegun(config.audit.store.dir) ? await allLosses(config, clock) : []
  if (losses.length > 0)
    throw new StartError(losses.map(({ what, mend }) => `audit: ${what} Way out: ${mend}`).join('\n'))
}

/** What was lost of an installation whose log has begun, its database too. Makes nothing. */
export async function allLosses(config: Config, clock: Clock = CLOCK): Promise<readonly Loss[]> {
  const files = lossesOf(config)
  return (await databaseBegun(config, clock)) ? files : [...files, databaseLoss(config, storeName(config.store))]
}

/** The same as what is to be made anew. */
export async function allLost(config: Config): Promise<readonly KeptFile[]> {
  const files = lostFiles(config)
  return (await databaseBegun(config, CLOCK)) ? files : [...files, lostDatabase(storeName(config.store))]
}

/** Makes what is lost beside the store anew. Only `audit recover` does so where the log has begun, once that is logged. */
export async function makeLost(config: Config): Promise<void> {
  logKey(config)
  logSecret(config)
  await (await openStore(config, CLOCK)).close()
}
