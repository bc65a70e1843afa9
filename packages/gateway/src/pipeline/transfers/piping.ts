import { objectionTo, passedOf, type SourceHeaders } from '../../release/head.js'
import type { Source } from '../../release/release.js'
import { proceed, type Refusal, type Step } from '../../spec/index.js'
import type { Entered } from '../call.js'
import type { TransferCall } from './desk.js'

/** What the provider's answer begins with. */
export interface Head {
  readonly status: number
  readonly passed: readonly string[]
}

/** The provider's answer, piece by piece: its socket waits while nobody asks. */
export class Piping {
  readonly headed: Promise<Head | Refusal>
  readonly #call: TransferCall
  readonly #meter: Entered['bracket']
  #tellHead: (head: Head | Refusal) => void = () => undefined
  readonly #pieces: Buffer[] = []
  #source: Source | undefined
  #asking: ((step: Step<Buffer | undefined>) => void) | undefined
  #over: Step<undefined> | undefined

  constructor(call: TransferCall, meter: Entered['bracket']) {
    this.#call = call
    this.#meter = meter
    this.headed = new Promise((resolve) => {
      this.#tellHead = resolve
    })
  }

  next(): Promise<Step<Buffer | undefined>> {
    const held = this.#pieces.shift()
    if (held !== undefined) return Promise.resolve(proceed(held))
    if (this.#over !== undefined) return Promise.resolve(this.#over)
    return new Promise((resolve) => {
      this.#asking = resolve
      this.#source?.resume()
    })
  }

  head(status: number, headers: SourceHeaders, source: Source): boolean {
    this.#source = source
    const refused = objectionTo(status, headers)
    if (refused !== undefined) {
      source.abort()
      this.failed(refused)
      return false
    }
    this.#tellHead({ status, passed: passedOf(this.#call.dialect, headers, 'application/json') })
    return false
  }

  data(chunk: Buffer): boolean {
    if (this.#over !== undefined) return false
    this.#meter.responseReceived(chunk)
    const asking = this.#asking
    this.#asking = undefined
    if (asking === undefined) this.#pieces.push(chunk)
    else asking(proceed(chunk))
    return false
  }

  end(): void {
    this.#end(proceed(undefined))
  }

  failed(refusal: Refusal): void {
    this.#tellHead(refusal)
    this.#end(refusal)
  }

  #end(step: Step<undefined>): void {
    if (this.#over !== undefined) return
    this.#over = step
    const asking = this.#asking
    this.#asking = undefined
    asking?.(step)
  }
}
