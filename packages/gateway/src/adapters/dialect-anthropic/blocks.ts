import type { JsonObject } from '../../json/located.js'
import type { Attachment } from '../../lens/attached.js'
import { BLOB, ENUM, ID, LABEL, PLAIN, SEAL, TEXT } from '../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../lens/shape.js'
import { CACHE, ENABLED, LABELS, list, some } from './fields.js'
import { TOOL, TOOL_CHANGE } from './tools.js'

/** What carries something else than text in any server's spelling, whatever the block calls itself. */
const MEDIA = /^(?:source|data)$|^(?:input_?)?(?:image|audio|video|file)s?(?:$|_|url|data|id$)|^inline_?data$/
const ELSEWHERE = /^(?:url|uri|data|bytes|blob|file|file_?id)$/
const LINKED = /^(?:url|uri|file|file_?id)$/
const EMBEDDED = /^(?:source|data|bytes|blob)$/

const byType = new Map<string, Shape>()
/** One block of a message's content. Of an unknown type nobody knows what it holds. */
export const BLOCK: Shape = shape({ type: ENUM, cache_control: CACHE }, { uninspectable: true, byType })
export const CONTENT: Field = field('text', listOf(BLOCK))

/** Citations, as a list beside text and one by one in a stream. */
export const CITATION: Shape = shape({
  type: ENUM,
  cited_text: LABEL,
  document_title: LABEL,
  title: LABEL,
  url: LABEL,
  source: LABEL,
  file_id: ID,
  encrypted_index: BLOB,
  document_index: PLAIN,
  search_result_index: PLAIN,
  start_char_index: PLAIN,
  end_char_index: PLAIN,
  start_page_number: PLAIN,
  end_page_number: PLAIN,
  start_block_index: PLAIN,
  end_block_index: PLAIN,
})

/** Its text is seen where it says that it is text. */
function attached(source: JsonObject): Attachment {
  const { media_type: mediaType } = source
  return { inside: source, key: 'data', mediaType: typeof mediaType === 'string' ? mediaType : undefined }
}

const UNSEEN = { type: ENUM, media_type: ID, data: BLOB, url: field('url'), file_id: ID } as const
/** Where an image or a document is: in the body, at an address, or with the provider. */
const SOURCE = shape(UNSEEN, {
  uninspectable: true,
  byType: new Map([
    [
      'base64',
      shape({ type: ENUM, media_type: ID, data: BLOB }, { uninspectable: true, attached, unlessPlain: LINKED }),
    ],
    ['text', shape({ type: ENUM, media_type: ID, data: TEXT }, { unlessPlain: LINKED })],
    ['content', shape({ type: ENUM, content: CONTENT }, { unlessPlain: ELSEWHERE })],
  ]),
})
const IMAGE_SOURCE = shape(UNSEEN)

const CALLER = field('text', shape({ type: ENUM, tool_id: ID }))
/** What a model hands to a tool: the names are the tool's, so each is text, and a long number may be anything. */
const INPUT: Field = spokenBy('tool-call', field('label', shape({}, { role: 'tool-call', open: true, numeric: true })))
const TOOL_USE = {
  type: ENUM,
  id: ID,
  name: LABEL,
  input: INPUT,
  caller: CALLER,
  server_name: LABEL,
  toolset_name: LABEL,
  cache_control: CACHE,
} as const

const TAB = shape({ tab_id: ID, title: TEXT, url: TEXT, active: PLAIN })
const TAB_CHANGE = shape({
  type: ENUM,
  tab_id: ID,
  download_id: ID,
  url: TEXT,
  path: TEXT,
  error: TEXT,
  size_bytes: PLAIN,
})

