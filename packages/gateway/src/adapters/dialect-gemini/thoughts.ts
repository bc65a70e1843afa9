import type { JsonArray, JsonObject, JsonValue } from '../../json/located.js'
import { isObject } from '../../lens/path.js'
import { fieldOf } from './proto.js'

/** A provider must not make us remember any number of candidates. */
const CANDIDATES_MAX = 4096

/**
 * Runs of thoughts. A signature closes the run that it is said with, and is over that run alone: what a model thinks next is
 * another text.
 */
export class Thoughts {
  /** By candidate: how many runs are closed. */
  readonly #closed = new Map<string, number>()
  /** The runs of the event in hand, by the part that is of one. */
  #runs = new Map<JsonArray | JsonObject, string>()

  /** An event begins. */
  begin(): void {
    if (this.#runs.size > 0) this.#runs = new Map()
  }

  /** Told of every candidate of every event, in order. Gives the runs that end with it. */
  see(candidate: string, content: JsonValue | undefined): readonly string[] {
    const parts = isObject(content) ? content['parts'] : undefined
    if (!Array.isArray(parts)) return NONE
    let ends: string[] | undefined
    for (const part of parts) {
      if (!isThought(part)) continue
      const run = this.last(candidate)
      this.#runs.set(part, run)
      if ((fieldOf(part, 'thoughtSignature') ?? '') === '') continue
      ends ??= []
      ends.push(run)
      if (this.#closed.has(candidate) || this.#closed.size < CANDIDATES_MAX) {
        this.#closed.set(candidate, (this.#closed.get(candidate) ?? 0) + 1)
      }
    }
    return ends ?? NONE
  }

  /** The run that is open, or would be. */
  last(candidate: string): string {
    return `${candidate}/thought ${this.#closed.get(candidate) ?? 0}`
  }

  /** Undefined where the part is no thought. */
  runOf(part: JsonArray | JsonObject): string | undefined {
    return this.#runs.get(part)
  }
}

const NONE: readonly string[] = []

function isThought(part: JsonValue): part is JsonObject {
  return isObject(part) && part['thought'] === true
}
