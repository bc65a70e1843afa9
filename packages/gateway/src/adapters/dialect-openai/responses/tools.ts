import { BLOB, ENUM, FREE, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { SCHEMA } from '../../../lens/json-schema.js'
import { type Field, field, listOf, type Shape, shape } from '../../../lens/shape.js'
import { PLACE } from '../place.js'

const WORDS = field('text', listOf(undefined))
const ENUMS = field('text', listOf(undefined, 'enum'))
const REFERENCE = field('reference')
const REFERENCES = field('text', listOf(undefined, 'reference'))
const ITEMS_OF_ANY = field('text', listOf(shape({ type: ENUM, name: TEXT, server_label: TEXT })))

const FUNCTION = {
  name: TEXT,
  description: TEXT,
  parameters: field('text', SCHEMA),
  output_schema: field('text', SCHEMA),
  strict: PLAIN,
  defer_loading: PLAIN,
  allowed_callers: ENUMS,
} as const
const NETWORK = shape({
  type: ENUM,
  allowed_domains: WORDS,
  domain_secrets: field('text', listOf(shape({ domain: TEXT, name: TEXT, value: TEXT }))),
})
/** A skill brings files along, or stays with the provider. */
const SKILL = shape({
  type: ENUM,
  skill_id: REFERENCE,
  version: ID,
  name: TEXT,
  description: TEXT,
  path: TEXT,
  source: field('text', shape({ type: ENUM, media_type: TEXT, data: BLOB }, { uninspectable: true })),
})
const CONTAINER = shape({
  type: ENUM,
  container_id: REFERENCE,
  file_ids: REFERENCES,
  memory_limit: ID,
  network_policy: field('text', NETWORK),
  skills: field('text', listOf(SKILL)),
})
const MCP = {
  server_label: TEXT,
  server_url: TEXT,
  server_description: TEXT,
  connector_id: ENUM,
  tunnel_id: ID,
  authorization: TEXT,
  headers: FREE,
  allowed_tools: field('text', { ...shape({ read_only: PLAIN, tool_names: WORDS }), rest: TEXT }),
  require_approval: field(
    'enum',
    shape({
      always: field('text', shape({ read_only: PLAIN, tool_names: WORDS })),
      never: field('text', shape({ read_only: PLAIN, tool_names: WORDS })),
    }),
  ),
} as const
const SEARCH = {
  vector_store_ids: REFERENCES,
  max_num_results: PLAIN,
  ranking_options: field('text', shape({ ranker: ENUM, score_threshold: PLAIN, hybrid_search: FREE })),
  filters: field('text', shape({ allowed_domains: WORDS, type: ENUM, key: TEXT, value: TEXT, filters: FREE })),
  search_context_size: ENUM,
  search_content_types: ENUMS,
  user_location: field('text', { ...PLACE, members: new Map([...PLACE.members, ['type', ENUM]]) }),
} as const
const IMAGES = {
  action: ENUM,
  background: ENUM,
  input_fidelity: ENUM,
  input_image_mask: field('text', shape({ file_id: ID, image_url: field('url') }, { uninspectable: true })),
  model: ID,
  moderation: ENUM,
  output_compression: PLAIN,
  output_format: ENUM,
  partial_images: PLAIN,
  quality: ENUM,
  size: ID,
} as const

/** A tool of any kind: members that a kind does not have are rare, and what is in them is seen all the same. */
const TOOL_FIELDS = {
  type: ENUM,
  ...FUNCTION,
  ...MCP,
  ...SEARCH,
  ...IMAGES,
  format: field('text', shape({ type: ENUM, syntax: ENUM, definition: TEXT })),
  container: field('reference', CONTAINER),
  environment: field('enum', CONTAINER),
  execution: ENUM,
  display_height: PLAIN,
  display_width: PLAIN,
} as const

/** Of a group of functions. */
const INNER_TOOL = shape(TOOL_FIELDS)
const TOOL = shape({ ...TOOL_FIELDS, tools: field('text', listOf(INNER_TOOL)) }, { role: 'tool-definition' })
export const TOOLS: Field = field('text', listOf(TOOL))

export const TOOL_CHOICE: Field = field(
  'enum',
  shape({ type: ENUM, mode: ENUM, name: TEXT, server_label: TEXT, tools: ITEMS_OF_ANY }),
)

/** `text`: how the answer's text is to look. */
export const TEXT_CONFIG: Field = field(
  'text',
  shape(
    {
      format: field(
        'text',
        shape({ type: ENUM, name: TEXT, description: TEXT, schema: field('text', SCHEMA), strict: PLAIN }),
      ),
      verbosity: ENUM,
    },
    { role: 'tool-definition' },
  ),
)

export const ENVIRONMENT: Shape = CONTAINER
