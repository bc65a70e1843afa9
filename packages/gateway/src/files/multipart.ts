import { isUtf8 } from 'node:buffer'
import { proceed, type Refusal, refuse, type Step } from '../spec/index.js'

export type FormEvent =
  /** A part begins. */
  | { readonly kind: 'part'; readonly name: string; readonly isFile: boolean; readonly extension: string }
  /** Bytes of it, as many times as they come, each good until the next piece is pushed. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'part-end' }

/** Of RFC 2046 section 5.1.1 those characters that nobody has to quote or escape differently; no space anywhere. */
const TYPE = /^multipart\/form-data; ?boundary=(?:"([A-Za-z0-9'()+_,./:=?-]{1,70})"|([A-Za-z0-9'+_.-]{1,70}))$/i
const DISPOSITION = /^form-data; ?name="([A-Za-z0-9_.[\]-]{1,64})"(?:; ?filename="([^"\\]{0,1024})")?$/i
const PART_TYPE =
  /^(?!multipart\/|message\/)[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,96}(?:; ?[a-z0-9_.=-]{1,96})*$/i
const HEADER = /^([a-z-]{1,32}):[ \t]?(.*)$/i
const CONTROL = /[\x00-\x1f\x7f]/
/** Providers tell by it what a file is; the rest of a name is for people. */
const EXTENSION = /\.[a-z0-9]{1,8}$/i
const HEADERS_BYTES = 4096
const PARTS_MAX = 32

const DASHES = Buffer.from('--')
const LINE = Buffer.from('\r\n')
const HEADERS_END = Buffer.from('\r\n\r\n')

/** The boundary that a content-type names. */
export function boundaryOf(contentType: string | undefined): Step<string> {
  const [, quoted, plain] = TYPE.exec(contentType ?? '') ?? []
  const boundary = quoted ?? plain
  if (boundary !== undefined) return proceed(boundary)
  return refuse('unsupported_media_type', 'content-type is no multipart/form-data with one plain boundary', {
    message: 'The request body must be multipart/form-data with one boundary.',
  })
}

/**
 * Reads a form (RFC 7578) out of pieces in any cutting, and refuses whatever two readers could read differently: text around it,
 * padding behind a boundary, a boundary's beginning within a part, headers that are folded, twice there, encoded or unknown.
 */
export class FormReader {
  readonly #boundary: Buffer
  readonly #delimiter: Buffer
  /** What is joined is joined here: a buffer for each piece would be as much as the whole form. */
  #room = Buffer.alloc(0)
  #held: Buffer = this.#room
  #state: State = 'start'
  #parts = 0

  constructor(boundary: string) {
    this.#boundary = Buffer.from(`--${boundary}`)
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  /** What a piece brings. Nothing may be pushed after a refusal. */
  *push(piece: Buffer): Generator<FormEvent | Refusal> {
    this.#held = this.#held.length === 0 ? piece : this.#joined(piece)
    for (;;) {
      const step = this.#step()
      if (step === undefined) return
      if (step === GO) continue
      yield step
      if (step.kind === 'refuse') return
    }
  }

  /** The body has ended. */
  end(): Refusal | undefined {
    if (this.#state !== 'closed') return malformed('it ends within a part')
    return this.#held.length === 0 || this.#held.equals(LINE) ? undefined : malformed('something follows its end')
  }

  #joined(piece: Buffer): Buffer {
    const { length } = this.#held
    const held = Buffer.from(this.#held)
    if (this.#room.length < length + piece.length) this.#room = Buffer.allocUnsafeSlow(length + piece.length)
    held.copy(this.#room)
    piece.copy(this.#room, length)
    return this.#room.subarray(0, length + piece.length)
  }

  /** One thing that is told; GO: go on; undefined: it needs more bytes. */
  #step(): FormEvent | Refusal | typeof GO | undefined {
    switch (this.#state) {
      case 'start':
        return this.#start()
      case 'boundary':
        return this.#behindBoundary()
      case 'headers':
        return this.#headers()
      case 'content':
        return this.#content()
      case 'closed':
        return this.#held.length > LINE.length ? malformed('something follows its end') : undefined
    }
  }

  #start(): Refusal | typeof GO | undefined {
    const { length } = this.#boundary
    if (this.#held.length < length) return undefined
    if (!this.#held.subarray(0, length).equals(this.#boundary)) return malformed('it does not begin with its boundary')
    return this.#go('boundary', length)
  }

  #behindBoundary(): Refusal | typeof GO | undefined {
    if (this.#held.length < 2) return undefined
    const two = this.#held.subarray(0, 2)
    if (two.equals(DASHES)) return this.#go('closed', 2)
    if (!two.equals(LINE)) return malformed('something stands behind a boundary')
    this.#parts += 1
    return this.#parts > PARTS_MAX ? malformed('it has too many parts') : this.#go('headers', 2)
  }

  #headers(): FormEvent | Refusal | undefined {
    const at = this.#held.indexOf(HEADERS_END)
    if (at > HEADERS_BYTES || (at < 0 && this.#held.length > HEADERS_BYTES)) return malformed('a part has long headers')
    if (at < 0) return undefined
    const part = partOf(this.#held.subarray(0, at))
    if (part.kind !== 'refuse') this.#go('content', at + HEADERS_END.length)
    return part
  }

  #content(): FormEvent | typeof GO | undefined {
    const at = this.#held.indexOf(this.#delimiter)
    if (at === 0) {
      this.#go('boundary', this.#delimiter.length)
      return { kind: 'part-end' }
    }
    // Its beginning may be the end of what came so far.
    const sure = at > 0 ? at : this.#held.length - this.#delimiter.length + 1
    if (sure <= 0) return undefined
    const bytes = this.#held.subarray(0, sure)
    this.#held = this.#held.subarray(sure)
    return { kind: 'bytes', bytes }
  }

  #go(state: State, behind: number): typeof GO {
    this.#state = state
    this.#held = this.#held.subarray(behind)
    return GO
  }
}

type State = 'start' | 'boundary' | 'headers' | 'content' | 'closed'

const GO: unique symbol = Symbol('go')

function partOf(bytes: Buffer): FormEvent | Refusal {
  if (!isUtf8(bytes)) return malformed('headers of a part are not UTF-8')
  const headers = new Map<string, string>()
  for (const line of bytes.toString('utf8').split('\r\n')) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined || value === undefined || CONTROL.test(line))
      return malformed('a header of a part is malformed')
    const lower = name.toLowerCase()
    if (headers.has(lower)) return malformed('a header of a part is there twice')
    if (lower !== 'content-disposition' && lower !== 'content-type') return malformed('a part has another header')
    headers.set(lower, value)
  }
  const type = headers.get('content-type')
  if (type !== undefined && !PART_TYPE.test(type)) return malformed('a part has a type that is refused')
  const [, name, filename] = DISPOSITION.exec(headers.get('content-disposition') ?? '') ?? []
  if (name === undefined) return malformed('a part has no plain name')
  return { kind: 'part', name, isFile: filename !== undefined, extension: EXTENSION.exec(filename ?? '')?.[0] ?? '' }
}

function malformed(why: string): Refusal {
  return refuse('invalid_request', `the form is refused: ${why}`, {
    message: `The request body is not an acceptable form: ${why}.`,
  })
}
