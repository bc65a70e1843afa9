import type { JsonObject } from '../../../json/located.js'
import { BLOB, ENUM, ID, JSON_VALUE, PLAIN, TEXT } from '../../../lens/fields.js'
import { SCHEMA } from '../../../lens/json-schema.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import type { Role } from '../../../spec/part.js'
import { ARGUMENTS } from '../fields.js'
import { PART_SAID, PART_SENT } from './content.js'
import { ENVIRONMENT, TEXT_CONFIG, TOOLS } from './tools.js'

const WORDS = field('text', listOf(undefined))
const RESULT = spokenBy('tool', TEXT)

/** What every kind of item may have. */
const COMMON = {
  type: ENUM,
  id: ID,
  call_id: ID,
  status: ENUM,
  created_by: TEXT,
  caller: field('text', shape({ type: ENUM, caller_id: ID })),
} as const

function item(role: Role | undefined, fields: Readonly<Record<string, Field>>, parts: Partial<Shape> = {}): Shape {
  return shape({ ...COMMON, ...fields }, { role, ...parts })
}

const CHECKS = field('text', listOf(shape({ id: ID, code: ENUM, message: TEXT })))
const CLICK = shape({
  type: ENUM,
  text: TEXT,
  keys: WORDS,
  button: ENUM,
  x: PLAIN,
  y: PLAIN,
  scroll_x: PLAIN,
  scroll_y: PLAIN,
  path: field('text', listOf(shape({ x: PLAIN, y: PLAIN }))),
})
const SEARCHED = shape({
  type: ENUM,
  query: TEXT,
  queries: WORDS,
  url: TEXT,
  pattern: TEXT,
  sources: field('text', listOf(shape({ type: ENUM, url: TEXT, name: TEXT }))),
})
const FOUND = shape({
  file_id: ID,
  filename: TEXT,
  score: PLAIN,
  text: RESULT,
  attributes: JSON_VALUE,
  vector_store_id: ID,
})
const RUN = shape(
  { type: ENUM },
  {
    role: 'tool',
    uninspectable: true,
    byType: new Map([['logs', shape({ type: ENUM, logs: TEXT }, { role: 'tool' })]]),
  },
)
const SHELL = shape({
  type: ENUM,
  commands: WORDS,
  command: WORDS,
  env: JSON_VALUE,
  user: TEXT,
  working_directory: TEXT,
  timeout_ms: PLAIN,
  max_output_length: PLAIN,
})
const PRINTED = shape({
  outcome: field('text', shape({ type: ENUM, exit_code: PLAIN })),
  stdout: RESULT,
  stderr: RESULT,
  created_by: TEXT,
})
const LISTED = shape({ name: TEXT, description: TEXT, input_schema: field('text', SCHEMA), annotations: JSON_VALUE })

function itemOf(part: Shape): Shape {
  const content = field('text', listOf(part))
  const output = spokenBy('tool', content)
  const kinds: Readonly<Record<string, Shape>> = {
    message: item(undefined, { role: ENUM, content, phase: ENUM, name: TEXT }, { speaks: true }),
    function_call: item('tool-call', { name: TEXT, arguments: ARGUMENTS, namespace: TEXT }),
    function_call_output: item('tool', { output }),
    custom_tool_call: item('tool-call', { name: TEXT, input: TEXT, namespace: TEXT }),
    custom_tool_call_output: item('tool', { output }),
    reasoning: item('reasoning', { summary: content, content, encrypted_content: BLOB }),
    // What the conversation was so far, as only the provider can read it.
    compaction: item(undefined, { encrypted_content: BLOB }, { uninspectable: true }),
    compaction_trigger: item(undefined, {}),
    item_reference: shape({ type: ENUM, id: field('reference') }),
    web_search_call: item('tool-call', { action: field('text', SEARCHED) }),
    file_search_call: item('tool-call', { queries: WORDS, results: field('text', listOf(FOUND)) }),
    code_interpreter_call: item('tool-call', { code: TEXT, container_id: ID, outputs: field('text', listOf(RUN)) }),
    image_generation_call: item(
      'tool-call',
      {
        result: BLOB,
        revised_prompt: TEXT,
        action: ENUM,
        background: ENUM,
        output_format: ENUM,
        quality: ENUM,
        size: ID,
      },
      { uninspectable: true },
    ),
    computer_call: item('tool-call', {
      action: field('text', CLICK),
      actions: field('text', listOf(CLICK)),
      pending_safety_checks: CHECKS,
    }),
    computer_call_output: item('tool', { output: field('text', part), acknowledged_safety_checks: CHECKS }),
    local_shell_call: item('tool-call', { action: field('text', SHELL) }),
    local_shell_call_output: item('tool', { output: TEXT }),
    shell_call: item('tool-call', { action: field('text', SHELL), environment: field('text', ENVIRONMENT) }),
    shell_call_output: item('tool', { output: field('text', listOf(PRINTED)), max_output_length: PLAIN }),
    apply_patch_call: item('tool-call', {
      operation: field('text', shape({ type: ENUM, path: TEXT, diff: TEXT })),
    }),
    apply_patch_call_output: item('tool', { output: TEXT }),
    mcp_list_tools: item('tool-definition', {
      server_label: TEXT,
      tools: field('text', listOf(LISTED)),
      error: field('text', shape({ type: ENUM, code: PLAIN, message: TEXT })),
    }),
    mcp_approval_request: item('tool-call', { server_label: TEXT, name: TEXT, arguments: ARGUMENTS }),
    mcp_approval_response: item('user', { approval_request_id: ID, request_id: ID, approve: PLAIN, reason: TEXT }),
    mcp_call: item('tool-call', {
      server_label: TEXT,
      name: TEXT,
      arguments: ARGUMENTS,
      approval_request_id: ID,
      output: RESULT,
      error: spokenBy('tool', field('text', shape({ type: ENUM, code: PLAIN, message: TEXT }, { role: 'tool' }))),
    }),
    tool_search_call: item('tool-call', { arguments: JSON_VALUE, execution: ENUM }),
    tool_search_output: item('tool-definition', { tools: TOOLS, execution: ENUM }),
    additional_tools: item(undefined, { role: ENUM, tools: TOOLS }),
    configuration_update: item(undefined, { text: TEXT_CONFIG, reasoning: field('text', shape({ effort: ENUM })) }),
    program: item('tool-call', { code: TEXT, fingerprint: ID }),
    program_output: item('tool', { result: TEXT }),
  }
  return shape({ type: ENUM }, { uninspectable: true, byType: new Map(Object.entries(kinds)), typeOf: kindOf })
}

/** A message need not say what it is, and neither need a reference. */
function kindOf(of: JsonObject): string {
  const type = of['type']
  if (typeof type === 'string') return type
  return typeof of['role'] === 'string' ? 'message' : 'item_reference'
}

/** As a caller sends it, and as the provider says it. */
export const ITEM_SENT: Shape = itemOf(PART_SENT)
export const ITEM_SAID: Shape = itemOf(PART_SAID)
