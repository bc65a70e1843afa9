import { DetectorFailed } from 'ostiary/spec'

/** How many may wait for each that may go. */
const WAITING_A_TURN = 16

/** Hands out things that one can use at a time, and lets so many wait for one; whoever comes then is turned away. */
export class Turns<T> {
  readonly #free: T[]
  readonly #waiting: ((one: T) => void)[] = []
  readonly #waitingMax: number

  constructor(things: readonly T[]) {
    this.#free = [...things]
    this.#waitingMax = WAITING_A_TURN * things.length
  }

  /** Rejects where too many wait, or nobody waits for the result any more. Who had a turn gives it back. */
  async take(signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new DetectorFailed('ABORTED')
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#waiting.length >= this.#waitingMax) throw new DetectorFailed('OVERLOADED')
    return await new Promise<T>((resolve, reject) => {
      const go = (one: T): void => {
        signal.removeEventListener('abort', left)
        resolve(one)
      }
      const left = (): void => {
        const at = this.#waiting.indexOf(go)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(new DetectorFailed('ABORTED'))
      }
      signal.addEventListener('abort', left, { once: true })
      this.#waiting.push(go)
    })
  }

  give(one: T): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(one)
    else next(one)
  }
}
