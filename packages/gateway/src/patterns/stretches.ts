/** Beyond every text. A small integer: compared with infinity, every place would be a floating-point number. */
export const FAR = 0x3fff_ffff

/** Stretches of a text in which, or shortly before which, more may begin than elsewhere. Looked for from its front to its end. */
export abstract class Stretches {
  protected text = ''
  protected isEnded = false
  /** Of the one that was found last; beyond the text where there is no more. */
  protected start = 0
  protected end = 0
  readonly #reach: number
  /** Up to where the last answer stands. */
  until = 0

  /** @param reach so many characters before one count as it does */
  constructor(reach: number) {
    this.#reach = reach
  }

  /** @param ended no text follows: what stands at the end goes on nowhere */
  begin(text: string, from: number, ended: boolean): void {
    this.text = text
    this.isEnded = ended
    this.start = from
    this.end = from
  }

  /** Whether one goes on at `at`, or begins within reach from there. Places have to be asked about in order. */
  isNear(at: number): boolean {
    while (this.end <= at) this.next(this.end)
    const first = this.start - this.#reach
    const isNear = first <= at
    this.until = isNear ? this.end : first
    return isNear
  }

  /** Finds the next one that begins at `from` or behind it. */
  protected abstract next(from: number): void
}
