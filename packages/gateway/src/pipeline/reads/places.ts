import type { Ending } from '../../spec/index.js'

interface Line {
  underWay: number
  readonly waiting: (() => void)[]
}

/** Gives a place back; a second time is none, for it may be another's by then. */
export type Leave = () => void

/** Places for reads, so many for each identity: one that asks much waits for itself, and not everybody for it. */
export class Places {
  readonly #lines = new Map<string, Line>()

  /**
   * @param key of a dataset and an identity
   * @param waitMs at the most
   * @param ended aborted once nobody wants it any more
   * @returns undefined where there was none in time
   */
  take(key: string, max: number, waitMs: number, ended: Ending): Leave | undefined | Promise<Leave | undefined> {
    // Its abort was told already, and is not told again to whoever waits from now on.
    if (ended.aborted) return undefined
    const line = this.#lines.get(key) ?? { underWay: 0, waiting: [] }
    this.#lines.set(key, line)
    if (line.underWay < max) {
      line.underWay += 1
      return this.#leaveOf(key, line)
    }
    return new Promise((resolve) => {
      const done = (mine: boolean): void => {
        clearTimeout(timer)
        ended.removeEventListener('abort', give)
        resolve(mine ? this.#leaveOf(key, line) : undefined)
      }
      const mine = (): void => done(true)
      const give = (): void => {
        const at = line.waiting.indexOf(mine)
        if (at < 0) return
        line.waiting.splice(at, 1)
        done(false)
      }
      const timer = setTimeout(give, waitMs)
      ended.addEventListener('abort', give)
      line.waiting.push(mine)
    })
  }

  #leaveOf(key: string, line: Line): Leave {
    let isLeft = false
    return () => {
      if (!isLeft) this.#leave(key, line)
      isLeft = true
    }
  }

  #leave(key: string, line: Line): void {
    const next = line.waiting.shift()
    // The place goes on to whoever waits.
    if (next !== undefined) next()
    else {
      line.underWay -= 1
      if (line.underWay === 0) this.#lines.delete(key)
    }
  }
}
