import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import { createAnthropicDialect } from './dialect.js'

const lens = lensAt(createAnthropicDialect(), '/anthropic/v1/messages')
/** No id, enumeration, blob or data URL is spelt like this. */
const PROSE = 'Ann <ann@example.com>, and so on'

const source = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }
const cache_control = { type: 'ephemeral', ttl: '5m' }
const citations = [
  { type: 'char_location', cited_text: 'a', document_title: 'b', file_id: 'file_1', document_index: 0 },
]
const page = { type: 'web_search_result', title: 'a', url: 'b', encrypted_content: 'Ei8=', page_age: 'c' }
const BLOCKS = [
  { type: 'text', text: 'a', citations, cache_control },
  { type: 'thinking', thinking: 'a', signature: 'EqQB' },
  { type: 'redacted_thinking', data: 'EmwK' },
  { type: 'image', source, transformations: { oversized_image: 'downsize' } },
  { type: 'document', source, title: 'a', context: 'b', citations: { enabled: true } },
  { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } },
  { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }] } },
  { type: 'search_result', source: 'a', title: 'b', content: [{ type: 'text', text: 'c' }] },
  { type: 'tool_use', id: 't', name: 'f', input: { a: [{ b: 'c' }] }, caller: { type: 'direct', tool_id: 't' } },
  { type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_reference', tool_name: 'f' }], toolset_name: 'x' },
  { type: 'web_search_tool_result', tool_use_id: 't', content: [page] },
  { type: 'web_fetch_tool_result', tool_use_id: 't', content: { type: 'web_fetch_result', url: 'a', content: source } },
  { type: 'bash_code_execution_tool_result', tool_use_id: 't', content: { type: 'x', stdout: 'a', content: [source] } },
  { type: 'mcp_tool_use', id: 't', name: 'f', server_name: 's', input: {} },
  { type: 'mcp_tool_result', tool_use_id: 't', content: 'a' },
  { type: 'container_upload', file_id: 'file_1' },
  { type: 'compaction', content: 'a', encrypted_content: 'Ei8=', signature: 'EqQB', tool_changes: [] },
  { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'f', description: 'a' } } },
  { type: 'mcp_tool_listing', mcp_server_name: 's', tools: [{ name: 'f', input_schema: { type: 'object' } }] },
  { type: 'hologram', of: 'a' },
]
const REQUEST = {
  messages: [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: BLOCKS },
  ],
  system: [{ type: 'text', text: 'a', cache_control }],
  tools: [
    {
      name: 'f',
      description: 'a',
      input_schema: { type: 'object', properties: { p: { type: 'string', enum: ['a'] } } },
    },
    { type: 'web_search_20260318', name: 'w', allowed_domains: ['a.example'], user_location: { type: 'x', city: 'a' } },
  ],
  tool_choice: { type: 'tool', name: 'f' },
  mcp_servers: [
    { type: 'url', name: 's', url: 'u', authorization_token: 'x', tool_configuration: { allowed_tools: ['a'] } },
  ],
  metadata: { user_id: 'a' },
  stop_sequences: ['a'],
  output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object', title: 'a' } } },
  thinking: { type: 'adaptive', display: 'omitted' },
  context_management: { edits: [{ type: 'x', exclude_tools: ['a'], instructions: 'b', keep: 'all' }] },
  container: { id: 'c', skills: [{ type: 'custom', skill_id: 's', version: 'latest' }] },
  thread: { type: 'continue', previous_message_id: 'msg_1' },
  service_tier: 'auto',
  inference_geo: 'us',
}
const ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: BLOCKS,
  stop_reason: 'refusal',
  stop_sequence: 'a',
  stop_details: { type: 'refusal', category: 'bio', explanation: 'a' },
  container: { id: 'c', expires_at: '2026-01-01T00:00:00Z' },
  usage: { input_tokens: 1, service_tier: 'standard', iterations: [{ type: 'message', model: 'm' }] },
  error: { type: 'api_error', message: 'a', details: { error_code: 'x' } },
  request_id: 'req_1',
}

type Path = readonly (string | number)[]

function stringsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value === 'string') return [at]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => stringsIn(inner, [...at, key]))
}

function withText(value: object, path: Path, text: unknown): object {
  const copy = structuredClone(value) as Record<string | number, unknown>
  let inner = copy
  for (const key of path.slice(0, -1)) inner = inner[key] as Record<string | number, unknown>
  inner[path.at(-1) ?? ''] = text
  return copy
}

const textsOf = (read: ReturnType<typeof lens.readAnswer> | ReturnType<typeof lens.read>): readonly string[] =>
  read.kind === 'refuse' ? [] : read.value.parts.map((one) => one.text)

test.each(stringsIn(REQUEST).map((path) => [path.join('/'), path] as const))(
  'prose is seen in a request at %s',
  (_, path) => {
    const body = { model: 'm', ...withText(REQUEST, path, PROSE) }
    expect(textsOf(lens.read(Buffer.from(JSON.stringify(body))))).toContain(PROSE)
  },
)

test.each(stringsIn(ANSWER).map((path) => [path.join('/'), path] as const))(
  'prose is seen in an answer at %s',
  (_, path) => {
    expect(textsOf(lens.readAnswer(Buffer.from(JSON.stringify(withText(ANSWER, path, PROSE)))))).toContain(PROSE)
  },
)

test('a structure where a string belongs hides nothing either', () => {
  const wrapped = fc.oneof(
    fc.constant([PROSE]),
    fc.string().map((name) => ({ [name === '__proto__' ? 'x' : name]: PROSE })),
    fc.constantFrom('text', 'image', 'base64', 'document', 'x').map((type) => ({ type, data: PROSE })),
    fc.constantFrom('text', 'tool_result', 'content').map((type) => [{ type, content: [{ type, text: PROSE }] }]),
  )
  fc.assert(
    fc.property(fc.constantFrom(...stringsIn(REQUEST)), wrapped, (path, value) => {
      const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', ...withText(REQUEST, path, value) })))
      if (read.kind === 'proceed') expect(textsOf(read)).toContain(PROSE)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.constantFrom(...stringsIn(ANSWER)), wrapped, (path, value) => {
      expect(textsOf(lens.readAnswer(Buffer.from(JSON.stringify(withText(ANSWER, path, value)))))).toContain(PROSE)
    }),
    { numRuns: 500 },
  )
})
