import type { TextGuard } from '../spec/detector.js'
import type { Refusal } from '../spec/refusal.js'
import { Unhider } from './escapes.js'
import { Mender } from './mender.js'
import type { Piece } from './stream-format.js'

/** One text of a stream, that comes in pieces, and the guard that it passes. */
export class Channel {
  readonly piece: Piece
  /** What left is not what came. Known of sealed texts alone, and for sure once they have ended. */
  isEdited = false
  /** What came and has not left. */
  #owed = ''
  readonly #guard: TextGuard
  readonly #unhider: Unhider | undefined
  readonly #mender: Mender | undefined

  /** @param isJson its text is JSON, so that text may hide behind its escapes */
  constructor(piece: Piece, guard: TextGuard, isJson: boolean) {
    this.piece = piece
    this.#guard = guard
    this.#unhider = isJson ? new Unhider() : undefined
    this.#mender = isJson ? new Mender() : undefined
  }

  push(said: string): string | Refusal {
    const out = this.#pushed(said)
    if (this.piece.isSealed === true && typeof out === 'string') this.#compare(said, out)
    return out
  }

  end(): string | Refusal {
    const out = this.#ended()
    if (this.piece.isSealed === true && typeof out === 'string') {
      this.#compare('', out)
      this.isEdited ||= this.#owed !== ''
    }
    return out
  }

  #pushed(said: string): string | Refusal {
    const text = this.#unhider === undefined ? said : this.#unhider.push(said)
    const out = text === '' ? '' : this.#guard.push(text)
    return this.#mender === undefined || typeof out !== 'string' ? out : this.#mender.push(out)
  }

  #ended(): string | Refusal {
    const begun = this.#unhider?.end() ?? ''
    const last = begun === '' ? '' : this.#guard.push(begun)
    if (typeof last !== 'string') return last
    const rest = this.#guard.end()
    if (typeof rest !== 'string') return rest
    const out = last + rest
    return this.#mender === undefined ? out : this.#mender.push(out) + this.#mender.end()
  }

  #compare(said: string, out: string): void {
    if (this.isEdited || (said === out && this.#owed === '')) return
    const owed = this.#owed + said
    if (owed.startsWith(out)) this.#owed = owed.slice(out.length)
    else this.isEdited = true
  }
}
