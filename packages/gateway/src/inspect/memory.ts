import { hash, randomBytes } from 'node:crypto'
import type { Finding } from '../spec/index.js'

/** What was made of a text. */
export interface Made {
  readonly findings: readonly Finding[]
  readonly isUnsure: boolean
}

/** A shorter text is looked at in the time that its digest takes. UTF-16 code units. */
const TEXT_MIN = 64
/** Of texts and findings together, in each of two generations: some 2 MB in all. */
const WEIGHT_MAX = 8192

/**
 * What was found in texts that came before: who talks with a model sends all that was said so far each time. It holds digests, and
 * no text. They are of the text with whose it is, so nobody learns by the time of an answer what others asked; and of a secret of
 * this process, so that no two texts can be made that have one.
 */
export class Memory {
  readonly #secret = randomBytes(32).toString('latin1')
  #young = new Map<string, Made>()
  #old = new Map<string, Made>()
  #weight = 0
  #beside: string | undefined
  #digest = ''

  /** Of what stands beside texts: most requests of an app have the same. */
  digestOf(beside: string): string {
    if (beside !== this.#beside) {
      this.#beside = beside
      this.#digest = hash('sha256', this.#secret + beside, 'base64')
    }
    return this.#digest
  }

  /**
   * @param whose subject; only the same one is told what is known
   * @param how all that counts besides the text: who looks at it, who says it, what stands beside it
   * @returns undefined: not to be remembered
   */
  keyOf(whose: string, how: string, text: string): string | undefined {
    // A digest is of UTF-8, in which all lone surrogates are one.
    if (text.length < TEXT_MIN || !text.isWellFormed()) return undefined
    return hash('sha256', `${this.#secret}${whose.length}:${whose}${how.length}:${how}${text}`, 'base64')
  }

  find(key: string): Made | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.add(key, old)
    return old
  }

  add(key: string, made: Made): void {
    this.#weight += 1 + made.findings.length
    if (this.#weight > WEIGHT_MAX) {
      this.#old = this.#young
      this.#young = new Map()
      this.#weight = 1 + made.findings.length
    }
    this.#young.set(key, made)
  }
}
