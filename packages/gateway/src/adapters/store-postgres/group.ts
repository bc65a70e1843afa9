export interface Group<Item, Result> {
  add(item: Item): Promise<Result>
  /** Takes nothing more, and waits for what it has taken. */
  close(): Promise<void>
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: what is asked while the database is at work waits, and goes there together.
 *
 * @param take how many of those who wait, from the first, may go together; at least one
 */
export function createGroup<Item, Result>(
  name: string,
  take: (waiting: readonly Item[]) => number,
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): Group<Item, Result> {
  let waiting: Waiting<Item, Result>[] = []
  let working: Promise<void> | undefined
  let closed = false

  const work = async (): Promise<void> => {
    // Who asks in the same turn goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const taken = waiting.slice(0, take(waiting.map(({ item }) => item)))
      waiting = waiting.slice(taken.length)
      try {
        const results = await run(taken.map(({ item }) => item))
        for (const [index, { resolve, reject }] of taken.entries()) {
          const result = results[index]
          if (result === undefined) reject(new Error('no result'))
          else resolve(result)
        }
      } catch (thrown) {
        for (const { reject } of taken) reject(thrown)
      }
    }
    working = undefined
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (closed) throw new Error(`${name} is closed`)
        waiting.push({ item, resolve, reject })
        working ??= work()
      }),
    async close() {
      closed = true
      await working
    },
  }
}
