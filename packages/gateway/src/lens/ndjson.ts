import { BufferedCutter } from './cutter.js'
import type { Frame, Framing } from './framing.js'
import type { Out } from './out.js'

const LF = 0x0a
const CR = 0x0d
const NOTHING: Buffer = Buffer.alloc(0)
const BREAK: Buffer = Buffer.from('\n')

/** JSON in lines, one event each, none of which has a name. Lines with nothing on them are not passed on where events are judged. */
export const NDJSON: Framing = {
  open: () => new LineCutter(),
  read(bytes, start, end) {
    const broken = end > start && bytes[end - 1] === LF
    let stop = broken ? end - 1 : end
    if (stop > start && bytes[stop - 1] === CR) stop--
    return stop === start ? undefined : new LineFrame(bytes, start, stop, end)
  },
  write: ({ json }) => Buffer.from(`${json}\n`),
  // Half a line would be read as a broken one: no event of ours could say why it ends there.
  mend: undefined,
}

class LineCutter extends BufferedCutter {
  #scanned = 0

  override next(): number {
    const at = this.bytes.indexOf(LF, Math.max(this.#scanned, this.at))
    this.#scanned = at < 0 ? this.bytes.length : at + 1
    return at < 0 ? -1 : at + 1
  }

  protected override moved(by: number): void {
    this.#scanned = Math.max(0, this.#scanned - by)
  }
}

class LineFrame implements Frame {
  readonly name = ''
  readonly data: Buffer
  readonly #bytes: Buffer
  readonly #start: number
  readonly #stop: number
  readonly #end: number

  /** @param stop where its data ends, and its line break begins */
  constructor(bytes: Buffer, start: number, stop: number, end: number) {
    this.data = bytes.subarray(start, stop)
    this.#bytes = bytes
    this.#start = start
    this.#stop = stop
    this.#end = end
  }

  pass(out: Out): void {
    out.run(this.#start, this.#end)
    this.#break(out)
  }

  write(out: Out, json: string): void {
    out.piece(Buffer.from(json))
    out.run(this.#stop, this.#end)
    this.#break(out)
  }

  get around(): { readonly before: Buffer; readonly after: Buffer } | undefined {
    if (this.#stop === this.#end) return undefined
    return { before: NOTHING, after: this.#bytes.subarray(this.#stop, this.#end) }
  }

  /** The last line may lack its break, and an event of ours may follow. */
  #break(out: Out): void {
    if (this.#stop === this.#end) out.piece(BREAK)
  }
}
