import type { RecordedTransfer } from '../../exchange.js'
import { inLine, isBlank, type Line, LineReader } from '../../files/lines.js'
import type { Kept } from '../../files/shelf.js'
import { Counts } from '../../release/counts.js'
import { type Answering, draining, giveRefusal, giveWhole, outcomeOf, ownLines } from '../../release/transfer-answer.js'
import {
  ACTS,
  type ActsByType,
  type Lens,
  type Obligations,
  type Outcome,
  proceed,
  type Refusal,
  refuse,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { type Life, overBy } from '../life.js'
import { at, type Desk, type TransferCall } from './desk.js'
import { type Head, Piping } from './piping.js'

interface Content {
  readonly recorded: RecordedTransfer
  readonly kept: Kept
  readonly obligations: Obligations
}

/** A file on its way to its owner: judged line by line, and none leaves before it was. */
export async function giveContent(
  desk: Desk,
  entered: Entered,
  call: TransferCall,
  life: Life,
  what: Content,
): Promise<Outcome> {
  const { recorded } = what
  const { received } = entered.authenticated
  const answering: Answering = { received, dialect: call.dialect, receipt: recorded.receipt, meter: entered.bracket }
  const counts = new Counts()
  const piping = new Piping(call, entered.bracket)
  const upstream = desk.parts.forward.transfer(recorded, at(call.route, call.id, call.query), piping)
  life.whenOver(() => {
    upstream.abort()
    piping.failed(overBy(life))
  })
  const head = await piping.headed
  if ('kind' in head) return giveRefusal(answering, head, 0, counts)
  if (head.status !== 200) return await giveFault(desk, answering, call, life, piping, head, what, counts)

  const judging = new Contents(desk, call, life, what, counts)
  const reader = new LineReader(desk.parts.lineBytes)
  let isHead = false
  const drained = draining(received.caller)
  const say = async (bytes: Buffer): Promise<void> => {
    if (!isHead)
      received.caller.head(200, [...contentHeaders(head.passed), ...ownLines(answering, 'permit')], undefined)
    isHead = true
    entered.bracket.responseSent(bytes)
    if (!received.caller.write(bytes)) await drained()
  }
  const stop = (refusal: Refusal): Outcome => {
    upstream.abort()
    if (received.caller.left) return outcomeOf('left', undefined, isHead ? 200 : 0, 200, counts)
    if (!isHead) return giveRefusal(answering, refusal, 200, counts)
    // No line is put in another's place: a download that ends in the middle looks whole to nobody.
    received.caller.cut()
    return outcomeOf('refused', refusal, 200, 200, counts)
  }
  for (;;) {
    const piece = await piping.next()
    if (piece.kind === 'refuse') return stop(piece)
    const lines = piece.value === undefined ? ended(reader) : reader.push(piece.value)
    for (const line of lines) {
      if ('kind' in line) return stop(line)
      const judged = await judging.line(line)
      if (life.ended !== undefined || life.left) return stop(overBy(life))
      if (!Buffer.isBuffer(judged)) return stop(inLine(line.number, judged))
      await say(line.hasNewline ? Buffer.concat([judged, NEWLINE]) : judged)
    }
    if (piece.value === undefined) break
  }
  if (!isHead) await say(NOTHING)
  received.caller.end()
  return { ...outcomeOf('done', undefined, 200, 200, counts), stream: true }
}

const NEWLINE = Buffer.from('\n')
const NOTHING = Buffer.alloc(0)

function* ended(reader: LineReader): Generator<Line> {
  const last = reader.end()
  if (last !== undefined) yield last
}

/** What the provider calls it says nothing: it is lines of JSON, and an attachment to nobody. */
function contentHeaders(passed: readonly string[]): string[] {
  const kept = passed.flatMap((name, at) =>
    at % 2 === 0 && name !== 'content-type' ? [name, passed[at + 1] ?? ''] : [],
  )
  return ['content-type', 'application/octet-stream', 'x-content-type-options', 'nosniff', ...kept]
}

/** A file that a caller sent comes back as it would go in, and as it would come out besides: of each type the stronger act. */
function actsOn({ purpose }: Kept, { input, output }: Obligations): ActsByType {
  if (purpose === undefined) return output
  const acts = new Map(output)
  for (const [type, act] of input) {
    const held = acts.get(type)
    if (held === undefined || ACTS.indexOf(act) < ACTS.indexOf(held)) acts.set(type, act)
  }
  return acts
}

/** Judges the lines of one file. */
class Contents {
  readonly #desk: Desk
  readonly #call: TransferCall
  readonly #life: Life
  readonly #kept: Kept
  readonly #acts: ActsByType
  readonly #recorded: RecordedTransfer
  readonly #counts: Counts

  constructor(desk: Desk, call: TransferCall, life: Life, { kept, obligations, recorded }: Content, counts: Counts) {
    this.#desk = desk
    this.#call = call
    this.#life = life
    this.#kept = kept
    this.#acts = actsOn(kept, obligations)
    this.#recorded = recorded
    this.#counts = counts
  }

  async line({ bytes }: Line): Promise<Buffer | Refusal> {
    if (isBlank(bytes)) return bytes
    const lens: Pick<Lens, 'readAnswer'> = { readAnswer: (line) => this.#read(line) }
    return await this.#desk.judged(lens, bytes, this.#acts, this.#counts, this.#life, this.#recorded)
  }

  #read(line: Buffer): ReturnType<Lens['readAnswer']> {
    const { transfers } = this.#call
    const { endpoint, purpose } = this.#kept
    const sent = purpose === undefined ? undefined : transfers.purposes.get(purpose)
    if (sent === undefined || sent.kind === 'whole') return transfers.readResult(line, endpoint)
    const read = sent.line(line)
    if (read.kind === 'refuse') return refuse('upstream_failed', read.forLog)
    const one = read.value
    const view =
      one.kind === 'teaches' ? proceed(one.view) : one.endpoint.lens.read(line, { model: undefined, query: '' })
    if (view.kind === 'refuse') return refuse('upstream_failed', view.forLog)
    const { parts, edit } = view.value
    return proceed({ parts, usage: undefined, edit: (edits) => edit({ model: undefined, edits }) })
  }
}

async function giveFault(
  desk: Desk,
  answering: Answering,
  { route }: TransferCall,
  life: Life,
  piping: Piping,
  { passed, status }: Head,
  { obligations, recorded }: Content,
  counts: Counts,
): Promise<Outcome> {
  const chunks: Buffer[] = []
  for (let bytes = 0; ; ) {
    const piece = await piping.next()
    if (piece.kind === 'refuse') return giveRefusal(answering, piece, status, counts)
    if (piece.value === undefined) break
    bytes += piece.value.length
    if (bytes > desk.parts.lineBytes)
      return giveRefusal(answering, refuse('upstream_failed', 'a long error'), status, counts)
    chunks.push(piece.value)
  }
  const out = await desk.judged(route.lens, Buffer.concat(chunks), obligations.output, counts, life, recorded)
  if (!Buffer.isBuffer(out)) return giveRefusal(answering, out, status, counts)
  return giveWhole(answering, { status, passed }, out, false, counts)
}
