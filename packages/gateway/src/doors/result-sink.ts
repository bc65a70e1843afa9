import type { ResultHead, ResultSink, ShownColumn, ShownHit, ShownRows } from '../pipeline/reads/call.js'
import { headerLines, type Received, type Refusal } from '../spec/index.js'
import { type AnswerBytes, borrowBytes, giveBack } from './answer-bytes.js'
import { problem } from './problem.js'
import { type RowsFrame, writeRows } from './rows-json.js'

interface Meter {
  responseSent(bytes: Buffer): void
  responseSentWhole(bytes: Buffer): void
}

/** Whom a result is for. */
type Answering = Pick<Received, 'id' | 'headers' | 'caller'>

/** How rows are written, one after the other. */
interface Form<Column, Rows> {
  readonly type: string
  head(given: ResultHead<Column>): string
  /** @param isFirst none was written before; @returns how many they are */
  rows(into: AnswerBytes, rows: Rows, columns: readonly Column[], isFirst: boolean): number
  end(isTruncated: boolean): string
  /** Instead of an end: what came is not all. */
  error(refusal: Refusal): string
}

/** The rows of a statement, one JSON document. */
const ROWS_JSON: Form<ShownColumn, ShownRows> = {
  type: 'application/json',
  head: ({ columns }) => `{"columns":${columnsText(columns)},"rows":[`,
  rows: rowsIn({ between: ',', behind: '' }),
  end: (isTruncated) => `],"truncated":${isTruncated},"complete":true}`,
  error: (refusal) => `],"error":${errorText(refusal)}}`,
}

/** The same, a line for each, so that a reader need not wait for the end. */
const ROWS_LINES: Form<ShownColumn, ShownRows> = {
  type: 'application/x-ndjson',
  head: ({ columns }) => `{"columns":${columnsText(columns)}}\n`,
  rows: rowsIn({ between: '', behind: '\n' }),
  end: (isTruncated) => `{"truncated":${isTruncated},"complete":true}\n`,
  error: (refusal) => `{"error":${errorText(refusal)}}\n`,
}

function rowsIn(frame: RowsFrame): Form<ShownColumn, ShownRows>['rows'] {
  return (into, rows, columns, isFirst) => {
    writeRows(into, rows, columns, frame, isFirst)
    return 'pieces' in rows ? rows.count : rows.length
  }
}

const HITS_JSON: Form<never, readonly ShownHit[]> = {
  type: 'application/json',
  head: ({ by }) => `{${by === undefined ? '' : `"by":"${by}",`}"results":[`,
  rows(into, hits, _columns, isFirst) {
    const texts = hits.map(({ attributes, classification: { categories, level }, id, passage, score, title }) =>
      JSON.stringify({ id, title, passage, score, classification: level, categories, attributes }),
    )
    into.write((isFirst || texts.length === 0 ? '' : ',') + texts.join(','))
    return texts.length
  },
  end: () => '],"complete":true}',
  error: (refusal) => `],"error":${errorText(refusal)}}`,
}

const LINES_TYPE = /(?:^|,)\s*application\/x-ndjson\s*(?:;|,|$)/i

export function rowsSink(received: Answering, meter: Meter): ResultSink<ShownColumn, ShownRows> {
  return new Sink(received, meter, LINES_TYPE.test(received.headers['accept'] ?? '') ? ROWS_LINES : ROWS_JSON)
}

export function hitsSink(received: Answering, meter: Meter): ResultSink<never, readonly ShownHit[]> {
  return new Sink(received, meter, HITS_JSON)
}

/** A result that is there at once leaves in one piece; a longer one as it comes. */
class Sink<Column, Rows> implements ResultSink<Column, Rows> {
  readonly #received: Answering
  readonly #meter: Meter
  readonly #form: Form<Column, Rows>
  #head: ResultHead<Column> | undefined
  #held: AnswerBytes | undefined
  #isSent = false
  #isFirst = true