/** What came of a tool that the provider ran: found pages, output of programs, a fetched document, or an error. */
const OUTCOME_FIELDS = {
  type: ENUM,
  error_code: ENUM,
  error_message: LABEL,
  text: LABEL,
  // Where the provider looked, as it says itself: whoever marks what tools gave back leaves this as it is.
  title: spokenBy('assistant', LABEL),
  url: spokenBy('assistant', LABEL),
  page_age: spokenBy('assistant', LABEL),
  retrieved_at: spokenBy('assistant', LABEL),
  encrypted_content: BLOB,
  stdout: LABEL,
  stderr: LABEL,
  encrypted_stdout: BLOB,
  return_code: PLAIN,
  file_id: ID,
  file_type: ENUM,
  is_file_update: PLAIN,
  lines: LABELS,
  num_lines: PLAIN,
  start_line: PLAIN,
  total_lines: PLAIN,
  new_lines: PLAIN,
  new_start: PLAIN,
  old_lines: PLAIN,
  old_start: PLAIN,
  stop_reason: ENUM,
  tool_name: spokenBy('tool-call', LABEL),
} as const
const MADE = shape(
  { type: ENUM, file_id: ID, tool_name: spokenBy('tool-call', LABEL) },
  { byType, unlessPlain: EMBEDDED },
)
const OUTCOME = shape(
  { ...OUTCOME_FIELDS, content: { ...some(MADE), says: 'label' }, tool_references: list(MADE) },
  { role: 'tool', unlessPlain: EMBEDDED },
)
const SERVER_RESULT = shape(
  { type: ENUM, tool_use_id: ID, content: some(OUTCOME), caller: CALLER, is_error: PLAIN, cache_control: CACHE },
  { role: 'tool' },
)

const MODEL = field('text', shape({ model: ID }))
const CHANGE = shape({ type: ENUM, tool: field('text', TOOL_CHANGE), cache_control: CACHE })

const BLOCKS: Readonly<Record<string, Shape>> = {
  text: shape({ type: ENUM, text: TEXT, citations: list(CITATION), cache_control: CACHE }, { unlessPlain: MEDIA }),
  thinking: shape({ type: ENUM, thinking: spokenBy('reasoning', TEXT), signature: SEAL }, { unlessPlain: MEDIA }),
  redacted_thinking: shape({ type: ENUM, data: BLOB }),
  image: shape(
    {
      type: ENUM,
      source: field('url', IMAGE_SOURCE),
      transformations: field('text', shape({ oversized_image: ENUM })),
      cache_control: CACHE,
    },
    { uninspectable: true },
  ),
  document: shape(
    { type: ENUM, source: field('url', SOURCE), title: TEXT, context: TEXT, citations: ENABLED, cache_control: CACHE },
    { role: 'tool', unlessPlain: ELSEWHERE },
  ),
  search_result: shape(
    { type: ENUM, source: TEXT, title: TEXT, content: CONTENT, citations: ENABLED, cache_control: CACHE },
    { role: 'tool' },
  ),
  tool_use: shape(TOOL_USE, { unlessPlain: MEDIA }),
  server_tool_use: shape(TOOL_USE, { unlessPlain: MEDIA }),
  mcp_tool_use: shape(TOOL_USE, { unlessPlain: MEDIA }),
  tool_result: shape(
    {
      type: ENUM,
      tool_use_id: ID,
      content: CONTENT,
      is_error: PLAIN,
      toolset_name: spokenBy('tool-call', TEXT),
      cache_control: CACHE,
    },
    { role: 'tool', unlessPlain: MEDIA },
  ),
  mcp_tool_result: shape(
    { type: ENUM, tool_use_id: ID, content: CONTENT, is_error: PLAIN, cache_control: CACHE },
    { role: 'tool', unlessPlain: MEDIA },
  ),
  web_search_tool_result: SERVER_RESULT,
  web_fetch_tool_result: SERVER_RESULT,
  code_execution_tool_result: SERVER_RESULT,
  bash_code_execution_tool_result: SERVER_RESULT,
  text_editor_code_execution_tool_result: SERVER_RESULT,
  tool_search_tool_result: SERVER_RESULT,
  advisor_tool_result: SERVER_RESULT,
  tool_reference: shape({ type: ENUM, tool_name: spokenBy('tool-call', LABEL), cache_control: CACHE }),
  browser_state: shape({ type: ENUM, tabs: list(TAB), state_changes: list(TAB_CHANGE), cache_control: CACHE }),
  container_upload: shape({ type: ENUM, file_id: ID, cache_control: CACHE }, { uninspectable: true }),
  compaction: shape({
    type: ENUM,
    content: LABEL,
    encrypted_content: BLOB,
    signature: SEAL,
    tool_changes: list(CHANGE),
    cache_control: CACHE,
  }),
  tool_addition: CHANGE,
  tool_removal: CHANGE,
  mcp_tool_listing: shape({ type: ENUM, mcp_server_name: LABEL, tools: list(TOOL) }),
  fallback: shape({
    type: ENUM,
    from: MODEL,
    to: MODEL,
    trigger: field('text', shape({ type: ENUM, category: ENUM })),
  }),
}
for (const [type, shaped] of Object.entries(BLOCKS)) byType.set(type, shaped)
