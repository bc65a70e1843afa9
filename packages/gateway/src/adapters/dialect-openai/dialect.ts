import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import type { Dialect } from '../../spec/dialect.js'
import { readAnswer } from './answer.js'
import { GuardedStream } from './guarded.js'
import { readRequest } from './request.js'
import { WatchedStream } from './watched.js'
import { errorEvent, modelList, wireRefusal } from './wire.js'

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
 * OpenAI chat completions, and whatever else speaks them, through a lens.
 *
 * Sees every string that is not listed as opaque (`formats.ts`), and names of members that the format does not have. Does not
 * see text in numbers, in pictures, sound or files (these are named as uninspectable), or encoded a second time within a text.
 *
 * @param limits of a request's body
 */
export function createOpenAiDialect(limits: JsonLimits = JSON_LIMITS): Dialect {
  return {
    name: 'openai',
    endpoints: [{ method: 'POST', path: '/v1/chat/completions', action: 'invoke', upstreamPath: '/chat/completions' }],
    requestHeaders: REQUEST_HEADERS,
    // Never `x-ratelimit-*` or `openai-organization`: those are our account's.
    responseHeaders: RESPONSE_HEADERS,
    credential: (apiKey) => ['authorization', `Bearer ${apiKey}`],
    read: (body) => readRequest(body, limits),
    readAnswer,
    openStream: ({ guard }) => (guard === undefined ? new WatchedStream() : new GuardedStream(guard)),
    refusal: wireRefusal,
    errorEvent,
    modelsPath: '/v1/models',
    models: modelList,
  }
}
