import { BLOB, ENUM, ID, LABEL, PLAIN, SEAL, TEXT } from '../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../lens/shape.js'
import { BLOCK, CITATION, CONTENT } from './blocks.js'
import { CACHE, KEPT, LABELS, list } from './fields.js'
import { MCP_SERVER, OUTPUT_FORMAT, TOOL, TOOL_CHOICE } from './tools.js'

const FORMAT = field('text', OUTPUT_FORMAT)
const BUDGET = shape({ type: ENUM, total: PLAIN, remaining: PLAIN })
const OUTPUT_CONFIG = field('text', shape({ effort: ENUM, format: FORMAT, task_budget: field('text', BUDGET) }))
const MESSAGE = shape({ role: ENUM, content: CONTENT, clear_at: ENUM, output_config: OUTPUT_CONFIG }, { speaks: true })
const THINKING = shape({
  type: ENUM,
  budget_tokens: PLAIN,
  display: ENUM,
  block_binding: field('text', shape({ prefix_mismatch_behavior: ENUM })),
})
const AMOUNT = field('enum', shape({ type: ENUM, value: PLAIN }))
const CONTEXT_EDIT = shape({
  type: ENUM,
  trigger: AMOUNT,
  keep: AMOUNT,
  clear_at_least: AMOUNT,
  clear_tool_inputs: LABELS,
  exclude_tools: LABELS,
  instructions: spokenBy('system', TEXT),
  pause_after_compaction: PLAIN,
})
const SKILL = shape({ skill_id: KEPT, type: ENUM, version: ID })
/** A machine at the provider, with the files that are there. */
const CONTAINER: Field = field('reference', shape({ id: KEPT, expires_at: ID, skills: list(SKILL) }))

/** Body of `POST /v1/messages`, and of `/v1/messages/count_tokens`. */
export const REQUEST: Shape = shape({
  model: field('checked'),
  messages: list(MESSAGE),
  system: spokenBy('system', field('text', { ...listOf(BLOCK), role: 'system' })),
  tools: list(TOOL),
  tool_choice: field('text', TOOL_CHOICE),
  mcp_servers: list(MCP_SERVER),
  // Named an id, but what callers put there is often a person's address.
  metadata: field('text', shape({ user_id: TEXT })),
  stop_sequences: LABELS,
  output_config: OUTPUT_CONFIG,
  output_format: FORMAT,
  thinking: field('text', THINKING),
  context_management: field('text', shape({ edits: list(CONTEXT_EDIT) })),
  compaction: field('text', shape({ type: ENUM, instructions: spokenBy('system', TEXT) })),
  container: CONTAINER,
  thread: field('text', shape({ type: ENUM, previous_message_id: KEPT })),
  diagnostics: field('text', shape({ previous_message_id: ID })),
  cache_control: CACHE,
  service_tier: ENUM,
  inference_geo: ENUM,
  speed: ENUM,
  stream: PLAIN,
  max_tokens: PLAIN,
  temperature: PLAIN,
  top_p: PLAIN,
  top_k: PLAIN,
})

const TOKENS = {
  input_tokens: PLAIN,
  output_tokens: PLAIN,
  cache_creation_input_tokens: PLAIN,
  cache_read_input_tokens: PLAIN,
  cache_creation: field('text', shape({ ephemeral_1h_input_tokens: PLAIN, ephemeral_5m_input_tokens: PLAIN })),
} as const
const USAGE: Field = field(
  'text',
  shape({
    ...TOKENS,
    output_tokens_details: field('text', shape({ thinking_tokens: PLAIN })),
    server_tool_use: field('text', shape({ web_search_requests: PLAIN, web_fetch_requests: PLAIN })),
    iterations: list(shape({ ...TOKENS, type: ENUM, model: ID })),
    service_tier: ENUM,
    inference_geo: ENUM,
    speed: ENUM,
  }),
)
const STOP = {
  stop_reason: ENUM,
  stop_sequence: LABEL,
  stop_details: field(
    'text',
    shape({ type: ENUM, category: ENUM, explanation: LABEL, recommended_model: ID, fallback_credit_token: BLOB }),
  ),
  container: CONTAINER,
} as const
const APPLIED = shape({
  type: ENUM,
  cleared_input_tokens: PLAIN,
  cleared_tool_uses: PLAIN,
  cleared_thinking_turns: PLAIN,
})
const CONTEXT_MANAGEMENT = field('text', shape({ applied_edits: list(APPLIED), original_input_tokens: PLAIN }))
const CACHE_MISS = shape({ type: ENUM, cache_missed_input_tokens: PLAIN })
const ERROR = shape({ type: ENUM, message: LABEL, code: ENUM, details: field('text', shape({ error_code: ENUM })) })
const FAILED = { type: ENUM, error: field('text', ERROR), request_id: ID } as const
const MESSAGE_FIELDS = {
  id: ID,
  type: ENUM,
  role: ENUM,
  model: ID,
  content: CONTENT,
  ...STOP,
  usage: USAGE,
  context_management: CONTEXT_MANAGEMENT,
  diagnostics: field('text', shape({ cache_miss_reason: field('text', CACHE_MISS) })),
  input_transformations: list(shape({ type: ENUM, path: LABEL, reason: ENUM })),
} as const

/** A whole answer, and the body of an error. */
export const ANSWER: Shape = shape({ ...MESSAGE_FIELDS, ...FAILED }, { role: 'assistant' })

/** How many tokens a request has, and the body of an error. */
export const COUNT: Shape = shape({ ...FAILED, input_tokens: PLAIN, context_management: CONTEXT_MANAGEMENT })

/** Of a compaction: the whole of it, which takes the place of what was there. */
const SUMMED = { type: ENUM, content: LABEL, encrypted_content: BLOB, signature: SEAL } as const
/** What one event adds to a block, or to the message. */
const DELTA = shape(
  {
    type: ENUM,
    text: TEXT,
    partial_json: spokenBy('tool-call', field('arguments')),
    thinking: spokenBy('reasoning', TEXT),
    estimated_tokens: PLAIN,
    citation: field('text', CITATION),
    ...STOP,
  },
  {
    byType: new Map([
      ['signature_delta', shape({ type: ENUM, signature: SEAL })],
      ['compaction_delta', shape(SUMMED)],
    ]),
  },
)

/** Data of one event of a stream. */
export const EVENT: Shape = shape(
  {
    ...FAILED,
    index: PLAIN,
    message: field('text', shape(MESSAGE_FIELDS)),
    content_block: field('text', BLOCK),
    delta: field('text', DELTA),
    usage: USAGE,
    context_management: CONTEXT_MANAGEMENT,
  },
  { role: 'assistant' },
)
