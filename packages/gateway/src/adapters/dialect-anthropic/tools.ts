import { ENUM, FREE, ID, LABEL, PLAIN, TEXT } from '../../lens/fields.js'
import { SCHEMA } from '../../lens/json-schema.js'
import { type Field, field, listOf, type Shape, shape } from '../../lens/shape.js'
import { CACHE, ENABLED, LABELS, list } from './fields.js'

const ENUMS: Field = field('text', listOf(undefined, 'enum'))
const PLACE = shape({ type: ENUM, country: TEXT, region: TEXT, city: TEXT, timezone: TEXT })

const members = {
  type: ENUM,
  name: LABEL,
  description: LABEL,
  input_schema: field('text', SCHEMA),
  input_examples: FREE,
  cache_control: CACHE,
  allowed_callers: ENUMS,
  defer_loading: PLAIN,
  strict: PLAIN,
  eager_input_streaming: PLAIN,
  // Of tools that the provider runs, or knows how models use.
  max_uses: PLAIN,
  max_tokens: PLAIN,
  max_characters: PLAIN,
  max_content_tokens: PLAIN,
  allowed_domains: LABELS,
  blocked_domains: LABELS,
  user_location: field('text', PLACE),
  citations: ENABLED,
  response_inclusion: ENUM,
  use_cache: PLAIN,
  url_sources: FREE,
  display_width_px: PLAIN,
  display_height_px: PLAIN,
  display_number: PLAIN,
  enable_zoom: PLAIN,
  caching: CACHE,
  model: TEXT,
  // Of tools behind an MCP server.
  mcp_server_name: LABEL,
  default_config: field('text', shape({ enabled: PLAIN, defer_loading: PLAIN })),
  configs: FREE,
} as const

/** Any tool that a body defines: the caller's own, the provider's, a set of tools. */
export const TOOL: Shape = shape(
  { ...members, tools: list(shape(members, { role: 'tool-definition' })) },
  { role: 'tool-definition' },
)

/** What a `tool_addition` or `tool_removal` speaks of. */
export const TOOL_CHANGE: Shape = shape(
  { type: ENUM, name: LABEL, server_name: LABEL, definition: field('text', TOOL) },
  { role: 'tool-definition' },
)

export const TOOL_CHOICE: Shape = shape({ type: ENUM, name: TEXT, disable_parallel_tool_use: PLAIN })

/** `authorization_token` is a secret that the caller hands to the provider: text like any other, so a detector may object. */
export const MCP_SERVER: Shape = shape(
  {
    type: ENUM,
    name: TEXT,
    url: TEXT,
    authorization_token: TEXT,
    tool_configuration: field('text', shape({ enabled: PLAIN, allowed_tools: LABELS })),
  },
  { role: 'tool-definition' },
)

export const OUTPUT_FORMAT: Shape = shape(
  { type: ENUM, name: ID, schema: field('text', SCHEMA) },
  { role: 'tool-definition' },
)
