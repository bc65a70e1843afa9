import { rowsOf, type SecretSource, SecretUnreadable, type Store } from '../../spec/index.js'
import { seal, unseal } from './seal.js'

const SPACE = 'secrets-sealed'

/** Asked again at most once a second: what another replica stored counts within a second or two. */
const FRESH_MS = 1000

export interface SealedSecretsParts {
  readonly store: Store
  /**
   * 32 bytes. Throws where they cannot be had; the message is for the operator.
   *
   * @param isFirst no secret is stored yet, so the key may be made
   */
  readonly secretsKey: (isFirst: boolean) => Buffer
}

/** A secret of the store, sealed: who reads the store alone reads no secret. */
export function createSealedSecret({ store, secretsKey }: SealedSecretsParts, name: string): SecretSource {
  return {
    kind: 'store',
    freshMs: FRESH_MS,
    async read() {
      const row = await store.get(SPACE, name).catch(() => {
        throw new SecretUnreadable('the store cannot be read')
      })
      if (row === undefined) {
        throw new SecretUnreadable(`no secret is stored as \`${name}\`: \`ostiary providers set-key\` stores one`)
      }
      const text = unseal(keyOf(secretsKey), name, row)?.trim()
      if (text === undefined) {
        throw new SecretUnreadable(`the secret stored as \`${name}\` was sealed with another key, or changed`)
      }
      if (text === '') throw new SecretUnreadable(`the secret stored as \`${name}\` is empty`)
      return text
    },
  }
}

/** Stores a secret, durable once it is fulfilled. */
export async function putSealed({ store, secretsKey }: SealedSecretsParts, name: string, text: string): Promise<void> {
  const isFirst = !(await hasSealed(store))
  await store.put(SPACE, name, seal(secretsKey(isFirst), name, text))
}

/** Whether any secret is stored. */
export async function hasSealed(store: Store): Promise<boolean> {
  return (await rowsOf(store, SPACE)).length > 0
}

function keyOf(secretsKey: SealedSecretsParts['secretsKey']): Buffer {
  try {
    return secretsKey(false)
  } catch (error) {
    throw new SecretUnreadable(error instanceof Error ? error.message : 'the key of the store cannot be read')
  }
}
