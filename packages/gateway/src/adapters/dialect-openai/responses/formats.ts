import { ENUM, FREE, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import { PART_SENT } from './content.js'
import { ITEM_SAID, ITEM_SENT } from './items.js'
import { TEXT_CONFIG, TOOL_CHOICE, TOOLS } from './tools.js'

const REFERENCE = field('reference')
const PROMPT = shape({
  id: REFERENCE,
  version: ID,
  variables: field('text', shape({}, { rest: field('text', PART_SENT), role: 'user', open: true })),
})

/** In a request, and said again in the answer to it. */
const SHARED: Readonly<Record<string, Field>> = {
  background: PLAIN,
  context_management: field('text', listOf(shape({ type: ENUM, compact_threshold: PLAIN }))),
  max_output_tokens: PLAIN,
  max_tool_calls: PLAIN,
  metadata: TEXT,
  parallel_tool_calls: PLAIN,
  // Named an id, but what callers put there is often a person's address.
  user: TEXT,
  safety_identifier: TEXT,
  prompt_cache_key: TEXT,
  prompt_cache_options: field('text', shape({ mode: ENUM, ttl: ID })),
  prompt_cache_retention: ID,
  reasoning: field('text', shape({ effort: ENUM, summary: ENUM, generate_summary: ENUM, mode: ENUM })),
  service_tier: ENUM,
  store: PLAIN,
  temperature: PLAIN,
  text: TEXT_CONFIG,
  tool_choice: TOOL_CHOICE,
  tools: TOOLS,
  top_logprobs: PLAIN,
  top_p: PLAIN,
  truncation: ENUM,
  prompt: field('text', PROMPT),
  conversation: field('reference', shape({ id: REFERENCE })),
  previous_response_id: REFERENCE,
}

/** Body of `POST /v1/responses`. */
export const REQUEST: Shape = shape({
  ...SHARED,
  model: field('checked'),
  input: spokenBy('user', field('text', listOf(ITEM_SENT))),
  instructions: spokenBy('system', field('text', listOf(ITEM_SENT))),
  include: field('text', listOf(undefined, 'enum')),
  moderation: field('text', shape({ model: ID, policy: FREE })),
  stream: PLAIN,
  stream_options: field('text', shape({ include_obfuscation: PLAIN })),
})

const USAGE = shape({
  input_tokens: PLAIN,
  output_tokens: PLAIN,
  total_tokens: PLAIN,
  input_tokens_details: field('text', shape({ cached_tokens: PLAIN, cache_write_tokens: PLAIN })),
  output_tokens_details: field('text', shape({ reasoning_tokens: PLAIN })),
})
export const ERROR: Field = field('text', shape({ message: TEXT, type: ENUM, code: ENUM, param: TEXT }))

/** A whole answer, and the body of an error. */
export const ANSWER: Shape = shape(
  {
    ...SHARED,
    id: ID,
    object: ENUM,
    created_at: PLAIN,
    completed_at: PLAIN,
    status: ENUM,
    model: ID,
    error: ERROR,
    incomplete_details: field('text', shape({ reason: ENUM })),
    instructions: spokenBy('system', field('text', listOf(ITEM_SAID))),
    output: field('text', listOf(ITEM_SAID)),
    output_text: spokenBy('assistant', TEXT),
    moderation: FREE,
    usage: field('text', USAGE),
    billing: field('text', shape({ payer: ENUM })),
    frequency_penalty: PLAIN,
    presence_penalty: PLAIN,
  },
  { role: 'assistant' },
)
