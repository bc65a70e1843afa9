import { type JsonLimits, type JsonObject, readLocated } from '../../../json/located.js'
import { spliced } from '../../../lens/edits.js'
import { enclosedAnswer, enclosedRequest } from '../../../lens/enclosed.js'
import { ENUM, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { createLens, LASTING, wrong } from '../../../lens/lens.js'
import { pageIn, rootOf, writePage } from '../../../lens/page.js'
import { isObject } from '../../../lens/path.js'
import { field, listOf, type Shape, shape } from '../../../lens/shape.js'
import type { AnswerView, Endpoint, Lens } from '../../../spec/dialect.js'
import { proceed, type Refusal, refuse, type Step } from '../../../spec/refusal.js'
import type { JobAsked, KeptSaid, TransferAct, TransferRoute, Transfers } from '../../../spec/transfer.js'

const ID_SPELT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/
const BETA: ReadonlyMap<string, RegExp> = new Map([['beta', /^true$/]])
const PAGING: ReadonlyMap<string, RegExp> = new Map([...BETA, ['after_id', ID_SPELT], ['limit', /^[1-9]\d{0,3}$/]])
const PATH = '/v1/messages/batches'
const MESSAGES = '/anthropic/v1/messages'

const FAULT = field('text', shape({ type: ENUM, message: TEXT }))
const BATCH = shape({
  id: ID,
  type: ENUM,
  processing_status: ENUM,
  request_counts: field('text', shape({}, { rest: PLAIN })),
  results_url: field('id'),
  created_at: ID,
  ended_at: ID,
  expires_at: ID,
  archived_at: ID,
  cancel_initiated_at: ID,
  error: FAULT,
  request_id: ID,
})
const PAGE = shape({
  data: field('text', listOf(BATCH)),
  has_more: PLAIN,
  first_id: ID,
  last_id: ID,
  type: ENUM,
  error: FAULT,
  request_id: ID,
})
const AROUND_REQUEST = shape({ custom_id: TEXT, params: TEXT })
const AROUND_ANSWER = shape({
  custom_id: TEXT,
  result: field('text', shape({ type: ENUM, message: TEXT, error: TEXT })),
})

/**
 * Message batches: what they ask stands in the request itself, and what came of it in one file of lines.
 *
 * @param endpoints of the dialect
 * @param publicUrl where callers find us: the provider tells them an address of its own
 */
export function anthropicTransfers(endpoints: readonly Endpoint[], limits: JsonLimits, publicUrl: string): Transfers {
  const messages = endpoints.find(({ path }) => path === MESSAGES)
  if (messages === undefined) throw new TypeError('a dialect without messages')
  const route = (act: TransferAct, [method = '', path = '']: readonly string[], query = BETA): TransferRoute => ({
    ...{ method, kept: 'batch', act, query },
    path: `/anthropic${path}`,
    upstreamPath: path,
    lens: lensOf(act === 'list' ? PAGE : BATCH, limits),
  })
  return {
    routes: [
      route('create', ['POST', PATH]),
      route('list', ['GET', PATH], PAGING),
      route('read', ['GET', `${PATH}/{id}`]),
      route('cancel', ['POST', `${PATH}/{id}/cancel`]),
      route('delete', ['DELETE', `${PATH}/{id}`]),
      route('content', ['GET', `${PATH}/{id}/results`]),
    ],
    id: ID_SPELT,
    purposes: new Map(),
    after: 'after_id',
    readJob: (_, body) => readBatch(body, messages, limits),
    keptIn: (answer) => saidOf(rootOf(answer)),
    pageIn: (answer) => pageIn(answer, saidOf),
    writePage: (items, hasMore) => writePage(items, hasMore, ''),
    placed: (answer) => placed(answer, publicUrl),
    readResult: (line) => readResult(line, messages),
  }
}

function lensOf(answer: Shape, limits: JsonLimits): Lens {
  return createLens(
    {
      request: shape({ requests: TEXT }),
      facts: () => LASTING,
      namesModel: false,
      answer,
      usage: () => undefined,
      stream: undefined,
    },
    limits,
  )
}

/** `{requests: [{custom_id, params}]}`, where each `params` is the body of a message's request. */
function readBatch(body: Buffer, messages: Endpoint, limits: JsonLimits): Step<JobAsked> {
  const located = readLocated(body)
  if (located.kind === 'fault') return noJson(located.code, located.why)
  const { containers, text, value } = located
  if (!isObject(value)) return wrong('the request body', 'an object')
  const [other] = Object.keys(value).filter((name) => name !== 'requests')
  if (other !== undefined) return refuse('invalid_request', 'an unknown member', { param: 'requests' })
  const list = containers.find(({ parent, key }) => parent?.index === 0 && key === 'requests')
  if (list === undefined || !Array.isArray(list.value) || list.value.length === 0)
    return wrong('requests', 'an array that is not empty')
  const items = containers.filter(({ parent }) => parent === list)
  if (items.length !== list.value.length) return wrong('requests', 'an array of objects')
  const lines: { bytes: Buffer; endpoint: Endpoint }[] = []
  for (const { end, start } of items) {
    const bytes = Buffer.from(text.slice(start, end))
    const endpoint = lineOf(bytes, messages, limits)
    if (endpoint.kind === 'refuse') return endpoint
    lines.push({ bytes, endpoint: endpoint.value })
  }
  const view = lensOf(BATCH, limits).read(NOTHING_ELSE, { model: undefined, query: '' })
  if (view.kind === 'refuse') return view
  return proceed({
    ...{ view: view.value, files: [], model: undefined, endpoint: undefined },
    asks: {
      lines,
      write(bodies) {
        const splices = items.flatMap(({ end, start }, at) => {
          const now = bodies[at]
          return now === undefined || now === lines[at]?.bytes ? [] : [{ start, end, json: now.toString('utf8') }]
        })
        return splices.length === 0 ? body : spliced(text, splices)
      },
    },
  })
}

/** Beside what it asks a batch says nothing. */
const NOTHING_ELSE = Buffer.from('{}')

function lineOf(bytes: Buffer, messages: Endpoint, limits: JsonLimits): Step<Endpoint> {
  const located = readLocated(bytes, limits)
  if (located.kind === 'fault') return noJson(located.code, located.why)
  const { containers, value } = located
  if (!isObject(value)) return wrong('requests', 'an array of objects')
  const { custom_id: customId } = value
  if (typeof customId !== 'string' || customId === '') return wrong('custom_id', 'a string')
  const inner = containers.find(({ parent, key }) => parent?.index === 0 && key === 'params')
  if (inner === undefined || Array.isArray(inner.value)) return wrong('params', 'an object')
  // Some servers read names without regard to case: to them such a line would ask for something else.
  const names = Object.keys(value)
  const lookalike = names.find((name) => !KNOWN.has(name) && KNOWN.has(name.toUpperCase().toLowerCase()))
  if (lookalike !== undefined) return wrong(lookalike, 'no other spelling of a known member')
  const { lens } = messages
  const read: Lens['read'] = (document) => enclosedRequest({ located, around: AROUND_REQUEST, inner, lens }, document)
  return proceed({ ...messages, lens: { ...lens, read } })
}

const KNOWN: ReadonlySet<string> = new Set(['custom_id', 'params'])

function saidOf(root: JsonObject | undefined): KeptSaid | undefined {
  const id = root?.['id']
  return typeof id === 'string' && ID_SPELT.test(id) ? { id, made: [] } : undefined
}

/** A line of what a batch gave: `{custom_id, result: {type, message}}`, or why there is no message. */
function readResult(line: Buffer, { lens }: Endpoint): Step<AnswerView> {
  const located = readLocated(line)
  if (located.kind === 'fault') return refuse('upstream_failed', `a line is refused as JSON: ${located.code}`)
  const result = located.containers.find(({ parent, key }) => parent?.index === 0 && key === 'result')
  const inner = located.containers.find(
    ({ parent, key }) => parent !== undefined && parent === result && key === 'message',
  )
  if (inner === undefined || Array.isArray(inner.value)) return lensOf(AROUND_ANSWER, NO_LIMITS).readAnswer(line)
  return enclosedAnswer({ located, around: AROUND_ANSWER, inner, lens }, line)
}

const NO_LIMITS: JsonLimits = { depthMax: 64, placesMax: 1 << 20 }

/** Clients go where a batch says that its results are, and would go past us. */
function placed(answer: Buffer, publicUrl: string): Buffer {
  const located = readLocated(answer)
  if (located.kind === 'fault') return answer
  const splices = located.strings.flatMap(({ end, inside, isName, key, start }) => {
    const id = inside === undefined || Array.isArray(inside.value) ? undefined : inside.value['id']
    if (isName || key !== 'results_url' || typeof id !== 'string' || !ID_SPELT.test(id)) return []
    return [{ start, end, json: JSON.stringify(`${publicUrl}/anthropic${PATH}/${id}/results`) }]
  })
  return splices.length === 0 ? answer : spliced(located.text, splices)
}

function noJson(code: string, why: string): Refusal {
  return refuse('invalid_request', `refused as JSON: ${code}`, {
    message: `The request body is not acceptable JSON: ${why}.`,
  })
}
