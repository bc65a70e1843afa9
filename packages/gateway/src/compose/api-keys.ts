import { randomBytes } from 'node:crypto'
import { type ApiKeys, openApiKeys } from '../api-keys/service.js'
import type { Config } from '../config/config.js'
import type { Clock, Store } from '../spec/index.js'

export interface ApiKeysOfParts {
  readonly store: Store
  readonly clock: Clock
  readonly report: (message: string) => void
  /** A key is gone, or may less than before. */
  readonly onNarrowed?: () => void
}

/** All API keys of the store. */
export function apiKeysOf(
  { revocation }: Config,
  { onNarrowed = () => undefined, ...parts }: ApiKeysOfParts,
): Promise<ApiKeys> {
  return openApiKeys({
    ...parts,
    random: (bytes) => randomBytes(bytes),
    failure: revocation.failure,
    onIll: (why) => parts.report(why === undefined ? 'api keys: the store is back' : `api keys: ${why}`),
    onNarrowed,
  })
}
