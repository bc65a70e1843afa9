import { bytesOf } from './fields.js'

// What responses are made of: items, and parts of them.

export const part = (type: string, more: object): object => ({ type, ...more })
export const message = (role: string, ...content: readonly object[]): object => ({ type: 'message', role, content })
export const spoken = (text: string, more: object = {}): object =>
  part('output_text', { text, annotations: [], ...more })
export const called = (args: string): object => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'c',
  name: 'open',
  arguments: args,
})
export const thought = (text: string): object => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [part('summary_text', { text })],
})
export const cited = (title: string): object => ({
  type: 'url_citation',
  url: 'https://x.example',
  title,
  start_index: 0,
  end_index: 2,
})
export const open = (description: string): object => ({
  type: 'function',
  name: 'open',
  description,
  parameters: {},
  strict: true,
})

export const likely = (token: string): object => ({ token, logprob: -0.5, bytes: [], top_logprobs: [] })
export const mute = (token: string): object => ({ token: '?', logprob: -0.5, bytes: bytesOf(token), top_logprobs: [] })

export const ENVELOPE = { id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'gpt-5-mini' }
const USAGE = { input_tokens: 3, output_tokens: 4, total_tokens: 7 }
export const answer = (output: readonly object[], more: object = {}): object => ({
  ...ENVELOPE,
  output,
  usage: USAGE,
  ...more,
})
export const replied = (...content: readonly object[]): object => ({
  id: 'msg_1',
  status: 'completed',
  ...message('assistant', ...content),
})
export const HI = replied(spoken('hi'))

export const ran = {
  interpreter: (logs: string): object => ({
    type: 'code_interpreter_call',
    id: 'ci_1',
    status: 'completed',
    container_id: 'c',
    code: '',
    outputs: [part('logs', { logs })],
  }),
  search: (text: string): object => ({
    type: 'file_search_call',
    id: 'fs_1',
    status: 'completed',
    queries: ['q'],
    results: [{ file_id: 'f', filename: 'a', score: 1, text }],
  }),
  mcp: (output: string): object => ({
    type: 'mcp_call',
    id: 'm_1',
    server_label: 's',
    name: 'ask',
    arguments: '{}',
    output,
  }),
  listed: (description: string): object => ({
    type: 'mcp_list_tools',
    id: 'l_1',
    server_label: 's',
    tools: [{ name: 'ask', description, input_schema: {} }],
  }),
} as const
