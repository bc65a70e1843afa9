import { SIZE, Sieve } from './sieve.js'

/** Made when a text is looked at first, and of all windows the only one: a pass ends before another begins. */
let one: Sieve | undefined

function sieve(): Sieve {
  one ??= new Sieve()
  return one
}

/** A stretch of a text, sifted. It moves from the text's front to its end. */
export class Window {
  readonly sieve: Sieve = sieve()
  readonly #tables: Uint8Array
  readonly #bytes: Buffer = Buffer.from(this.sieve.units.buffer, this.sieve.units.byteOffset, SIZE * 2)
  text = ''
  /** No text follows. */
  isEnded = true
  /** What of the text lies in it. */
  first = 0
  end = 0

  /** @param tables of what may begin */
  constructor(tables: Uint8Array) {
    this.#tables = tables
  }

  begin(text: string, ended: boolean): void {
    this.text = text
    this.isEnded = ended
    this.first = 0
    this.end = 0
  }

  /** Sees to it that `length` characters from `from` on lie in it, or all that the text has. */
  reach(from: number, length: number): void {
    if (from + length <= this.end && from >= this.first) return
    const { text } = this
    if (this.end === text.length && from >= this.first) return
    this.first = from
    this.end = Math.min(text.length, from + SIZE)
    this.#bytes.write(from === 0 && this.end === text.length ? text : text.slice(from, this.end), 'utf16le')
    this.sieve.sift(this.end - from, this.#tables)
  }
}

/** The first place from `from` on, and before `until`, whose bit is set; `until` where there is none. */
export function nextSet(bits: Uint32Array, from: number, until: number): number {
  let word = from >>> 5
  let left = from < until ? (bits[word] as number) & (-1 << (from & 31)) : 0
  while (left === 0) {
    word++
    if (word << 5 >= until) return until
    left = bits[word] as number
  }
  return Math.min(until, (word << 5) + 31 - Math.clz32(left & -left))
}
