import type { ResultHead, ResultSink, Shown, ShownColumn, ShownHit } from '../pipeline/reads/call.js'
import { headerLines, type Received, type Refusal } from '../spec/index.js'
import { problem } from './problem.js'

interface Meter {
  responseSent(bytes: Buffer): void
}

/** How rows are written, one after the other. */
interface Form<Column, Row> {
  readonly type: string
  head(given: ResultHead<Column>): string
  row(row: Row, columns: readonly Column[]): string
  readonly between: string
  end(isTruncated: boolean): string
  /** Instead of an end: what came is not all. */
  error(refusal: Refusal): string
}

/** The rows of a statement, one JSON document. */
const ROWS_JSON: Form<ShownColumn, readonly Shown[]> = {
  type: 'application/json',
  head: ({ columns }) => `{"columns":${columnsText(columns)},"rows":[`,
  row: rowText,
  between: ',',
  end: (isTruncated) => `],"truncated":${isTruncated},"complete":true}`,
  error: (refusal) => `],"error":${errorText(refusal)}}`,
}

/** The same, a line for each, so that a reader need not wait for the end. */
const ROWS_LINES: Form<ShownColumn, readonly Shown[]> = {
  type: 'application/x-ndjson',
  head: ({ columns }) => `{"columns":${columnsText(columns)}}\n`,
  row: (row, columns) => `${rowText(row, columns)}\n`,
  between: '',
  end: (isTruncated) => `{"truncated":${isTruncated},"complete":true}\n`,
  error: (refusal) => `{"error":${errorText(refusal)}}\n`,
}

const HITS_JSON: Form<never, ShownHit> = {
  type: 'application/json',
  head: ({ by }) => `{${by === undefined ? '' : `"by":"${by}",`}"results":[`,
  row: ({ attributes, classification: { categories, level }, id, passage, score, title }) =>
    JSON.stringify({ id, title, passage, score, classification: level, categories, attributes }),
  between: ',',
  end: () => '],"complete":true}',
  error: (refusal) => `],"error":${errorText(refusal)}}`,
}

const LINES_TYPE = /(?:^|,)\s*application\/x-ndjson\s*(?:;|,|$)/i

export function rowsSink(received: Received, meter: Meter): ResultSink<ShownColumn, readonly Shown[]> {
  return sinkOf(received, meter, LINES_TYPE.test(received.headers['accept'] ?? '') ? ROWS_LINES : ROWS_JSON)
}

export function hitsSink(received: Received, meter: Meter): ResultSink<never, ShownHit> {
  return sinkOf(received, meter, HITS_JSON)
}

/** A result that is there at once leaves in one piece; a longer one as it comes. */
function sinkOf<Column, Row>(received: Received, meter: Meter, form: Form<Column, Row>): ResultSink<Column, Row> {
  const { caller } = received
  let head: ResultHead<Column> | undefined
  let held = ''
  let isSent = false
  let isFirst = true
  const sendHead = (length: number | undefined): void => {
    isSent = true
    caller.head(200, [...linesOf(received, head), 'content-type', form.type], length)
  }
  const flush = (): boolean => {
    const bytes = Buffer.from(held)
    held = ''
    meter.responseSent(bytes)
    return caller.write(bytes)
  }
  return {
    begin(given) {
      head = given
      held = form.head(given)
    },
    rows(rows) {
      // What is the first page may be all there is: `end` comes at once then.
      if (!isFirst && !isSent) sendHead(undefined)
      for (const row of rows) {
        held += (isFirst ? '' : form.between) + form.row(row, head?.columns ?? [])
        isFirst = false
      }
      if (!isSent || flush()) return undefined
      return new Promise((resolve) => {
        caller.whenDrained(resolve)
        caller.whenLeft(resolve)
      })
    },
    end(isTruncated) {
      held += form.end(isTruncated)
      const bytes = Buffer.from(held)
      meter.responseSent(bytes)
      if (!isSent) sendHead(bytes.length)
      caller.end(bytes)
    },
    refuse(refusal, receipt) {
      if (isSent) {
        // A part of a result that looks like all of it would be worse than none: it says why it ends, and lacks the end's mark.
        const bytes = Buffer.from(held + form.error(refusal))
        meter.responseSent(bytes)
        caller.end(bytes)
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

const LINE_BREAKS = /[\r\n]+/g

/** Numbers, booleans and JSON stand as the database writes them. */
function rowText(row: readonly Shown[], columns: readonly ShownColumn[]): string {
  let text = '['
  for (let at = 0; at < row.length; at += 1) {
    const cell = row[at] ?? null
    if (at > 0) text += ','
    if (cell === null) text += 'null'
    // Of most texts nothing is escaped, and looking costs less than asking for it.
    else if (columns[at]?.cells === 'text') text += PLAIN.test(cell) ? `"${cell}"` : JSON.stringify(cell)
    // Between its parts JSON may have line breaks, and a reader of lines would take what follows for one of ours.
    else text += columns[at]?.cells === 'json' ? cell.replace(LINE_BREAKS, ' ') : cell
  }
  return `${text}]`
}

/** What stands in a string of JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

function errorText({ code, message }: Refusal): string {
  return JSON.stringify({ code, message })
}
