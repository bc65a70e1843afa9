import type { ResultHead, ResultSink, ShownColumn, ShownHit, ShownRows } from '../pipeline/reads/call.js'
import { headerLines, type Received, type Refusal } from '../spec/index.js'
import { type AnswerBytes, borrowBytes, giveBack } from './answer-bytes.js'
import { problem } from './problem.js'
import { type RowsFrame, writeRows } from './rows-json.js'

interface Meter {
  responseSent(bytes: Buffer): void
}

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

export function rowsSink(received: Received, meter: Meter): ResultSink<ShownColumn, ShownRows> {
  return sinkOf(received, meter, LINES_TYPE.test(received.headers['accept'] ?? '') ? ROWS_LINES : ROWS_JSON)
}

export function hitsSink(received: Received, meter: Meter): ResultSink<never, readonly ShownHit[]> {
  return sinkOf(received, meter, HITS_JSON)
}

/** A result that is there at once leaves in one piece; a longer one as it comes. */
function sinkOf<Column, Rows>(received: Received, meter: Meter, form: Form<Column, Rows>): ResultSink<Column, Rows> {
  const { caller } = received
  let head: ResultHead<Column> | undefined
  let held: AnswerBytes | undefined
  let isSent = false
  let isFirst = true
  const into = (): AnswerBytes => {
    held ??= borrowBytes()
    return held
  }
  const sendHead = (length: number | undefined): void => {
    isSent = true
    caller.head(200, [...linesOf(received, head), 'content-type', form.type], length)
  }
  /** All that was written, and told the meter. */
  const written = (): Buffer => {
    const bytes = into().taken()
    meter.responseSent(bytes)
    return bytes
  }
  /** There is no more. */
  const last = (text: string): Buffer => {
    into().write(text)
    const bytes = written()
    if (held !== undefined) giveBack(held)
    held = undefined
    return bytes
  }
  return {
    begin(given) {
      head = given
      into().write(form.head(given))
    },
    rows(rows) {
      // What is the first page may be all there is: `end` comes at once then.
      if (!isFirst && !isSent) sendHead(undefined)
      if (form.rows(into(), rows, head?.columns ?? [], isFirst) > 0) isFirst = false
      if (!isSent || caller.write(written())) return undefined
      return new Promise((resolve) => {
        caller.whenDrained(resolve)
        caller.whenLeft(resolve)
      })
    },
    end(isTruncated) {
      const bytes = last(form.end(isTruncated))
      if (!isSent) sendHead(bytes.length)
      caller.end(bytes)
    },
    refuse(refusal, receipt) {
      if (isSent) {
        // A part of a result that looks like all of it would be worse than none: it says why it ends, and lacks the end's mark.
        caller.end(last(form.error(refusal)))
        return 200
      }
      const wire = problem.refusal(refusal, received.id)
      const own = {
        'x-request-id': received.id,
        'ostiary-decision': decisionOf(refusal),
        ...(receipt === undefined ? {} : { 'ostiary-receipt': receipt }),
      }
      meter.responseSent(wire.body)
      caller.head(wire.status, headerLines(wire.headers, refusal.headers ?? {}, own), wire.body.length)
      caller.end(wire.body)
      return wire.status
    },
  }
}

function linesOf(received: Received, head: ResultHead<unknown> | undefined): readonly string[] {
  const receipt = head?.receipt === undefined ? [] : ['ostiary-receipt', head.receipt]
  const decision = head?.isChanged === true ? 'transform' : 'permit'
  return ['x-request-id', received.id, 'ostiary-decision', decision, ...receipt, 'cache-control', 'no-store']
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
