import type { Store } from '../spec/index.js'

const SPACE = 'log-origins'

export interface LogOriginParts {
  readonly store: Store
  readonly newId: () => string
  /** Called once for each other gateway of the same origin. */
  readonly onShared: () => void
}

/**
 * Says on the store that a gateway runs which writes the log of this origin, and calls back where another one says so too: two
 * logs of one name are what a verifier calls a fork.
 *
 * Sees gateways that run at the same time on one store. Does not see one that ran before, or on another store.
 */
export async function claimOrigin(
  origin: string,
  { store, newId, onShared }: LogOriginParts,
): Promise<{ close(): Promise<void> }> {
  const own = newId()
  const others = new Set<string>()
  let isClaimed = false
  let last: string | undefined
  const claim = (): Promise<boolean> => store.put(SPACE, origin, own)
  const unfollow = await store.follow(SPACE, (rows) => {
    for (const { key, value } of rows) {
      if (key !== origin) continue
      last = value
      // What stood there before may be of a gateway that was killed.
      if (!isClaimed || value === undefined || value === own || others.has(value)) continue
      others.add(value)
      onShared()
      // The other sees this, and so is told as well. Once each: nobody answers the same claim twice.
      claim().catch(ignore)
    }
  })
  isClaimed = true
  try {
    await claim()
  } catch (error) {
    unfollow()
    throw error
  }
  return {
    async close() {
      unfollow()
      // Left there it does no harm.
      if (last === own) await store.put(SPACE, origin, undefined).catch(ignore)
    },
  }
}

function ignore(): void {}
