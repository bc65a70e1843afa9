import { BufferedCutter } from './cutter.js'
import type { Frame, Framing } from './framing.js'
import type { Out } from './out.js'

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
const NOTHING: Buffer = Buffer.alloc(0)

/** Server-sent events (WHATWG HTML 9.2.6). Comments, ids and fields that are none are not passed on where events are judged. */
export const SSE: Framing = {
  open: () => new EventCutter(),
  read(bytes, start, end, isFirst) {
    // "one leading U+FEFF BYTE ORDER MARK character must be stripped if any are present"
    const marked = isFirst && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf
    return readEvent(bytes, marked ? start + 3 : start, end)
  },
  write: ({ name, json }) =>
    Buffer.from(`${name === '' ? '' : `event: ${name}\n`}data: ${json.replaceAll('\n', '\ndata: ')}\n\n`),
  mend: Buffer.from('\n\n'),
}

/** Cuts a byte stream into server-sent events (WHATWG HTML 9.2.6), whatever the chunks. */
class EventCutter extends BufferedCutter {
  /** Scanning goes on here after a feed, so that an event in a thousand chunks is still scanned once. */
  #scanned = 0
  #lineStart = 0

  /** Its blank line is part of it. */
  override next(): number {
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

  protected override moved(by: number): void {
    this.#scanned = Math.max(0, this.#scanned - by)
    this.#lineStart = Math.max(0, this.#lineStart - by)
  }
}

interface DataLine {
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly end: number
}

class EventFrame implements Frame {
  readonly name: string
  readonly data: Buffer
  readonly #bytes: Buffer
  readonly #start: number
  readonly #end: number
  /** Lines of data as they came, terminators included, and the place of the value in each. */
  readonly #lines: readonly DataLine[]
  /** The whole event holds nothing but its data lines and the blank line. */
  readonly #plain: boolean
  /** Where its blank line begins. */
  readonly #blank: number

  constructor(
    bytes: Buffer,
    bounds: { readonly start: number; readonly end: number; readonly blank: number },
    name: string,
    lines: readonly DataLine[],
    plain: boolean,
  ) {
    this.name = name
    this.data = dataOf(bytes, lines)
    this.#bytes = bytes
    this.#start = bounds.start
    this.#end = bounds.end
    this.#blank = bounds.blank
    this.#lines = lines
    this.#plain = plain
  }

  pass(out: Out): void {
    if (this.#plain) {
      out.run(this.#start, this.#end)
      return
    }
    this.#sayName(out)
    for (const line of this.#lines) out.run(line.start, line.end)
    out.run(this.#blank, this.#end)
  }

  write(out: Out, json: string): void {
    if (!this.#plain) this.#sayName(out)
    const first = this.#lines[0] as DataLine
    const last = this.#lines.at(-1) as DataLine
    out.run(this.#plain ? this.#start : first.start, first.valueStart)
    out.piece(Buffer.from(json.replaceAll('\n', '\ndata: ')))
    out.run(last.valueEnd, last.end)
    out.run(this.#blank, this.#end)
  }

  get around(): { readonly before: Buffer; readonly after: Buffer } | undefined {
    const [line] = this.#lines
    if (line === undefined || this.#lines.length !== 1 || !(this.#plain || this.#namedFirst(line))) return undefined
    // Behind a CR a LF may follow that belongs to it.
    if (this.#blank === this.#end || this.#bytes[this.#end - 1] !== LF) return undefined
    return {
      before: this.#bytes.subarray(this.#start, line.valueStart),
      after: this.#bytes.subarray(line.valueEnd, this.#end),
    }
  }

  /** In front of its data stands its name as we would write it, and nothing else. */
  #namedFirst(line: DataLine): boolean {
    const { name } = this
    if (name === '' || name === DEFAULT_NAME || line.end !== this.#blank) return false
    return this.#bytes.toString('utf8', this.#start, line.start) === nameLine(name)
  }

  #sayName(out: Out): void {
    if (this.name !== '' && this.name !== DEFAULT_NAME) out.piece(Buffer.from(nameLine(this.name)))
  }
}

/** What an event without a name is called anyhow. */
const DEFAULT_NAME = 'message'

function nameLine(name: string): string {
  return `event: ${name}\n`
}

/** Fields of one event, from `start` to `end` in `bytes`. */
function readEvent(bytes: Buffer, start: number, end: number): Frame | undefined {
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
  if (data.length === 0) return undefined
  return new EventFrame(bytes, { start, end, blank }, name, data, plain)
}

/** "append a single U+000A LINE FEED (LF) character to the data buffer" between lines. */
function dataOf(bytes: Buffer, lines: readonly DataLine[]): Buffer {
  const [first] = lines
  if (first === undefined) return NOTHING
  if (lines.length === 1) return bytes.subarray(first.valueStart, first.valueEnd)
  const pieces: Buffer[] = []
  for (const line of lines) {
    if (pieces.length > 0) pieces.push(LINE_FEED)
    pieces.push(bytes.subarray(line.valueStart, line.valueEnd))
  }
  return Buffer.concat(pieces)
}

const LINE_FEED = Buffer.from('\n')
