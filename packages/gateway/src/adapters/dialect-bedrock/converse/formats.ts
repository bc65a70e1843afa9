import { ENUM, FREE, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { SCHEMA } from '../../../lens/json-schema.js'
import { type Field, field, listOf, type Shape, shape } from '../../../lens/shape.js'
import { CACHED, DELTA, MESSAGE, START, SYSTEM } from './blocks.js'

const TOOL = shape(
  {
    toolSpec: field(
      'text',
      shape({ name: TEXT, description: TEXT, inputSchema: field('text', shape({ json: field('text', SCHEMA) })) }),
    ),
    systemTool: field('text', shape({ name: TEXT })),
    cachePoint: CACHED,
  },
  { role: 'tool-definition' },
)
const TOOLS = shape({
  tools: field('text', listOf(TOOL)),
  toolChoice: field('text', shape({ auto: FREE, any: FREE, tool: field('text', shape({ name: TEXT })) })),
})

const JSON_SCHEMA = shape({ schema: field('arguments'), name: TEXT, description: TEXT }, { role: 'tool-definition' })
const OUTPUT = shape({
  textFormat: field(
    'text',
    shape({ type: ENUM, structure: field('text', shape({ jsonSchema: field('text', JSON_SCHEMA) })) }),
  ),
  effort: ENUM,
})

const GUARDRAIL = shape({
  guardrailIdentifier: ID,
  guardrailVersion: ID,
  trace: ENUM,
  streamProcessingMode: ENUM,
})
const PERFORMANCE: Field = field('text', shape({ latency: ENUM }))
const TIER: Field = field('text', shape({ type: ENUM }))
/** By names of the caller's own. */
const VARIABLES: Field = field(
  'text',
  shape({}, { rest: field('text', shape({ text: TEXT })), open: true, role: 'user' }),
)

/** Body of `converse` and `converse-stream`; the path names the model. */
export const REQUEST: Shape = shape({
  messages: field('text', listOf(MESSAGE)),
  system: field('text', listOf(SYSTEM)),
  inferenceConfig: field(
    'text',
    shape({ maxTokens: PLAIN, temperature: PLAIN, topP: PLAIN, stopSequences: field('text', listOf(undefined)) }),
  ),
  toolConfig: field('text', TOOLS),
  guardrailConfig: field('text', GUARDRAIL),
  additionalModelRequestFields: FREE,
  promptVariables: VARIABLES,
  additionalModelResponseFieldPaths: field('id', listOf(undefined, 'id')),
  requestMetadata: FREE,
  performanceConfig: PERFORMANCE,
  serviceTier: TIER,
  outputConfig: field('text', OUTPUT),
})

const USAGE: Field = field(
  'text',
  shape({
    inputTokens: PLAIN,
    outputTokens: PLAIN,
    totalTokens: PLAIN,
    cacheReadInputTokens: PLAIN,
    cacheWriteInputTokens: PLAIN,
    cacheDetails: field('text', listOf(shape({ ttl: ID, inputTokens: PLAIN }))),
  }),
)
/** Beside what the model said. The trace quotes it, and what a guardrail found in it. */
const TOLD = {
  stopReason: ENUM,
  usage: USAGE,
  metrics: field('text', shape({ latencyMs: PLAIN })),
  additionalModelResponseFields: FREE,
  trace: FREE,
  performanceConfig: PERFORMANCE,
  serviceTier: TIER,
} as const
/** Of an error, whole or as an event. */
const FAILED = { message: TEXT, originalMessage: TEXT, originalStatusCode: PLAIN, resourceName: TEXT } as const

/** A whole answer, and the body of an error. */
export const ANSWER: Shape = shape({
  ...TOLD,
  ...FAILED,
  output: field('text', shape({ message: field('text', MESSAGE) })),
  Message: TEXT,
  __type: ID,
})

/** Data of any event of a stream. `p` is padding, new at each event. */
export const EVENT: Shape = shape({
  ...TOLD,
  ...FAILED,
  role: ENUM,
  contentBlockIndex: PLAIN,
  start: START,
  delta: DELTA,
  p: field('padding'),
})
