import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import { createLens } from '../../lens/lens.js'
import type { Dialect, Endpoint } from '../../spec/dialect.js'
import { chatFacts } from './chat/facts.js'
import { ANSWER, CHUNK, REQUEST } from './chat/formats.js'
import { chatSystem } from './chat/system.js'
import { choiceStream } from './choice-stream.js'
import { usageOf } from './usage.js'
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
    prefix: '/v1/',
    endpoints: [chatCompletions(limits)],
    requestHeaders: REQUEST_HEADERS,
    // Never `x-ratelimit-*` or `openai-organization`: those are our account's.
    responseHeaders: RESPONSE_HEADERS,
    idHeaders: ['x-request-id'],
    credential: (secret) => ['authorization', `Bearer ${secret}`],
    refusal: wireRefusal,
    modelList: { path: '/v1/models', write: modelList },
  }
}

function chatCompletions(limits: JsonLimits): Endpoint {
  const lens = createLens(
    {
      request: REQUEST,
      facts: chatFacts,
      strict: ({ located }, index) => {
        const above = located.containers[index]?.parent
        return above?.parent?.index === 0 && above.key === 'messages'
      },
      namesModel: true,
      system: chatSystem,
      usageOption: { member: 'stream_options', name: 'include_usage' },
      answer: ANSWER,
      usage: usageOf,
      stream: choiceStream(CHUNK),
    },
    limits,
  )
  return {
    method: 'POST',
    path: '/v1/chat/completions',
    action: 'invoke',
    lens,
    upstreamPath: () => '/chat/completions',
  }
}
