import type { Row, Store } from '../spec/index.js'

export interface SpendingParts {
  readonly store: Store
  /** Names this process among those that spend: each writes rows of its own, so none overwrites what another spent. */
  readonly spender: string
  /** The store takes no amounts, with a reason, or does again. */
  readonly onIll: (why: string | undefined) => void
  /** Milliseconds that amounts wait to be written. */
  readonly flushMs: number
}

/** What is charged to: an account in one of its periods. */
export interface Place {
  /** `ACCOUNT PERIOD`. */
  readonly name: string
  /** Milliseconds since the epoch; undefined: for good. */
  readonly keptUntilMs: number | undefined
}

/** Amounts by place, summed over all processes: those of the others are followed. */
export interface Spending {
  /** By all. */
  of(place: string): number
  /** @param tokens negative where an estimate was too high */
  add(place: Place, tokens: number): void
  /** Writes what is not written yet. Rejects where the store does not take it; it is tried again. */
  flush(): Promise<void>
  /** Drops from memory, for processes that run for months. What is not written yet stays. */
  forget(isOver: (place: string) => boolean): void
  close(): Promise<void>
}

const SPACE = 'api-key-spending'

export async function openSpending({ store, spender, onIll, flushMs }: SpendingParts): Promise<Spending> {
  /** Tokens by who spent them. */
  const amounts = new Map<string, Map<string, number>>()
  const unwritten = new Map<string, Place>()
  let writing: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let ill = false

  const spendersOf = (place: string): Map<string, number> => {
    const held = amounts.get(place) ?? new Map<string, number>()
    amounts.set(place, held)
    return held
  }

  const end = await store.follow(SPACE, (rows) => {
    for (const row of rows) {
      const read = amountOf(row)
      // Our own: what is in memory is newer.
      if (read !== undefined && read.spender !== spender) spendersOf(read.place).set(read.spender, read.tokens)
    }
  })

  function later(place: Place): void {
    unwritten.set(place.name, place)
    timer ??= setTimeout(() => void flush().catch(() => undefined), flushMs).unref()
  }

  async function write(place: Place): Promise<boolean> {
    const tokens = amounts.get(place.name)?.get(spender) ?? 0
    try {
      await store.put(SPACE, `${place.name} ${spender}`, String(tokens), { expiresAtMs: place.keptUntilMs })
      return true
    } catch {
      later(place)
      return false
    }
  }

  async function writeAll(): Promise<void> {
    const places = [...unwritten.values()]
    unwritten.clear()
    const failed = (await Promise.all(places.map(write))).includes(false)
    if (ill !== failed) onIll(failed ? 'what API keys spend of their budgets cannot be written' : undefined)
    ill = failed
    if (failed) throw new Error('the store takes no amounts')
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    // One after the other: an amount that is overtaken would be a smaller one in the place of a larger.
    const done = writing.then(writeAll)
    writing = done.catch(() => undefined)
    return done
  }

  return {
    of(place) {
      let sum = 0
      for (const tokens of amounts.get(place)?.values() ?? []) sum += tokens
      return sum
    },
    add(place, tokens) {
      const spenders = spendersOf(place.name)
      spenders.set(spender, (spenders.get(spender) ?? 0) + tokens)
      later(place)
    },
    flush,
    forget(isOver) {
      for (const place of amounts.keys()) if (isOver(place) && !unwritten.has(place)) amounts.delete(place)
    },
    async close() {
      try {
        await flush()
      } finally {
        clearTimeout(timer)
        end()
      }
    },
  }
}

function amountOf({ key, value }: Row): { place: string; spender: string; tokens: number } | undefined {
  const [account, period, spender] = key.split(' ')
  const tokens = Number(value)
  if (account === undefined || period === undefined || spender === undefined) return undefined
  return Number.isSafeInteger(tokens) ? { place: `${account} ${period}`, spender, tokens } : undefined
}
