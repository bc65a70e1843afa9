import { DetectorFailed } from '../../spec/index.js'

/** How many may wait for each that may go. */
const WAITING_A_TURN = 16

/** Lets so many go at a time, and so many wait; whoever comes then is turned away. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  readonly #waitingMax: number
  #free: number

  constructor(atOnce: number) {
    this.#free = atOnce
    this.#waitingMax = WAITING_A_TURN * atOnce
  }

  /** Rejects where too many wait, or nobody waits for the result any more. Who had a turn gives it back. */
  async take(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new DetectorFailed('ABORTED')
    if (this.#free > 0) {
      this.#free--
      return
    }
    if (this.#waiting.length >= this.#waitingMax) throw new DetectorFailed('OVERLOADED')
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', left)
        resolve()
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

  give(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
