import { said } from './fields.js'

// What messages are made of.

export const block = (type: string, more: object): object => ({ type, ...more })
export const called = (input: object): object => block('tool_use', { id: 't_1', name: 'open', input })
export const cited = (text: string): object => ({
  type: 'char_location',
  cited_text: text,
  document_index: 0,
  document_title: 'keys',
  start_char_index: 0,
  end_char_index: 2,
})
export const thought = (thinking: string): object => block('thinking', { thinking, signature: 'EqQBCgIYAg==' })

const ENVELOPE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5' }
const USAGE = { input_tokens: 3, output_tokens: 4 }
export const answer = (content: readonly object[], more: object = {}): object => ({
  ...ENVELOPE,
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: USAGE,
  ...more,
})
export const HI = block('text', { text: 'hi' })
export const failed = (text: string): object => ({ type: 'error', error: { type: 'api_error', message: said(text) } })
export const refused = (text: string): object => ({
  stop_reason: 'refusal',
  stop_details: { type: 'refusal', category: 'cyber', explanation: said(text) },
})

export const ran = {
  search: (text: string): object =>
    block('web_search_tool_result', {
      tool_use_id: 's_1',
      content: [{ type: 'web_search_result', url: 'https://x.example', title: text, encrypted_content: 'EqQB' }],
    }),
  code: (stdout: string): object =>
    block('code_execution_tool_result', {
      tool_use_id: 's_1',
      content: { type: 'code_execution_result', stdout, stderr: '', return_code: 0, content: [] },
    }),
  fetched: (data: string): object =>
    block('web_fetch_tool_result', {
      tool_use_id: 's_1',
      content: {
        type: 'web_fetch_result',
        url: 'https://x.example',
        retrieved_at: '2026-01-01T00:00:00Z',
        content: block('document', { source: { type: 'text', media_type: 'text/plain', data }, title: 'a' }),
      },
    }),
  mcp: (text: string): object =>
    block('mcp_tool_result', { tool_use_id: 'm_1', is_error: false, content: [block('text', { text })] }),
  listed: (description: string): object =>
    block('mcp_tool_listing', { mcp_server_name: 's', tools: [{ name: 'ask', description, input_schema: {} }] }),
} as const
