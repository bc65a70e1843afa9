import { setImmediate as nextTurn } from 'node:timers/promises'
import { column } from '../../databases/sqlite.js'
import type { DatabaseFile } from '../../databases/sqlite-file.js'
import type { Clock, Row, Store } from '../../spec/index.js'

export interface Following {
  readonly follow: Store['follow']
  /** Tells all followers of all that was committed, before it returns. */
  tell(): void
  close(): void
}

/** Rows told of at a time: bounds memory, and how long others wait. */
const PAGE = 10_000
const POLL_MS = 20
const MISSED = 'rows were deleted, and forgotten, while this process stood still: it must be started anew'

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

/**
 * Tells of changes in the order of their `seq`, each once: what this process commits by `tell`, what others commit by asking
 * every 20 ms whether anybody did.
 */
export function createFollowing({ database, check }: DatabaseFile, clock: Clock): Following {
  const pageAfter = database.prepare(
    `select seq, key, value, expires_at from entries where space = ? and seq > ? order by seq limit ${PAGE}`,
  )
  const sequence = database.prepare('select last, purged from sequence')
  const dataVersion = database.prepare('pragma data_version')
  const followers = new Set<Follower>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  /** What the database looked like when all followers had been told all; undefined where one had not. */
  let version: unknown

  const mustBeOpen = (): void => {
    if (closed) throw new Error('the store is closed')
  }

  const sequenceNow = (name: 'last' | 'purged'): number => Number(column(sequence.all()[0], name))

  /** @returns whether there may be more */
  const tellPage = (follower: Follower): boolean => {
    const from = follower.seen
    // In this order, since another process may write between any two: no row up to `last` is missing from the page, unless it
    // is in `purged`.
    const last = sequenceNow('last')
    const page = pageAfter.all(follower.space, from)
    if (follower.listed && sequenceNow('purged') > from) follower.missed = true
    const nowMs = clock.now()
    const rows = page.map((row) => rowOf(row, nowMs)).filter(({ value }) => follower.listed || value !== undefined)
    if (rows.length > 0) follower.see(rows)
    const reached = Number(column(page.at(-1), 'seq') ?? from)
    const more = page.length === PAGE
    follower.seen = more ? reached : Math.max(reached, last)
    return more && !follower.ended
  }

  const fall = (follower: Follower, thrown: unknown): void => {
    if (follower.ailing) return
    follower.ailing = true
    follower.ill(`the store cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }

  /** @returns whether everybody has been told everything */
  const look = (pages: number): boolean => {
    let all = true
    for (const follower of followers) {
      try {
        let more = true
        for (let left = pages; more && left > 0; left -= 1) more = tellPage(follower)
        if (more) all = false
        else if (follower.missed) fall(follower, MISSED)
        else if (follower.ailing) {
          follower.ailing = false
          follower.ill(undefined)
        }
      } catch (thrown) {
        all = false
        fall(follower, thrown)
      }
    }
    return all
  }

  const poll = (): void => {
    try {
      check()
      // It does not change when this connection commits: of that, `tell` has told.
      const found = column(dataVersion.all()[0], 'data_version')
      if (found !== version) version = look(1) ? found : undefined
    } catch (thrown) {
      version = undefined
      for (const follower of followers) fall(follower, thrown)
    }
  }

  const end = (follower: Follower): void => {
    follower.ended = true
    followers.delete(follower)
    if (followers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    async follow(space, see, ill = () => {}) {
      const follower: Follower = { space, see, ill, seen: 0, listed: false, missed: false, ended: false, ailing: false }
      mustBeOpen()
      while (tellPage(follower)) {
        await nextTurn()
        mustBeOpen()
      }
      follower.listed = true
      followers.add(follower)
      version = undefined
      timer ??= setInterval(poll, POLL_MS).unref()
      return () => end(follower)
    },
    tell() {
      look(Number.POSITIVE_INFINITY)
    },
    close() {
      closed = true
      for (const follower of followers) end(follower)
    },
  }
}

function rowOf(row: unknown, nowMs: number): Row {
  const value = column(row, 'value')
  const expires = column(row, 'expires_at')
  const gone = typeof value !== 'string' || (typeof expires === 'number' && expires <= nowMs)
  return { key: String(column(row, 'key')), value: gone ? undefined : value }
}
