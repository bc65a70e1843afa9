import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import type { Dialect } from '../../spec/dialect.js'
import { chatCompletions } from './chat/endpoint.js'
import { completions } from './completions/endpoint.js'
import { embeddings } from './embeddings/endpoint.js'
import { moderations } from './moderations/endpoint.js'
import { responses } from './responses/endpoint.js'
import { modelList, wireRefusal } from './wire.js'

// A header is text like any other, and no detector reads it: so only values that can say nothing pass, either way.
const REQUEST_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  [
    'accept',
    /^(?:application\/json|text\/event-stream|\*\/\*)(?:, ?(?:application\/json|text\/event-stream|\*\/\*))*$/,
  ],
  ['content-type', /^application\/json(?:;\s*charset=utf-8)?$/i],
  ['idempotency-key', /^[\x21-\x7e]{1,256}$/],
  ['openai-beta', /^[a-z_-]{1,40}=v\d{1,2}(?:, ?[a-z_-]{1,40}=v\d{1,2})*$/],
])
const RESPONSE_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['content-type', /^(?:application\/json|text\/event-stream)(?:;\s*charset=utf-8)?$/i],
  ['openai-processing-ms', /^\d{1,9}$/],
  ['openai-version', /^\d{4}-\d{2}-\d{2}$/],
  ['retry-after', /^(?:\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/],
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
