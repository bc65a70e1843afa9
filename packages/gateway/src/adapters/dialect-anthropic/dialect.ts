import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import { createLens, type LensFormat } from '../../lens/lens.js'
import type { Dialect, Endpoint } from '../../spec/dialect.js'
import { messagesFacts } from './facts.js'
import { ANSWER, COUNT, REQUEST } from './formats.js'
import { MESSAGE_STREAM } from './stream.js'
import { messagesSystem } from './system.js'
import { usageOf } from './usage.js'
import { wireRefusal } from './wire.js'

/** Words, and the day on which it began: `context-1m-2025-08-07`. */
const BETA_NAME = '\\d{0,4}[a-z]{1,16}\\d{0,4}(?:-\\d{0,4}[a-z]{1,16}\\d{0,4}){0,7}-20\\d{2}-?\\d{2}-?\\d{2}'
// A header is text like any other, and no detector reads it: so only values that can say nothing pass, either way.
const REQUEST_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  [
    'accept',
    /^(?:application\/json|text\/event-stream|\*\/\*)(?:, ?(?:application\/json|text\/event-stream|\*\/\*))*$/,
  ],
  ['anthropic-beta', new RegExp(`^${BETA_NAME}(?:, ?${BETA_NAME}){0,31}$`)],
  ['anthropic-version', /^\d{4}-\d{2}-\d{2}$/],
  ['content-type', /^application\/json(?:;\s*charset=utf-8)?$/i],
  ['idempotency-key', /^[\x21-\x7e]{1,256}$/],
])
const RESPONSE_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['content-type', /^(?:application\/json|text\/event-stream)(?:;\s*charset=utf-8)?$/i],
  ['retry-after', /^(?:\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/],
  ['x-should-retry', /^(?:true|false)$/],
])
/** What its SDKs ask for with their beta features; nothing else of a query goes on. */
const BETA = 'beta=true'

/**
 * Anthropic messages through a lens: whole, streamed, and counted.
 *
 * Sees every string that is not listed as opaque (`formats.ts`, `blocks.ts`), and names of members that the format does not
 * have. Does not see text in numbers, in pictures, PDFs or what the provider keeps (these are named as uninspectable), or encoded
 * a second time within a text.
 *
 * @param limits of a request's body
 */
export function createAnthropicDialect(limits: JsonLimits = JSON_LIMITS): Dialect {
  return {
    name: 'anthropic',
    prefix: '/anthropic/',
    endpoints: [
      endpoint('/v1/messages', { ...MESSAGES, answer: ANSWER, usage: usageOf, stream: MESSAGE_STREAM }, limits),
      {
        ...endpoint(
          '/v1/messages/count_tokens',
          { ...MESSAGES, answer: COUNT, usage: () => undefined, stream: undefined },
          limits,
        ),
        isFree: true,
      },
    ],
    requestHeaders: REQUEST_HEADERS,
    // Never `anthropic-ratelimit-*` or `anthropic-organization-id`: those are our account's.
    responseHeaders: RESPONSE_HEADERS,
    idHeaders: ['x-request-id', 'request-id'],
    credential: (secret) => ['x-api-key', secret],
    refusal: wireRefusal,
    modelList: undefined,
  }
}

const MESSAGES = {
  request: REQUEST,
  facts: messagesFacts,
  // All that the format itself names: the rest are the caller's own names, in tools' inputs and schemas.
  strict: ({ shapes }, index) => shapes.of[index]?.open === false,
  namesModel: true,
  system: messagesSystem,
} as const satisfies Partial<LensFormat>

function endpoint(path: string, format: LensFormat, limits: JsonLimits): Endpoint {
  return {
    method: 'POST',
    path: `/anthropic${path}`,
    action: 'invoke',
    lens: createLens(format, limits),
    upstreamPath: (_, query) => (query === BETA ? `${path}?${BETA}` : path),
  }
}
