import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import { ACCEPT, IDEMPOTENCY_KEY, JSON_OR_EVENTS, JSON_SENT, RETRY_AFTER } from '../../lens/headers.js'
import type { Dialect } from '../../spec/dialect.js'
import { chatCompletions } from './chat/endpoint.js'
import { completions } from './completions/endpoint.js'
import { embeddings } from './embeddings/endpoint.js'
import { moderations } from './moderations/endpoint.js'
import { responses } from './responses/endpoint.js'
import { modelList, wireRefusal } from './wire.js'

const REQUEST_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ACCEPT,
  JSON_SENT,
  IDEMPOTENCY_KEY,
  ['openai-beta', /^[a-z_-]{1,40}=v\d{1,2}(?:, ?[a-z_-]{1,40}=v\d{1,2})*$/],
])
const RESPONSE_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  JSON_OR_EVENTS,
  ['openai-processing-ms', /^\d{1,9}$/],
  ['openai-version', /^\d{4}-\d{2}-\d{2}$/],
  RETRY_AFTER,
])

/**
 * OpenAI's chat completions, responses, completions, embeddings and moderations, and whatever else speaks them, through lenses.
 *
 * Sees every string that is not listed as opaque (`formats.ts` of each), and names of members that the format does not have. Does
 * not see text in numbers, in pictures, sound, files that do not say they are text, tokens, or what the provider keeps (these are
 * named as uninspectable), encoded a second time within a text, or what tools that the provider runs read and send.
 *
 * @param limits of a request's body
 */
export function createOpenAiDialect(limits: JsonLimits = JSON_LIMITS): Dialect {
  return {
    name: 'openai',
    prefix: '/v1/',
    endpoints: [
      chatCompletions(limits),
      responses(limits),
      completions(limits),
      embeddings(limits),
      moderations(limits),
    ],
    requestHeaders: REQUEST_HEADERS,
    // Never `x-ratelimit-*` or `openai-organization`: those are our account's.
    responseHeaders: RESPONSE_HEADERS,
    idHeaders: ['x-request-id'],
    credential: (secret) => ['authorization', `Bearer ${secret}`],
    refusal: wireRefusal,
    modelList: { path: '/v1/models', write: modelList },
  }
}