  constructor(received: Answering, meter: Meter, form: Form<Column, Rows>) {
    this.#received = received
    this.#meter = meter
    this.#form = form
  }

  begin(given: ResultHead<Column>): void {
    this.#head = given
    this.#into().write(this.#form.head(given))
  }

  rows(rows: Rows): Promise<void> | undefined {
    const { caller } = this.#received
    // What is the first page may be all there is: `end` comes at once then.
    if (!this.#isFirst && !this.#isSent) this.#sendHead(undefined)
    if (this.#form.rows(this.#into(), rows, this.#head?.columns ?? [], this.#isFirst) > 0) this.#isFirst = false
    if (!this.#isSent || caller.write(this.#written())) return undefined
    return new Promise((resolve) => {
      caller.whenDrained(resolve)
      caller.whenLeft(resolve)
    })
  }

  end(isTruncated: boolean): void {
    const text = this.#form.end(isTruncated)
    if (this.#isSent) {
      this.#received.caller.end(this.#last(text))
      return
    }
    const into = this.#into()
    into.write(text)
    const bytes = into.lent()
    this.#meter.responseSentWhole(bytes)
    this.#sendHead(bytes.length)
    this.#received.caller.endWhole(bytes)
    this.#giveBack()
  }

  refuse(refusal: Refusal, receipt: string | undefined): number {
    const { caller, id } = this.#received
    if (this.#isSent) {
      // A part of a result that looks like all of it would be worse than none: it says why it ends, and lacks the end's mark.
      caller.end(this.#last(this.#form.error(refusal)))
      return 200
    }
    const wire = problem.refusal(refusal, id)
    const own = {
      'x-request-id': id,
      'ostiary-decision': decisionOf(refusal),
      ...(receipt === undefined ? {} : { 'ostiary-receipt': receipt }),
    }
    this.#meter.responseSent(wire.body)
    caller.head(wire.status, headerLines(wire.headers, refusal.headers ?? {}, own), wire.body.length)
    caller.end(wire.body)
    return wire.status
  }

  #into(): AnswerBytes {
    this.#held ??= borrowBytes()
    return this.#held
  }

  #sendHead(length: number | undefined): void {
    this.#isSent = true
    const decision = this.#head?.isChanged === true ? 'transform' : 'permit'
    const lines = ['x-request-id', this.#received.id, 'ostiary-decision', decision]
    if (this.#head?.receipt !== undefined) lines.push('ostiary-receipt', this.#head.receipt)
    lines.push('cache-control', 'no-store', 'content-type', this.#form.type)
    this.#received.caller.head(200, lines, length)
  }

  /** All that was written since, and told the meter. */
  #written(): Buffer {
    const bytes = this.#into().taken()
    this.#meter.responseSent(bytes)
    return bytes
  }

  /** There is no more. */
  #last(text: string): Buffer {
    this.#into().write(text)
    const bytes = this.#written()
    this.#giveBack()
    return bytes
  }

  #giveBack(): void {
    if (this.#held !== undefined) giveBack(this.#held)
    this.#held = undefined
  }
}

function decisionOf({ code }: Refusal): string {
  switch (code) {
    case 'approval_required':
    case 'insufficient_user_authentication':
      return 'challenge'
    case 'upstream_failed':
    case 'upstream_timeout':
      return 'permit'
    default:
      return 'forbid'
  }
}

const columnTexts = new WeakMap<readonly ShownColumn[], string>()

function columnsText(columns: readonly ShownColumn[]): string {
  const held = columnTexts.get(columns)
  if (held !== undefined) return held
  const said = columns.map(({ classification: { categories, level }, isChanged, name, type }) => ({
    ...{ name, type, classification: level, categories },
    ...(isChanged ? { changed: true } : {}),
  }))
  const text = JSON.stringify(said)
  columnTexts.set(columns, text)
  return text
}

function errorText({ code, message }: Refusal): string {
  return JSON.stringify({ code, message })
}
