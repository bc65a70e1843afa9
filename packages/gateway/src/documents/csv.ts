import { proceed, type Step } from '../spec/index.js'
import { fault } from './fault.js'
import type { IngestLimits } from './limits.js'

export interface CsvRecord {
  readonly fields: readonly string[]
  /** Where it begins, from 1. */
  readonly line: number
}

/** Where in a record the reader stands. `closed`: after a quote that ends a field, or is the first of two. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'cr'

const LONE_CR = 'there is a CR that no LF follows'
const STRAY_QUOTE = 'a quote stands in a field that does not begin with one'
const AFTER_QUOTE = 'after the quote that ends a field stands neither a comma nor the end of the line'
/** What other writers put between fields, and what it is called. */
export const OTHER_SEPARATORS: ReadonlyMap<string, string> = new Map([
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
])
const UNENDED = 'a field that begins with a quote does not end'

/**
 * The records of CSV (RFC 4180), the first too. Lines end with CR LF or LF. Strict: what two readers could take differently is
 * refused, such as a quote within a field that has none around it, or a record with another number of fields than the first. One
 * record is held in memory, and no more. A refusal ends it.
 *
 * What a spreadsheet takes for a formula is text like any other.
 */
export async function* csvRecords(
  texts: AsyncIterable<Step<string>>,
  limits: IngestLimits,
): AsyncGenerator<Step<CsvRecord>> {
  const reader = createReader(limits)
  for await (const text of texts) {
    if (text.kind === 'refuse') return yield text
    for (const record of reader.read(text.value)) {
      yield record
      if (record.kind === 'refuse') return
    }
  }
  yield* reader.end()
}

interface Reader {
  read(text: string): Iterable<Step<CsvRecord>>
  end(): Iterable<Step<CsvRecord>>
}

function createReader({ recordCharacters, records, columns }: IngestLimits): Reader {
  let state: State = 'start'
  let field = ''
  let fields: string[] = []
  let characters = 0
  let line = 1
  let beganAt = 1
  let width: number | undefined
  let count = 0

  const endField = (): void => {
    fields.push(field)
    field = ''
    state = 'start'
  }

  const endRecord = (): Step<CsvRecord> => {
    endField()
    const record = { fields, line: beganAt }
    fields = []
    characters = 0
    beganAt = line
    width ??= record.fields.length
    count += 1
    if (record.fields.length !== width)
      return fault(`line ${record.line}`, `it has another number of fields than the first, ${width}`)
    if (count > records) return fault(`line ${record.line}`, `there are more than ${records} records`)
    return proceed(record)
  }

  /** One sign that means something, and what comes before it. @returns a record that ends there, or what is wrong */
  const sign = (code: string): Step<CsvRecord> | undefined => {
    if (code === '\n') line += 1
    if (state === 'cr') return code === '\n' ? endRecord() : fault(`line ${line}`, LONE_CR)
    if (state === 'quoted') {
      if (code === '"') state = 'closed'
      else field += code
      return undefined
    }
    if (code === '\n') return endRecord()
    if (code === '\r') state = 'cr'
    else if (code === ',') endField()
    else if (state === 'plain') return fault(`line ${line}`, STRAY_QUOTE)
    else {
      if (state === 'closed') field += code
      state = 'quoted'
    }
    return undefined
  }

  const plain = (text: string): Step<CsvRecord> | undefined => {
    if (state === 'cr') return fault(`line ${line}`, LONE_CR)
    if (state === 'closed') {
      const other = OTHER_SEPARATORS.get(text.charAt(0))
      const but = other === undefined ? '' : `, but ${other}: fields are separated by commas`
      return fault(`line ${line}`, `${AFTER_QUOTE}${but}`)
    }
    if (state === 'start') state = 'plain'
    field += text
    return undefined
  }

  return {
    *read(text) {
      for (const [piece] of text.matchAll(/[,"\r\n]|[^,"\r\n]+/g)) {
        characters += piece.length
        if (characters > recordCharacters)
          return yield fault(`line ${beganAt}`, `it is longer than ${recordCharacters} characters`)
        if (fields.length >= columns) return yield fault(`line ${beganAt}`, `it has more than ${columns} fields`)
        const isSign = piece.length === 1 && /[,"\r\n]/.test(piece)
        const step = isSign ? sign(piece) : plain(piece)
        if (step === undefined) continue
        yield step
        if (step.kind === 'refuse') return
      }
    },
    *end() {
      if (state === 'quoted') yield fault(`line ${beganAt}`, UNENDED)
      else if (state === 'cr') yield fault(`line ${line}`, LONE_CR)
      else if (characters > 0) yield endRecord()
    },
  }
}
