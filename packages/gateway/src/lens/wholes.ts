import type { Role } from '../spec/part.js'

/** Characters kept for one stream, and texts. */
const LENGTH_MAX = 1 << 18
const COUNT_MAX = 4096

/**
 * Texts of one stream that were judged as wholes, and what came of each: some dialects say all that was said again, several
 * times, and what was judged once need not be judged, or counted, again.
 */
export class Wholes {
  /** Undefined where it stays as it is. */
  readonly #judged = new Map<string, string | undefined>()
  #length = 0

  get(text: string, role: Role, isJson: boolean): string | undefined {
    const key = keyOf(text, role, isJson)
    return this.#judged.get(key) ?? (this.#judged.has(key) ? text : undefined)
  }

  add(text: string, role: Role, isJson: boolean, out: string): void {
    const key = keyOf(text, role, isJson)
    // By what came alone: two passes over the same bytes remember the same texts, whatever became of them.
    this.#length += key.length
    // All at once: a provider that says something new each time gains nothing, and costs no more than this.
    if (this.#length > LENGTH_MAX || this.#judged.size >= COUNT_MAX) {
      this.#judged.clear()
      this.#length = 0
    }
    this.#judged.set(key, out === text ? undefined : out)
  }
}

function keyOf(text: string, role: Role, isJson: boolean): string {
  return `${role}${isJson ? '{' : ' '}${text}`
}
