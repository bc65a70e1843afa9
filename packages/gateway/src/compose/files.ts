import { join } from 'node:path'
import type { Config } from '../config/config.js'
import { createShelf } from '../files/shelf.js'
import { createSpools, unlinkedFiles } from '../files/spool.js'
import type { FilesRules, GatewayParts } from '../gateway.js'
import type { Store } from '../spec/index.js'
import { travelOf } from './dialects.js'
import { sharedSecret } from './shared-secret.js'

/** What files and jobs are kept with, through reloads. */
export async function filesOf({ keptIn }: Config, store: Store): Promise<GatewayParts['files']> {
  return {
    shelf: createShelf(store, await sharedSecret(store, 'files')),
    spools: createSpools(unlinkedFiles(join(keptIn, 'spool'))),
  }
}

export function filesRulesOf(config: Config): FilesRules {
  const { limits } = config
  return {
    travelOf: (dialect) => travelOf(config, dialect),
    uploadBytes: limits.uploadBytes,
    lineBytes: limits.bodyBytes,
  }
}
