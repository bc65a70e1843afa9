import { NO_RETRY, type Refusal, refuse } from '../spec/index.js'
import type { Answer, Upstream, UpstreamHeaders } from './answer.js'

/**
 * The same answer, ended as `upstream_failed` where it holds our own key: providers, and proxies before them, quote in their
 * errors what they were sent. What may be the beginning of the key waits for the next piece, so no cutting lets any of it pass.
 *
 * Sees the key as it is and as JSON writes it. Does not see one that was encoded otherwise (`\u0073k…`, base64), or that a model
 * says word by word in several events: who means to give it away can.
 */
export function withholding(answer: Answer, echoes: readonly Buffer[]): Answer {
  return echoes.length === 0 ? answer : new Withholding(answer, echoes)
}

class Withholding implements Answer {
  readonly #answer: Answer
  readonly #echoes: readonly Buffer[]
  #upstream: Upstream | undefined
  /** The end of what came: the beginning of an echo, perhaps. */
  #held: Buffer | undefined
  #over = false

  constructor(answer: Answer, echoes: readonly Buffer[]) {
    this.#answer = answer
    this.#echoes = echoes
  }

  head(status: number, headers: UpstreamHeaders, upstream: Upstream): boolean {
    this.#upstream = upstream
    return this.#answer.head(status, headers, upstream)
  }

  data(chunk: Buffer): boolean {
    if (this.#over) return false
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk])
    if (this.#echoes.some((echo) => bytes.includes(echo))) {
      this.#over = true
      this.#held = undefined
      this.#upstream?.abort()
      this.#answer.failed(refuse('upstream_failed', ECHOED, { headers: NO_RETRY }))
      return false
    }
    const waits = begunAtEnd(bytes, this.#echoes)
    this.#held = waits === 0 ? undefined : bytes.subarray(bytes.length - waits)
    const goes = waits === 0 ? bytes : bytes.subarray(0, bytes.length - waits)
    return goes.length === 0 || this.#answer.data(goes)
  }

  end(): void {
    if (this.#over) return
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#answer.data(held)
    this.#answer.end()
  }

  failed(refusal: Refusal): void {
    if (!this.#over) this.#answer.failed(refusal)
  }
}

const ECHOED = 'the answer held the key that the provider was called with'

/** How many bytes at the end are the beginning of an echo, or 0. Events and JSON end in what no key holds: then it is one look. */
function begunAtEnd(bytes: Buffer, echoes: readonly Buffer[]): number {
  const last = bytes.at(-1) ?? 0
  if (last < 0x21 || last > 0x7e) return 0
  let most = 0
  for (const echo of echoes) {
    for (let length = Math.min(echo.length - 1, bytes.length); length > most; length--) {
      const from = bytes.length - length
      // First the first byte: a comparison costs a call out of JavaScript.
      if (bytes[from] === echo[0] && bytes.compare(echo, 0, length, from) === 0) most = length
    }
  }
  return most
}
