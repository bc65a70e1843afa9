import { isJsonObject, type Json, type JsonObject, parseStrictJson } from '../json/strict.js'
import { proceed, refuse, type SqlValue, type Step, type TableQuery } from '../spec/index.js'

/** What a caller asks of tables. */
export interface QueryBody {
  readonly query: TableQuery
  readonly purpose: string | undefined
}

/** What a caller looks for among documents. */
export interface SearchBody {
  readonly text: string
  readonly limit: number | undefined
  readonly purpose: string | undefined
}

const LIMITS = { maxDepth: 3, maxBytes: 1024 * 1024 }
/** Of one statement: the protocol of PostgreSQL counts them in 16 bits. */
const PARAMETERS_MAX = 1000

/** Reads `{"sql", "parameters"?, "purpose"?}`. */
export function readQuery(body: Buffer): Step<QueryBody> {
  const read = objectIn(body, ['sql', 'parameters', 'purpose'])
  if (read.kind === 'refuse') return read
  const { parameters = [], sql } = read.value
  if (typeof sql !== 'string' || sql.trim() === '') return wrong('sql', 'Write a statement in SQL as `sql`.')
  if (!Array.isArray(parameters)) return wrong('parameters', '`parameters` is a list, for $1, $2 and so on.')
  if (parameters.length > PARAMETERS_MAX) return wrong('parameters', `There are at most ${PARAMETERS_MAX} parameters.`)
  const values: SqlValue[] = []
  for (const one of parameters as readonly Json[]) {
    if (typeof one === 'object' && one !== null) {
      return wrong('parameters', 'A parameter is a text, a number, true, false or null.')
    }
    values.push(one)
  }
  const purpose = textIn(read.value, 'purpose')
  return purpose.kind === 'refuse' ? purpose : proceed({ query: { sql, parameters: values }, purpose: purpose.value })
}

/** Reads `{"query", "limit"?, "purpose"?}`. */
export function readSearch(body: Buffer): Step<SearchBody> {
  const read = objectIn(body, ['query', 'limit', 'purpose'])
  if (read.kind === 'refuse') return read
  const { limit, query } = read.value
  if (typeof query !== 'string' || query.trim() === '') return wrong('query', 'Write what to look for as `query`.')
  if (limit !== undefined && !(typeof limit === 'number' && Number.isInteger(limit) && limit >= 1)) {
    return wrong('limit', '`limit` is a whole number from 1.')
  }
  const purpose = textIn(read.value, 'purpose')
  return purpose.kind === 'refuse' ? purpose : proceed({ text: query, limit, purpose: purpose.value })
}

function objectIn(body: Buffer, names: readonly string[]): Step<JsonObject> {
  const read = parseStrictJson(body, LIMITS)
  if (read.kind === 'fault') {
    return refuse('invalid_request', `body: ${read.why}`, {
      message: `The body is no JSON that can be read: ${read.why}.`,
    })
  }
  if (!isJsonObject(read.value))
    return refuse('invalid_request', 'body: no object', { message: 'The body is no JSON object.' })
  const unknown = Object.keys(read.value).some((name) => !names.includes(name))
  if (!unknown) return proceed(read.value)
  return refuse('invalid_request', 'body: an unknown member', {
    message: `The body has an unknown member: there are \`${names.join('`, `')}\`.`,
  })
}

function textIn(object: JsonObject, name: string): Step<string | undefined> {
  const value = object[name]
  if (value === undefined || (typeof value === 'string' && value !== '')) return proceed(value)
  return wrong(name, `\`${name}\` is a text.`)
}

function wrong(param: string, message: string): Step<never> {
  return refuse('invalid_request', `body: ${param}`, { message, param })
}
