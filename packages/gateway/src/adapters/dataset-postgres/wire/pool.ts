import type { Session } from './session.js'

/** All connections are in use, and none became free in time. */
export class PoolExhausted extends Error {
  override readonly name: string = 'PoolExhausted'
}

/** A connection for one user. */
export interface Lease {
  readonly session: Session
  /** Gives it back; a second time is none, for it may be another's by then. One that is broken is replaced. */
  free(): void
}

export interface Pool {
  /** One that is free now, without a wait. */
  takeFree(): Lease | undefined
  /** Rejects with `PoolExhausted`, or with whatever `open` rejects with. */
  take(): Promise<Lease>
  /** Waits for nothing: what is in use is ended as well. */
  close(): void
}

interface Waiter {
  readonly resolve: (session: Session | Promise<Session>) => void
  readonly timer: NodeJS.Timeout
}

export function createPool(open: () => Promise<Session>, max: number, waitMs: number): Pool {
  const idle: Session[] = []
  const inUse = new Set<Session>()
  const waiters: Waiter[] = []
  let count = 0
  let closed = false

  const openOne = async (): Promise<Session> => {
    count += 1
    try {
      const session = await open()
      if (closed) {
        session.connection.end()
        throw new PoolExhausted('it is closed')
      }
      inUse.add(session)
      return session
    } catch (thrown) {
      count -= 1
      // Whoever waits may have more luck, or learns as well that there is none.
      next()
      throw thrown
    }
  }

  const next = (): void => {
    if (waiters.length === 0) return
    const session = freeOne()
    if (session === undefined && count >= max) return
    const waiter = waiters.shift()
    clearTimeout(waiter?.timer)
    waiter?.resolve(session ?? openOne())
  }

  const freeOne = (): Session | undefined => {
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (session.connection.isOpen) {
        inUse.add(session)
        return session
      }
      count -= 1
    }
    return undefined
  }

  const takeOne = async (): Promise<Session> => {
    if (closed) throw new PoolExhausted('it is closed')
    const session = freeOne()
    if (session !== undefined) return session
    if (count < max) return await openOne()
    return await new Promise<Session>((resolve, reject) => {
      const waiter: Waiter = {
        resolve,
        timer: setTimeout(() => {
          waiters.splice(waiters.indexOf(waiter), 1)
          reject(new PoolExhausted('no connection became free'))
        }, waitMs),
      }
      waiters.push(waiter)
    })
  }

  const give = (session: Session): void => {
    inUse.delete(session)
    if (session.connection.isOpen) idle.push(session)
    else count -= 1
    next()
  }

  const leaseOf = (session: Session): Lease => {
    let isFree = false
    return {
      session,
      free() {
        if (isFree) return
        isFree = true
        give(session)
      },
    }
  }

  return {
    takeFree() {
      const session = closed ? undefined : freeOne()
      return session === undefined ? undefined : leaseOf(session)
    },
    async take() {
      for (;;) {
        const session = await takeOne()
        // What it was freed by may have come together with its end.
        if (session.connection.isOpen) return leaseOf(session)
        give(session)
      }
    },
    close() {
      closed = true
      for (const session of idle) session.connection.end()
      for (const { connection } of inUse) connection.abandon()
      idle.length = 0
    },
  }
}
