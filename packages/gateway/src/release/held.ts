import { type Refusal, refuse, type Usage } from '../spec/index.js'
import { type Judged, type Judging, judge, judgeElsewhere } from './judge.js'
import type { Terms } from './terms.js'

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
    if (look === undefined) return judge(judging, whole, undefined)
    const looking = new AbortController()
    this.#looking = looking
    return judgeElsewhere(judging, whole, isStream, (heard) => {
      this.usage = heard.usage
      const texts = heard.parts.map(({ text }) => text)
      return look(texts, context.labels, looking.signal)
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
