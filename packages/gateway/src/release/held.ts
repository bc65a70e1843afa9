import { type LookElsewhere, type Refusal, refuse, type Usage } from '../spec/index.js'
import { type Judged, type Judging, judge, judgeElsewhere } from './judge.js'
import type { Terms } from './terms.js'

/** In place of somebody elsewhere, where one of our own has to see an answer whole. */
export const NOBODY_ELSEWHERE: LookElsewhere = async (parts) => ({ findings: parts.map(() => []), failed: [] })

/** An answer that is held until it is whole: what does not stream, and a stream that somebody elsewhere looks at. */
export class HeldAnswer {
  #chunks: Buffer[] = []
  #length = 0
  #looking: AbortController | undefined
  #body: Buffer | undefined
  /** Of an answer that is looked at: it was spent, whether or not anybody gets to see it. */
  usage: Usage | undefined

  /** Gives a refusal where it would be more than `atMost` bytes. */
  push(chunk: Buffer, atMost: number): Refusal | undefined {
    this.#length += chunk.length
    if (this.#length > atMost) return refuse('upstream_failed', `answer of more than ${atMost} bytes`)
    this.#chunks.push(chunk)
    return undefined
  }

  /** A promise where somebody elsewhere looks. It never rejects. */
  judge(judging: Judging, terms: Terms, isStream: boolean): Judged | Promise<Judged> {
    const { context, look } = terms
    const [first] = this.#chunks
    this.#body = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    const whole = terms.whole(this.#body ?? NOTHING)
    // What does not stream is here as a whole, and there is nobody to wait for.
    if (look === undefined || (look === NOBODY_ELSEWHERE && !isStream)) return judge(judging, whole, undefined)
    const looking = new AbortController()
    this.#looking = looking
    return judgeElsewhere(judging, whole, isStream, (heard) => {
      this.usage = heard.usage
      return look(heard.parts, context.labels, looking.signal)
    })
  }

  /** Whether nothing was edited in it. */
  is(bytes: Buffer): boolean {
    return bytes === this.#body
  }

  /** Nobody waits for it any more. */
  drop(): void {
    this.#looking?.abort()
    this.#chunks = []
    this.#body = undefined
  }
}

const NOTHING = Buffer.alloc(0)
