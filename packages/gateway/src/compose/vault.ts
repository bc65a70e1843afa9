import type { Config } from '../config/config.js'
import { type Clock, type Store, SURROGATE_TYPES } from '../spec/index.js'
import { type OpenVault, openVault } from '../vault/vault.js'
import { secretsKey } from './kept.js'

export interface VaultOfParts {
  readonly store: Store
  readonly clock: Clock
  /** Whether the store holds a secret that is sealed with the same key. */
  readonly hasSealed: () => Promise<boolean>
  readonly report: (message: string) => void
}

/** The vault of a store. Its rows are sealed with the key of the store's other secrets. */
export function vaultOf(config: Config, { hasSealed, ...parts }: VaultOfParts): Promise<OpenVault> {
  const { formats, ttlMs } = config.vault
  return openVault({
    ...parts,
    ttlMs,
    formats: new Map(SURROGATE_TYPES.map((type) => [type, formats[type]])),
    secretsKey: (make) => secretsKey(config, make),
    isKeyUnused: async () => !(await hasSealed()),
  })
}
