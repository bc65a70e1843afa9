import { isUtf8 } from 'node:buffer'
import { type JsonLimits, readLocated } from '../../../json/located.js'
import { enclosedAnswer, enclosedRequest } from '../../../lens/enclosed.js'
import { ENUM, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { wrong } from '../../../lens/lens.js'
import { isObject } from '../../../lens/path.js'
import { shape } from '../../../lens/shape.js'
import type { AnswerView, Endpoint, Lens } from '../../../spec/dialect.js'
import { proceed, type Refusal, refuse, type Step } from '../../../spec/refusal.js'
import type { TransferLine } from '../../../spec/transfer.js'
import { ANYTHING } from './anything.js'

const AROUND_REQUEST = shape({ custom_id: TEXT, method: ENUM, url: TEXT, body: TEXT })
const AROUND_ANSWER = shape({ status_code: PLAIN, request_id: ID, body: TEXT })

const NAMES: ReadonlySet<string> = new Set(['custom_id', 'method', 'url', 'body'])

/** A line of a batch: `{custom_id, method, url, body}`, where `url` says which endpoint the body is for. */
export function batchLine(bytes: Buffer, endpoints: readonly Endpoint[], limits: JsonLimits): Step<TransferLine> {
  const located = readLocated(bytes, limits)
  if (located.kind === 'fault') return noJson(located.code, located.why)
  const { value } = located
  if (!isObject(value)) return wrong('the line', 'an object')
  // Some servers read names without regard to case: to them such a line would ask for something else.
  for (const name of Object.keys(value)) {
    if (!NAMES.has(name) && NAMES.has(name.toUpperCase().toLowerCase())) {
      return refuse('invalid_request', 'a member name that differs from a known one in case alone', { param: name })
    }
  }
  const { custom_id: customId, method, url } = value
  if (typeof customId !== 'string' || customId === '') return wrong('custom_id', 'a string')
  if (method !== 'POST') return wrong('method', '`POST`')
  const endpoint = endpoints.find((one) => one.path === url)
  if (endpoint === undefined) {
    return refuse('endpoint_not_governed', 'a line for an endpoint without a lens', {
      param: 'url',
      message: 'This gateway does not govern the endpoint of `url`.',
    })
  }
  const inner = located.containers.find(({ parent, key }) => parent?.index === 0 && key === 'body')
  if (inner === undefined || Array.isArray(inner.value)) return wrong('body', 'an object')
  const { action, isFree = false, lens: seen, method: by, path, upstreamPath } = endpoint
  // One by one: of an object that is spread V8 makes a hidden class at each line.
  const lens: Lens = {
    readAnswer: (answer) => seen.readAnswer(answer),
    streamType: seen.streamType,
    openStream: (parts) => seen.openStream(parts),
    read: (document) => enclosedRequest({ located, around: AROUND_REQUEST, inner, lens: seen }, document),
  }
  return proceed({ kind: 'asks', endpoint: { method: by, path, action, lens, isFree, upstreamPath } })
}

/** A line of what a batch gave: the endpoint's answer within `response.body`, or an error. */
export function resultLine(bytes: Buffer, endpoint: Endpoint | undefined): Step<AnswerView> {
  const located = readLocated(bytes)
  if (located.kind === 'fault') {
    return endpoint === undefined && isUtf8(bytes)
      ? proceed(plainView(bytes))
      : refuse('upstream_failed', `a line is refused as JSON: ${located.code}`)
  }
  const response = located.containers.find(({ parent, key }) => parent?.index === 0 && key === 'response')
  const inner = located.containers.find(
    ({ parent, key }) => parent === response && parent !== undefined && key === 'body',
  )
  if (endpoint === undefined || inner === undefined || Array.isArray(inner.value)) return ANYTHING.readAnswer(bytes)
  const around = shape({
    id: ID,
    custom_id: TEXT,
    response: { ...TEXT, shape: AROUND_ANSWER },
    error: TEXT,
  })
  return enclosedAnswer({ located, around, inner, lens: endpoint.lens }, bytes)
}

/** Of what a job tells in lines of its own, a table say: each is one text. */
function plainView(bytes: Buffer): AnswerView {
  const text = bytes.toString('utf8')
  return {
    parts: [{ role: 'unknown', address: '', text, isName: false, isJson: false }],
    usage: undefined,
    edit: ([edit]) => (edit === undefined ? bytes : Buffer.from(edit.text.replaceAll('\n', ' '))),
  }
}

function noJson(code: string, why: string): Refusal {
  return refuse('invalid_request', `refused as JSON: ${code}`, { message: `It is not acceptable JSON: ${why}.` })
}
