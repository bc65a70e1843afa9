import { hash } from 'node:crypto'
import { createCommandSecret } from '../adapters/secret-command/source.js'
import { createEnvironmentSecret } from '../adapters/secret-environment/source.js'
import { createFileSecret } from '../adapters/secret-file/source.js'
import { createSealedSecret, hasSealed, putSealed, type SealedSecretsParts } from '../adapters/secret-store/source.js'
import type { Authentication, Config, ProviderKeyConfig } from '../config/config.js'
import type { KeySecret } from '../config/secret.js'
import type { Provider } from '../forward/forward.js'
import type { KeyChange, KeyEntry } from '../forward/key-ring.js'
import { KeyRings } from '../forward/key-rings.js'
import type { ProviderOperationsParts } from '../forward/provider-operations.js'
import type { Gateway } from '../gateway.js'
import { type Clock, errorName, type SecretSource, type Store } from '../spec/index.js'
import { secretsKey } from './kept.js'

export interface ProviderKeysParts {
  /** Where it says what the store's secrets are sealed with. */
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
  /** Variables that keys come from, and commands see. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly tell: (change: KeyChange) => void
}

/** The keys of all providers, and where each comes from. */
export interface ProviderKeys {
  /** Takes those of a configuration, from now on. Reads nothing. Keys that do not change go on in the state that they are in. */
  use(config: Config): void
  /** The same, and gives the providers to be called; what takes time to read begins to be read. */
  providersOf(config: Config): ReadonlyMap<string, Provider>
  readonly operations: Pick<ProviderOperationsParts, 'rings' | 'putSecret'>
  /** Whether the store holds a sealed secret. */
  readonly hasSealed: () => Promise<boolean>
  /** Ends the commands that run. */
  close(): void
}

export function createProviderKeys({
  config: { keptIn, secretsKey: named },
  ...parts
}: ProviderKeysParts): ProviderKeys {
  const { clock, env, store, tell } = parts
  const rings = new KeyRings({ clock, tell })
  const ended = new AbortController()
  const sealed = { store, secretsKey: (isFirst: boolean) => secretsKey({ keptIn, secretsKey: named }, isFirst) }
  const entryOf = ({ secret, name, weight }: ProviderKeyConfig): KeyEntry => {
    const source = sourceOf(secret, { env, sealed, ended: ended.signal })
    return { id: idOf(secret), name, weight, source }
  }
  const use = ({ providers }: Config): void =>
    rings.use(
      providers.map(({ apiKeys, authentication, ...keyed }) => ({
        ...keyed,
        shown: JSON.stringify(authentication ?? null),
        entries: apiKeys.map(entryOf),
      })),
    )
  return {
    use,
    providersOf(config) {
      use(config)
      rings.warm()
      return new Map(
        config.providers.map(({ name, baseUrl, authentication, region }) => {
          const credential = authentication && credentialBy(authentication)
          return [name, { name, baseUrl: new URL(baseUrl), region, keys: rings.of(name), credential }]
        }),
      )
    },
    operations: { rings, putSecret: (name, secret) => putSealed(sealed, name, secret) },
    hasSealed: () => hasSealed(store),
    close: () => ended.abort(),
  }
}

/** The key as such a provider wants it, whatever the dialect. */
function credentialBy(how: Authentication): NonNullable<Provider['credential']> {
  switch (how.kind) {
    case 'bearer':
      return (secret) => ['authorization', `Bearer ${secret}`]
    case 'header':
      return (secret) => [how.name, secret]
  }
}

/** The same for the same secret. Never shown. */
function idOf(secret: KeySecret): string {
  return secret.kind === 'value' ? `value ${hash('sha256', secret.reveal(), 'hex')}` : JSON.stringify(secret)
}

interface SourceParts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sealed: SealedSecretsParts
  readonly ended: AbortSignal
}

function sourceOf(secret: KeySecret, { env, sealed, ended }: SourceParts): SecretSource {
  switch (secret.kind) {
    case 'value':
      return { kind: 'value', freshMs: Number.POSITIVE_INFINITY, read: () => secret.reveal() }
    case 'file':
      return createFileSecret(secret.path)
    case 'environment':
      return createEnvironmentSecret(secret.name, env)
    case 'store':
      return createSealedSecret(sealed, secret.name)
    case 'command': {
      const { argv, cwd, ttlMs, timeoutMs } = secret
      // Not all of it: other secrets of ours may be among the variables.
      const seen = Object.fromEntries(['PATH', 'HOME', ...secret.env].map((name) => [name, env[name]]))
      return createCommandSecret({ argv, cwd, env: seen, freshMs: ttlMs, timeoutMs, ended })
    }
  }
}

/** What happened to a provider's key: told to the operator, counted, and logged. */
export function keyTeller(
  gateway: () => Gateway | undefined,
  warn: (message: string) => void,
): ProviderKeysParts['tell'] {
  return ({ why, ...change }) => {
    const { provider, key, what } = change
    warn(`provider ${provider}: ${what.replaceAll('_', ' ')}: ${key}${why === undefined ? '' : ` (${why})`}`)
    gateway()?.count(`ostiary_provider_${what.replace('key', 'keys')}_total`, { provider })
    gateway()
      ?.note('config', change)
      .catch((error: unknown) => warn(`audit: config entry not written (${errorName(error)})`))
  }
}
