const QUOTE_OR_BACKSLASH = /["\\]/g
const BLANK = /^\s*/

/** Knows of a text that comes in pieces whether it is a JSON object, as far as one can see, and whether a string of it goes on. */
export class JsonStrings {
  #isJson: boolean | undefined
  #inString = false
  #escaped = false

  get inString(): boolean {
    return this.#isJson === true && this.#inString
  }

  /** Goes on behind what was written before. */
  write(text: string): void {
    if (this.#isJson === false) return
    if (this.#isJson === undefined) {
      const at = BLANK.exec(text)?.[0].length ?? 0
      if (at === text.length) return
      this.#isJson = text.charAt(at) === '{'
    }
    let at = 0
    if (this.#escaped && text !== '') {
      this.#escaped = false
      at = 1
    }
    QUOTE_OR_BACKSLASH.lastIndex = at
    for (let found = QUOTE_OR_BACKSLASH.exec(text); found !== null; found = QUOTE_OR_BACKSLASH.exec(text)) {
      if (found[0] === '"') this.#inString = !this.#inString
      else if (this.#inString) {
        this.#escaped = found.index + 1 >= text.length
        QUOTE_OR_BACKSLASH.lastIndex = found.index + 2
      }
    }
  }
}
