import { isJsonObject, type JsonObject, parseStrictJson } from '../json/strict.js'
import { proceed, type Step } from '../spec/index.js'
import { fault } from './fault.js'
import type { IngestLimits } from './limits.js'

export interface JsonRecord {
  readonly value: JsonObject
  /** From 1. */
  readonly record: number
}

const DEPTH_MAX = 8
const BYTES_A_CHARACTER = 3

/** Signs between which nothing of a record begins or ends. */
const PIECES = /["\\{}[\],]|[ \t\r\n]+|[^"\\{}[\], \t\r\n]+/g

/**
 * The objects of an array, or those that follow one another, one a line or not. Each is read strictly. One is held in memory,
 * and no more. A refusal ends it.
 */
export async function* jsonRecords(
  texts: AsyncIterable<Step<string>>,
  limits: IngestLimits,
): AsyncGenerator<Step<JsonRecord>> {
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
  read(text: string): Iterable<Step<JsonRecord>>
  end(): Iterable<Step<JsonRecord>>
}

/** Between records: what may come. `first`: an array or an object. */
type Due = 'first' | 'object' | 'object or end' | 'comma or end' | 'nothing'

function createReader({ recordCharacters, records }: IngestLimits): Reader {
  let due: Due = 'first'
  let isArray = false
  let kept = ''
  let depth = 0
  let isText = false
  let isEscaped = false
  let record = 0

  const wrong = (what: string): Step<JsonRecord> => fault(`record ${record}`, what)

  const whole = (): Step<JsonRecord> => {
    const limit = { maxDepth: DEPTH_MAX, maxBytes: recordCharacters * BYTES_A_CHARACTER }
    const read = parseStrictJson(kept, limit)
    kept = ''
    due = isArray ? 'comma or end' : 'object'
    if (read.kind === 'fault') return wrong(`it is no JSON that is read here: ${read.why}`)
    return isJsonObject(read.value) ? proceed({ value: read.value, record }) : wrong('it is no object')
  }

  const within = (piece: string): Step<JsonRecord> | undefined => {
    kept += piece
    if (kept.length > recordCharacters) return wrong(`it is longer than ${recordCharacters} characters`)
    if (isText) {
      if (isEscaped) isEscaped = false
      else if (piece === '\\') isEscaped = true
      else if (piece === '"') isText = false
      return undefined
    }
    if (piece === '"') isText = true
    else if (piece === '{' || piece === '[') depth += 1
    else if (piece === '}' || piece === ']') depth -= 1
    return depth === 0 ? whole() : undefined
  }

  const between = (piece: string): Step<JsonRecord> | undefined => {
    if (/^[ \t\r\n]/.test(piece)) return undefined
    if (piece === '{' && due !== 'comma or end' && due !== 'nothing') {
      record += 1
      if (record > records) return wrong(`there are more than ${records} records`)
      return within(piece)
    }
    if (piece === '[' && due === 'first') {
      isArray = true
      due = 'object or end'
    } else if (piece === ',' && due === 'comma or end') due = 'object'
    else if (piece === ']' && isArray && (due === 'comma or end' || due === 'object or end')) due = 'nothing'
    else return fault(`after record ${record}`, 'something stands there that is no object')
    return undefined
  }

  return {
    *read(text) {
      for (const [piece] of text.matchAll(PIECES)) {
        const step = depth > 0 ? within(piece) : between(piece)
        if (step === undefined) continue
        yield step
        if (step.kind === 'refuse') return
      }
    },
    *end() {
      if (depth > 0) yield wrong('it does not end')
      else if (due === 'first') yield fault('at the end', 'there is neither an array nor an object')
      else if (isArray && due !== 'nothing') yield fault(`after record ${record}`, 'the array does not end')
    },
  }
}
