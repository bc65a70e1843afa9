import { BufferedCutter } from '../../../lens/cutter.js'
import type { Frame, Framing } from '../../../lens/framing.js'
import type { Out } from '../../../lens/out.js'
import { refuse } from '../../../spec/refusal.js'
import { headersOf, isWhole, message, messageLength, payloadOf } from './message.js'

/** What the name of an exception begins with: an event of the same name is another thing. */
export const EXCEPTION = 'exception:'

/**
 * `application/vnd.amazon.eventstream`. A message is named by its event type, or by its exception type behind `exception:`; one whose
 * payload is not JSON has no name. Headers that say something else than that are not passed on where events are judged.
 *
 * A length that cannot be, or a checksum that does not fit, is a refusal: behind it nobody knows where messages begin.
 */
export const EVENT_STREAM: Framing = {
  open: () => new MessageCutter(),
  read(bytes, start, end) {
    const whole = bytes.subarray(start, end)
    const headers = isWhole(whole) ? headersOf(whole) : undefined
    if (headers === undefined)
      return refuse('upstream_failed', 'the stream holds a message whose checksum does not fit')
    const isJson = headers.contentType === 'application/json'
    const isException = headers.messageType === 'exception'
    const isNamed = isJson && (isException || headers.messageType === 'event')
    const name = isNamed ? `${isException ? EXCEPTION : ''}${headers.type}` : ''
    return new MessageFrame(whole, start, name, headers.more)
  },
  write: ({ name, json }) => named(name, Buffer.from(json)),
  // Another message can only follow a whole one.
  mend: undefined,
}

function named(name: string, payload: Buffer): Buffer {
  return name.startsWith(EXCEPTION)
    ? message('exception', name.slice(EXCEPTION.length), payload)
    : message('event', name, payload)
}

class MessageCutter extends BufferedCutter {
  override next(): number {
    const { at, bytes } = this
    const length = messageLength(bytes, at)
    if (length === undefined) return -1
    // None of this framing: given out at once, and `read` refuses it.
    if (length === 0) return bytes.length
    return at + length <= bytes.length ? at + length : -1
  }

  // Its first bytes tell the length: nothing is scanned.
  protected override moved(): void {}
}

class MessageFrame implements Frame {
  readonly name: string
  readonly data: Buffer
  /** A length and two checksums differ from one to the next. */
  readonly around: undefined
  readonly #whole: Buffer
  readonly #start: number
  readonly #more: boolean

  constructor(whole: Buffer, start: number, name: string, more: boolean) {
    this.name = name
    this.data = payloadOf(whole)
    this.#whole = whole
    this.#start = start
    this.#more = more
  }

  pass(out: Out): void {
    if (this.#more) out.piece(named(this.name, this.data))
    else out.run(this.#start, this.#start + this.#whole.length)
  }

  write(out: Out, json: string): void {
    out.piece(named(this.name, Buffer.from(json)))
  }
}
