import { ENUM, FREE, ID, PLAIN, TEXT } from '../../lens/fields.js'
import { type Field, field, listOf, type Shape } from '../../lens/shape.js'
import { CONTENT, contentBy } from './parts.js'
import { message, repeated } from './proto.js'
import { DESCRIBED, TOOL_CONFIG, TOOLS } from './tools.js'

const GENERATION = message({
  candidateCount: PLAIN,
  stopSequences: field('text', listOf(undefined)),
  maxOutputTokens: PLAIN,
  temperature: PLAIN,
  topP: PLAIN,
  topK: PLAIN,
  seed: PLAIN,
  presencePenalty: PLAIN,
  frequencyPenalty: PLAIN,
  responseLogprobs: PLAIN,
  logprobs: PLAIN,
  responseMimeType: ID,
  responseSchema: DESCRIBED,
  responseJsonSchema: DESCRIBED,
  _responseJsonSchema: DESCRIBED,
  responseFormat: DESCRIBED,
  responseModalities: field('enum', listOf(undefined, 'enum')),
  mediaResolution: ENUM,
  audioTimestamp: PLAIN,
  enableEnhancedCivicAnswers: PLAIN,
  enableAffectiveDialog: PLAIN,
  thinkingConfig: field('text', message({ includeThoughts: PLAIN, thinkingBudget: PLAIN, thinkingLevel: ENUM })),
  imageConfig: field('text', message({ aspectRatio: ID, imageSize: ID, personGeneration: ENUM, outputMimeType: ID })),
  speechConfig: FREE,
  audioTranscriptionConfig: FREE,
  translationConfig: FREE,
  routingConfig: FREE,
  modelSelectionConfig: FREE,
})

const SAFETY = message({ category: ENUM, threshold: ENUM, method: ENUM })

/** What the provider kept from another time: the model reads it, and nobody here sees it. */
const KEPT: Field = field('reference')

const GENERATE_FIELDS = {
  // Beside the path, which counts: the two must agree.
  model: field('checked'),
  contents: field('text', repeated(CONTENT)),
  systemInstruction: field('text', contentBy('system')),
  tools: TOOLS,
  toolConfig: TOOL_CONFIG,
  safetySettings: field('text', repeated(SAFETY)),
  generationConfig: field('text', GENERATION),
  cachedContent: KEPT,
  continuationToken: KEPT,
  labels: FREE,
  serviceTier: ENUM,
  store: PLAIN,
  modelArmorConfig: field('text', message({ promptTemplateName: TEXT, responseTemplateName: TEXT })),
  generationOutputConfig: FREE,
} as const

/** Body of `:generateContent` and `:streamGenerateContent`. */
export const GENERATE: Shape = message(GENERATE_FIELDS)

/** Body of `:countTokens`: contents, or all of a request that might be made. */
export const COUNT: Shape = message({ ...GENERATE_FIELDS, generateContentRequest: field('text', GENERATE) })

const EMBED_FIELDS = {
  model: field('checked'),
  content: field('text', CONTENT),
  taskType: ENUM,
  title: TEXT,
  outputDimensionality: PLAIN,
  autoTruncate: PLAIN,
  embedContentConfig: FREE,
} as const

/** Body of `:embedContent`. */
export const EMBED: Shape = message(EMBED_FIELDS)

/** Body of `:batchEmbedContents`. */
export const EMBED_BATCH: Shape = message({ requests: field('text', repeated(EMBED)) })
