/** Something wrong at a place, 1-based; the column counts UTF-16 code units, as editors do. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Turns UTF-16 offsets of one file into lines and columns. */
export class Places {
  readonly #file: string
  readonly #starts: readonly number[]

  constructor(file: string, text: string) {
    const starts = [0]
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#file = file
    this.#starts = starts
  }

  fault(offset: number, message: string): Fault {
    let line = 0
    let beyond = this.#starts.length
    while (beyond - line > 1) {
      const middle = (line + beyond) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) line = middle
      else beyond = middle
    }
    return { file: this.#file, line: line + 1, column: offset - (this.#starts[line] ?? 0) + 1, message }
  }
}

/** Cedar counts UTF-8 bytes. */
export function utf16Offset(text: string, bytes: number): number {
  return Buffer.from(text).toString('utf8', 0, bytes).length
}
