const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
const NOTHING: Buffer = Buffer.alloc(0)

/** Cuts a byte stream into server-sent events (WHATWG HTML 9.2.6), whatever the chunks. */
export class EventCutter {
  /** What is at hand: look at events from `at` on. Valid until the next `feed`. */
  bytes: Buffer = NOTHING
  /** Where the next event begins in `bytes`. */
  at = 0
  /** Whether `bytes` is the chunk itself, so that its offsets are the chunk's. */
  #kept: Buffer = NOTHING
  #length = 0
  /** Scanning goes on here after a feed, so that an event in a thousand chunks is still scanned once. */
  #scanned = 0
  #lineStart = 0

  /** Bytes of an unfinished event. */
  get pending(): number {
    return this.#length
  }

  feed(chunk: Buffer): void {
    this.at = 0
    if (this.#length === 0) {
      this.bytes = chunk
      return
    }
    const needed = this.#length + chunk.length
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#kept.length * 2, 1024))
      this.#kept.copy(grown, 0, 0, this.#length)
      this.#kept = grown
    }
    chunk.copy(this.#kept, this.#length)
    this.#length = needed
    this.bytes = this.#kept.subarray(0, needed)
  }

  /** End of the event that begins at `at`, its blank line included; -1 where it is not yet there. */
  next(): number {
    const { bytes } = this
    let lineStart = Math.max(this.#lineStart, this.at)
    let i = Math.max(this.#scanned, this.at)
    for (; i < bytes.length; i++) {
      const byte = bytes[i]
      if (byte !== LF && byte !== CR) continue
      // A CR at the edge may be half of a CRLF: the next chunk tells.
      if (byte === CR && i + 1 === bytes.length) break
      const blank = i === lineStart
      if (byte === CR && bytes[i + 1] === LF) i++
      if (blank) {
        this.#scanned = this.#lineStart = 0
        return i + 1
      }
      lineStart = i + 1
    }
    this.#scanned = i
    this.#lineStart = lineStart
    return -1
  }

  /** To be called after the last `next`: keeps what is left for the next feed. */
  keep(): void {
    const { at, bytes } = this
    if (at === 0 && this.#length > 0) return
    this.#scanned = Math.max(0, this.#scanned - at)
    this.#lineStart = Math.max(0, this.#lineStart - at)
    // A new buffer: what was cut from the old one is on its way out.
    this.#kept = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING
    this.#length = this.#kept.length
    this.bytes = NOTHING
    this.at = 0
  }

  /** The stream has ended: what is left, without its blank line. */
  rest(): Buffer {
    return this.#kept.subarray(0, this.#length)
  }
}

export interface ServerEvent {
  /** Empty where none is named. */
  readonly name: string
  /** Lines of data as they came, terminators included, and the place of the value in each. */
  readonly data: readonly DataLine[]
  /** The whole event holds nothing but its data lines and the blank line. */
  readonly plain: boolean
  /** Where its blank line begins. */
  readonly blank: number
}

export interface DataLine {
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly end: number
}

/** Fields of one event, from `start` to `end` in `bytes`. */
export function readEvent(bytes: Buffer, start: number, end: number): ServerEvent {
  const data: DataLine[] = []
  let name = ''
  let plain = true
  let blank = end
  let lineStart = start
  while (lineStart < end) {
    let stop = lineStart
    while (stop < end && bytes[stop] !== LF && bytes[stop] !== CR) stop++
    let next = stop + 1
    if (bytes[stop] === CR && next < end && bytes[next] === LF) next++
    next = Math.min(next, end)
    if (stop === lineStart) {
      // Behind a byte order mark a blank line looks like one that says something: the event begins below it.
      if (lineStart === start) {
        start = lineStart = next
        continue
      }
      blank = lineStart
      break
    }
    let colon = lineStart
    while (colon < stop && bytes[colon] !== COLON) colon++
    const field = bytes.toString('latin1', lineStart, colon)
    let valueStart = Math.min(colon + 1, stop)
    if (valueStart < stop && bytes[valueStart] === SPACE) valueStart++
    if (field === 'data') data.push({ start: lineStart, valueStart, valueEnd: stop, end: next })
    else {
      plain = false
      if (field === 'event') name = bytes.toString('utf8', valueStart, stop)
    }
    lineStart = next
  }
  return { name, data, plain, blank }
}

/** "append a single U+000A LINE FEED (LF) character to the data buffer" between lines. */
export function dataOf(bytes: Buffer, { data }: ServerEvent): Buffer {
  const [first] = data
  if (first === undefined) return NOTHING
  if (data.length === 1) return bytes.subarray(first.valueStart, first.valueEnd)
  const pieces: Buffer[] = []
  for (const line of data) {
    if (pieces.length > 0) pieces.push(LINE_FEED)
    pieces.push(bytes.subarray(line.valueStart, line.valueEnd))
  }
  return Buffer.concat(pieces)
}

const LINE_FEED = Buffer.from('\n')
const MARK = Buffer.from('[DONE]')

/** The dialect's own end mark. */
export function isEndMark(data: Buffer): boolean {
  return data.length === MARK.length && data.equals(MARK)
}
