import { hash, randomBytes } from 'node:crypto'
import { type Finding, Recent } from '../spec/index.js'

/** What was made of a text. */
export interface Made {
  readonly findings: readonly Finding[]
  readonly isUnsure: boolean
}

/** A shorter text is looked at in the time that its digest takes. UTF-16 code units. */
const TEXT_MIN = 64
/** What has more found in it is looked at again: it would push out all else. */
const FINDINGS_MAX = 1024
/** Of texts and findings together: some 2 MB. */
const WEIGHT_MAX = 16_384

/**
 * What was found in texts that came before: who talks with a model sends all that was said so far each time. It holds digests, and
 * no text. They are of the text with whose it is, so nobody learns by the time of an answer what others asked; and of a secret of
 * this process, so that no two texts can be made that have one.
 */
export class Memory {
  readonly #secret = randomBytes(32).toString('latin1')
  readonly #known = new Recent<Made>(WEIGHT_MAX, ({ findings }) => 1 + findings.length)

  /** Of what stands beside texts. Undefined: nothing beside it is to be remembered. */
  digestOf(beside: string): string | undefined {
    return beside.isWellFormed() ? hash('sha256', this.#secret + beside, 'base64') : undefined
  }

  /**
   * @param whose subject; only the same one is told what is known
   * @param how all that counts besides the text: who looks at it, who says it, what stands beside it
   * @returns undefined: not to be remembered
   */
  keyOf(whose: string, how: string, text: string): string | undefined {
    if (text.length < TEXT_MIN) return undefined
    const all = `${this.#secret}${whose.length}:${whose}${how.length}:${how}${text}`
    // A digest is of UTF-8, in which all lone surrogates are one.
    return all.isWellFormed() ? hash('sha256', all, 'base64') : undefined
  }

  find(key: string): Made | undefined {
    return this.#known.get(key)
  }

  add(key: string, made: Made): void {
    if (made.findings.length <= FINDINGS_MAX) this.#known.put(key, made)
  }
}
