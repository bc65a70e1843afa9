import type { Client } from '../../databases/postgres-client.js'
import type { Clock, Row, Store } from '../../spec/index.js'

export interface Following {
  readonly follow: Store['follow']
  /** Fulfilled when all followers have been told of all that was committed before, or that they are ill. */
  look(): Promise<void>
  close(): void
}

/** Rows told of at a time: bounds memory, and how long others wait. */
const PAGE = 10_000
/** Where the hint of others does not come. */
const POLL_MS = 100

interface Follower {
  readonly space: string
  readonly see: (rows: readonly Row[]) => void
  readonly ill: (why: string | undefined) => void
  /** All rows of the space up to this `seq` have been told of. */
  seen: number
  /** It has been told of all rows that were there when it began. */
  listed: boolean
  /** Rows that went were forgotten before it was told: what it knows can never be made good again. */
  missed: boolean
  ended: boolean
  ailing: boolean
}

interface Found {
  readonly last: string
  readonly purged: string
  readonly seq: string | null
  readonly key: string
  readonly value: string | null
  readonly expires_at: string | null
}

/**
 * Tells of changes in the order of their `seq`. Numbers are given by the update of one row, which each writer keeps locked until
 * it has committed: what is seen of a number is seen of all that are lower, so no row is committed behind a follower's back, as
 * with a sequence of PostgreSQL's own. `NOTIFY` is a hint to look at once; what counts is the number, asked for every 100 ms.
 */
export function createFollowing(client: Client, clock: Clock): Following {
  const followers = new Set<Follower>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let again: Promise<void> | undefined
  let listening = false
  let closed = false

  /** @returns whether there may be more */
  const tellPage = async (follower: Follower): Promise<boolean> => {
    const { space, seen } = follower
    // One statement sees one state of the database: no row up to `last` is missing, unless it is in `purged`.
    const found = await client.ask(
      (sql) => sql<Found[]>`
        select s.last, s.purged, r.seq, r.key, r.value, r.expires_at from ostiary_store s left join (
          select seq, key, value, expires_at from ostiary_rows where space = ${space} and seq > ${seen}
          order by seq limit ${PAGE}
        ) r on true order by r.seq`,
    )
    const [head] = found
    if (head === undefined) throw new Error('the store is gone')
    if (follower.ended) return false
    if (follower.listed && Number(head.purged) > seen) follower.missed = true
    const nowMs = clock.now()
    const page = found.filter(({ seq }) => seq !== null)
    const rows = page.map((row) => rowOf(row, nowMs)).filter(({ value }) => follower.listed || value !== undefined)
    if (rows.length > 0) follower.see(rows)
    const more = page.length === PAGE
    follower.seen = more ? Number(page.at(-1)?.seq) : Number(head.last)
    return more && !follower.ended
  }

  const fall = (follower: Follower, why: string): void => {
    if (follower.ailing || follower.ended) return
    follower.ailing = true
    follower.ill(`the store cannot be read: ${why}`)
  }

  const tellAll = async (follower: Follower): Promise<void> => {
    try {
      while (await tellPage(follower)) {}
      if (follower.missed)
        fall(follower, 'rows were deleted, and forgotten, while it was away: it must be started anew')
      else if (follower.ailing && !follower.ended) {
        follower.ailing = false
        follower.ill(undefined)
      }
    } catch (thrown) {
      fall(follower, messageOf(thrown))
    }
  }

  const round = async (): Promise<void> => {
    try {
      const [head] = await client.ask((sql) => sql<{ last: string }[]>`select last from ostiary_store`)
      if (head === undefined) throw new Error('the store is gone')
      const behind = [...followers].filter(({ seen, ailing }) => ailing || seen < Number(head.last))
      await Promise.all(behind.map(tellAll))
    } catch (thrown) {
      for (const follower of followers) fall(follower, messageOf(thrown))
    }
  }

  // One round at a time. Who asks during one waits for another, since the first may have looked too early.
  const look = (): Promise<void> => {
    if (followers.size === 0) return Promise.resolve()
    if (looking === undefined) {
      looking = round().finally(() => {
        looking = undefined
      })
      return looking
    }
    again ??= looking.then(() => {
      again = undefined
      return look()
    })
    return again
  }

  const poll = (): void => {
    timer = setTimeout(() => void look().then(() => timer !== undefined && poll()), POLL_MS).unref()
  }

  const end = (follower: Follower): void => {
    follower.ended = true
    followers.delete(follower)
    if (followers.size > 0) return
    clearTimeout(timer)
    timer = undefined
  }

  return {
    async follow(space, see, ill = () => {}) {
      if (closed) throw new Error('the store is closed')
      const follower: Follower = { space, see, ill, seen: 0, listed: false, missed: false, ended: false, ailing: false }
      while (await tellPage(follower)) {}
      if (closed) throw new Error('the store is closed')
      follower.listed = true
      followers.add(follower)
      if (timer === undefined) poll()
      if (!listening) client.listen(() => void look())
      listening = true
      return () => end(follower)
    },
    look,
    close() {
      closed = true
      for (const follower of followers) end(follower)
    },
  }
}

function rowOf({ key, value, expires_at }: Found, nowMs: number): Row {
  const gone = value === null || (expires_at !== null && Number(expires_at) <= nowMs)
  return { key, value: gone ? undefined : value }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
