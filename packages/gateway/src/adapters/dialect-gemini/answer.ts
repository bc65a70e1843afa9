import type { JsonObject } from '../../json/located.js'
import { BLOB, ENUM, FREE, ID, LABEL, PLAIN, TEXT } from '../../lens/fields.js'
import { isObject, wholeNumber } from '../../lens/path.js'
import { type Field, field, listOf, type Shape, shape } from '../../lens/shape.js'
import type { Usage } from '../../spec/dialect.js'
import { contentBy } from './parts.js'
import { fieldOf, message } from './proto.js'

const RATINGS: Field = field(
  'text',
  listOf(
    message({
      category: ENUM,
      probability: ENUM,
      severity: ENUM,
      blocked: PLAIN,
      probabilityScore: PLAIN,
      severityScore: PLAIN,
      overwrittenThreshold: ENUM,
    }),
  ),
)
const CITATION = message({
  startIndex: PLAIN,
  endIndex: PLAIN,
  uri: LABEL,
  title: LABEL,
  license: LABEL,
  publicationDate: FREE,
})
const CITATIONS: Field = field('text', listOf(CITATION))

/** The answer's words once more, each with the part of it that it stands in. */
const SEGMENT = message({ partIndex: PLAIN, startIndex: PLAIN, endIndex: PLAIN, text: LABEL })
const SUPPORT = message({
  segment: field('text', SEGMENT),
  groundingChunkIndices: PLAIN,
  confidenceScores: PLAIN,
  renderedParts: PLAIN,
})
const WORDS: Field = field('text', listOf(undefined, 'label'))
const GROUNDING = message({
  groundingChunks: FREE,
  groundingSupports: field('text', listOf(SUPPORT)),
  webSearchQueries: WORDS,
  imageSearchQueries: WORDS,
  retrievalQueries: WORDS,
  // The queries once more, in base64.
  searchEntryPoint: field('text', message({ renderedContent: LABEL, sdkBlob: field('blob', undefined, '""') })),
  retrievalMetadata: FREE,
  googleMapsWidgetContextToken: BLOB,
  sourceFlaggingUris: FREE,
})
const READ_PAGE = message({ retrievedUrl: LABEL, urlRetrievalStatus: ENUM })

export const CANDIDATE: Shape = message({
  index: PLAIN,
  content: field('text', contentBy('assistant')),
  finishReason: ENUM,
  finishMessage: LABEL,
  tokenCount: PLAIN,
  avgLogprobs: PLAIN,
  // The answer's text once more, token by token.
  logprobsResult: field('text', shape({}, { open: true }), 'null'),
  safetyRatings: RATINGS,
  citationMetadata: field('text', message({ citations: CITATIONS, citationSources: CITATIONS })),
  groundingMetadata: field('text', GROUNDING),
  groundingAttributions: FREE,
  urlContextMetadata: field('text', message({ urlMetadata: field('text', listOf(READ_PAGE)) })),
  continuationToken: BLOB,
})

const COUNTS: Field = field('text', listOf(message({ modality: ENUM, tokenCount: PLAIN })))
const USAGE = message({
  promptTokenCount: PLAIN,
  candidatesTokenCount: PLAIN,
  thoughtsTokenCount: PLAIN,
  toolUsePromptTokenCount: PLAIN,
  cachedContentTokenCount: PLAIN,
  totalTokenCount: PLAIN,
  promptTokensDetails: COUNTS,
  candidatesTokensDetails: COUNTS,
  cacheTokensDetails: COUNTS,
  toolUsePromptTokensDetails: COUNTS,
  trafficType: ENUM,
  serviceTier: ENUM,
})
const DETAIL = shape({ '@type': ID, reason: ENUM, domain: ID }, { rest: FREE, open: true })
const ERROR = message({ code: PLAIN, status: ENUM, message: TEXT, details: field('text', listOf(DETAIL)) })

const ANSWER_FIELDS = {
  candidates: field('text', listOf(CANDIDATE)),
  promptFeedback: field('text', message({ blockReason: ENUM, blockReasonMessage: LABEL, safetyRatings: RATINGS })),
  usageMetadata: field('text', USAGE),
  modelVersion: ID,
  modelStatus: FREE,
  responseId: ID,
  createTime: ID,
  error: field('text', ERROR),
} as const

/** A whole answer, an event of a stream, and the body of an error. */
export const ANSWER: Shape = message(ANSWER_FIELDS)

/** Answer of `:countTokens`. */
export const COUNTED: Shape = message({
  totalTokens: PLAIN,
  totalBillableCharacters: PLAIN,
  cachedContentTokenCount: PLAIN,
  promptTokensDetails: COUNTS,
  cacheTokensDetails: COUNTS,
  error: field('text', ERROR),
})

const EMBEDDING = message({ values: PLAIN, shape: PLAIN, statistics: FREE })

/** Answer of `:embedContent` and `:batchEmbedContents`. */
export const EMBEDDED: Shape = message({
  embedding: field('text', EMBEDDING),
  embeddings: field('text', listOf(EMBEDDING)),
  usageMetadata: field('text', USAGE),
  metadata: FREE,
  error: field('text', ERROR),
})

/** Tokens that an answer, or all up to an event of a stream, used. */
export interface Counts {
  prompt: number
  /** What tools of the provider's brought into the prompt. */
  tools: number
  answered: number
  thought: number
}

export function countsOf(root: JsonObject): Counts | undefined {
  const usage = fieldOf(root, 'usageMetadata')
  if (!isObject(usage)) return undefined
  const count = (name: string): number => wholeNumber(fieldOf(usage, name)) ?? 0
  return {
    prompt: count('promptTokenCount'),
    tools: count('toolUsePromptTokenCount'),
    answered: count('candidatesTokenCount'),
    thought: count('thoughtsTokenCount'),
  }
}

export function usageFrom(counts: Counts | undefined): Usage | undefined {
  if (counts === undefined) return undefined
  return { inputTokens: counts.prompt + counts.tools, outputTokens: counts.answered + counts.thought }
}

export function usageOf(root: JsonObject): Usage | undefined {
  return usageFrom(countsOf(root))
}
