import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import { createLens, type LensFormat } from '../../lens/lens.js'
import type { Dialect, Endpoint } from '../../spec/dialect.js'
import { ANSWER, COUNTED, EMBEDDED, usageOf } from './answer.js'
import { countFacts, embedBatchFacts, embedFacts, generateFacts, renamed, streamFacts } from './facts.js'
import { isMessage, unclear } from './proto.js'
import { COUNT, EMBED, EMBED_BATCH, GENERATE } from './request.js'
import { GENERATE_STREAM } from './stream.js'
import { geminiSystem } from './system.js'
import { wireRefusal } from './wire.js'

// A header is text like any other, and no detector reads it: so only values that can say nothing pass, either way.
const REQUEST_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  [
    'accept',
    /^(?:application\/json|text\/event-stream|\*\/\*)(?:, ?(?:application\/json|text\/event-stream|\*\/\*))*$/,
  ],
  ['content-type', /^application\/json(?:;\s*charset=utf-8)?$/i],
  ['x-server-timeout', /^\d{1,6}(?:\.\d{1,6})?$/],
])
const RESPONSE_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['content-type', /^(?:application\/json|text\/event-stream)(?:;\s*charset=utf-8)?$/i],
  ['retry-after', /^(?:\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/],
])

const VERSIONS = ['v1beta', 'v1'] as const
const COMMON = { strict: isMessage, objection: unclear, namesModel: false, renamed } as const

/**
 * Gemini's `generateContent`, its stream, its token counts and embeddings, through a lens.
 *
 * Sees every string that is not listed as opaque (`parts.ts`, `request.ts`, `answer.ts`), and names of members that the format does
 * not have. Does not see text in numbers, in pictures, sound or files (in a prompt these are named as uninspectable; in an answer
 * they pass), in what the provider kept from another time, percent-encoded in addresses, or encoded a second time within a text.
 *
 * @param limits of a request's body
 */
export function createGeminiDialect(limits: JsonLimits = JSON_LIMITS): Dialect {
  return {
    name: 'gemini',
    prefix: '/gemini/',
    endpoints: VERSIONS.flatMap((version) => endpointsOf(version, limits)),
    requestHeaders: REQUEST_HEADERS,
    responseHeaders: RESPONSE_HEADERS,
    idHeaders: ['x-request-id'],
    credential: (secret) => ['x-goog-api-key', secret],
    refusal: wireRefusal,
    modelList: undefined,
  }
}

function endpointsOf(version: string, limits: JsonLimits): readonly Endpoint[] {
  const at = (does: string, action: Endpoint['action'], format: Omit<LensFormat, keyof typeof COMMON>): Endpoint => {
    const [method] = does.split('?')
    return {
      method: 'POST',
      path: `/gemini/${version}/models/{model}:${method}`,
      action,
      lens: createLens({ ...COMMON, ...format }, limits),
      // Nothing of the caller's query: a key in it is not ours to send, and `fields` would hide parts of the answer.
      upstreamPath: (model) => `/${resourceOf(model)}:${does}`,
    }
  }
  const generating = { request: GENERATE, answer: ANSWER, system: geminiSystem, usage: usageOf } as const
  const counting = { request: COUNT, answer: COUNTED, system: geminiSystem, usage: () => undefined } as const
  const embedding = { answer: EMBEDDED, stream: undefined, usage: usageOf } as const
  return [
    at('generateContent', 'invoke', { ...generating, facts: generateFacts, stream: undefined }),
    at('streamGenerateContent?alt=sse', 'invoke', { ...generating, facts: streamFacts, stream: GENERATE_STREAM }),
    { ...at('countTokens', 'invoke', { ...counting, facts: countFacts, stream: undefined }), isFree: true },
    at('embedContent', 'embed', { ...embedding, request: EMBED, facts: embedFacts }),
    at('batchEmbedContents', 'embed', { ...embedding, request: EMBED_BATCH, facts: embedBatchFacts }),
  ]
}

/** A model, or whatever else the operator names by its kind: `tunedModels/NAME`, `endpoints/NUMBER`. */
function resourceOf(upstreamModel: string): string {
  const named = upstreamModel.includes('/') ? upstreamModel : `models/${upstreamModel}`
  return named.split('/').map(encodeURIComponent).join('/')
}
