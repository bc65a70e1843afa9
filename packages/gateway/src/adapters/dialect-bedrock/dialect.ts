import { JSON_LIMITS, type JsonLimits } from '../../json/located.js'
import { JSON_SENT, RETRY_AFTER } from '../../lens/headers.js'
import { createLens } from '../../lens/lens.js'
import type { Dialect, Endpoint } from '../../spec/dialect.js'
import { converseFacts } from './converse/facts.js'
import { ANSWER, REQUEST } from './converse/formats.js'
import { CONVERSE_STREAM } from './converse/stream.js'
import { converseSystem } from './converse/system.js'
import { credentialOf } from './credential/credential.js'
import { confidentialIn } from './credential/keys.js'
import { usageOf } from './usage.js'
import { wireRefusal } from './wire.js'

const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream'

const REQUEST_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['accept', /^(?:application\/(?:json|vnd\.amazon\.eventstream)|\*\/\*)$/],
  JSON_SENT,
])
const RESPONSE_HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['content-type', /^application\/(?:json|vnd\.amazon\.eventstream)(?:;\s*charset=utf-8)?$/i],
  RETRY_AFTER,
  // With it SDKs know the class of an error; some services put an address behind a colon.
  ['x-amzn-errortype', /^[A-Za-z]{1,64}(?::https?:\/\/[a-z0-9.-]{1,64}\/[\w./-]{0,64})?$/],
])

/** Where AWS says that it does not know us; that we may not do a thing is another matter, and it is 403 too. */
const NO_KEY = /^(?:UnrecognizedClient|InvalidSignature|ExpiredToken|InvalidClientTokenId|MissingAuthenticationToken)/

/**
 * Amazon Bedrock's Converse, whole and as a stream of events, through a lens. Only Converse: it says what a text is for every
 * model, where `invoke` is each model's own format.
 *
 * Sees every string that is not listed as opaque (`converse/`), and names of members that the format does not have. Does not see
 * text in numbers, in pictures, sound or video, nor what lies in S3 (these are named as uninspectable), nor prompts that the
 * provider keeps.
 *
 * @param limits of a request's body
 */
export function createBedrockDialect(limits: JsonLimits = JSON_LIMITS): Dialect {
  return {
    name: 'bedrock',
    prefix: '/bedrock/',
    endpoints: [converse('converse', limits), converse('converse-stream', limits)],
    requestHeaders: REQUEST_HEADERS,
    responseHeaders: RESPONSE_HEADERS,
    // SDKs show the latter as the request's id.
    idHeaders: ['x-request-id', 'x-amzn-requestid'],
    credential: credentialOf,
    confidential: confidentialIn,
    refusesKey: (status, headers) => status === 403 && NO_KEY.test(headers.get('x-amzn-errortype') ?? ''),
    refusal: wireRefusal,
    modelList: undefined,
  }
}

function converse(operation: 'converse' | 'converse-stream', limits: JsonLimits): Endpoint {
  const streams = operation === 'converse-stream'
  const lens = createLens(
    {
      request: REQUEST,
      facts: converseFacts(streams),
      // What is open holds names of the caller's own.
      strict: ({ shapes }, index) => shapes.of[index]?.open === false,
      namesModel: false,
      system: converseSystem,
      // A block is told by its one member: this one holds reasoning and nothing else.
      leftOut: ({ key, parent }) => (key === 'reasoningText' ? parent?.parent : undefined),
      answer: ANSWER,
      usage: usageOf,
      stream: streams ? CONVERSE_STREAM : undefined,
      streamType: EVENT_STREAM_TYPE,
    },
    limits,
  )
  return {
    method: 'POST',
    path: `/bedrock/model/{model}/${operation}`,
    action: 'invoke',
    lens,
    upstreamPath: (model) => `/model/${encodeURIComponent(model)}/${operation}`,
  }
}
