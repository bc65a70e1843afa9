import type { By, Dialect, Step } from './story.js'

/** Where it must not go. */
export interface Sink {
  readonly name: string
  step(by: By, texts: readonly string[]): Step
}

const ask =
  (dialect: Dialect, model: string, more?: Readonly<Record<string, unknown>>): Sink['step'] =>
  (by, texts) => ({ do: 'ask', dialect, model, texts, by, ...(more === undefined ? {} : { more }) })

const tool =
  (name: string): Sink['step'] =>
  (by, texts) => ({ do: 'tool', tool: name, arguments: { to: 'partner', paragraphs: texts }, by })

/** Actions with effects: they do something that cannot be taken back. */
export const EFFECTS: readonly Sink[] = [
  { name: 'mail', step: tool('send-mail') },
  { name: 'chat post', step: tool('post-to-chat') },
  { name: 'customer update', step: tool('update-customer') },
  { name: 'file deletion', step: tool('delete-file') },
  { name: 'hosted search (chat)', step: ask('chat', 'cloud', { web_search_options: {} }) },
  { name: 'hosted search (responses)', step: ask('responses', 'cloud', { tools: [{ type: 'web_search' }] }) },
  { name: 'hosted connector (responses)', step: ask('responses', 'home', { tools: [connector()] }) },
  { name: 'hosted search (messages)', step: ask('messages', 'cloud-claude', { tools: [claudeSearch()] }) },
  { name: 'stored exchange', step: ask('chat', 'home', { store: true }) },
  { name: 'training', step: (by, texts) => ({ do: 'upload', purpose: 'fine-tune', texts, by }) },
]

function connector(): object {
  return { type: 'mcp', server_label: 'files', server_url: 'https://files.example/mcp', require_approval: 'never' }
}

function claudeSearch(): object {
  return { type: 'web_search_20250305', name: 'web_search', max_uses: 3 }
}

/** Ways out of the house. */
export const WAYS_OUT: readonly Sink[] = [
  { name: 'outside model', step: ask('chat', 'cloud') },
  { name: 'outside model, streamed', step: ask('stream', 'cloud') },
  { name: 'outside model, completions', step: ask('completions', 'cloud') },
  { name: 'outside model, responses', step: ask('responses', 'cloud') },
  { name: 'outside model, messages', step: ask('messages', 'cloud-claude') },
  { name: 'outside embeddings', step: ask('embeddings', 'cloud-embed') },
  { name: 'mail', step: tool('send-mail') },
  { name: 'chat post', step: tool('post-to-chat') },
  { name: 'training', step: (by, texts) => ({ do: 'upload', purpose: 'fine-tune', texts, by }) },
  { name: 'batch', step: (by, texts) => ({ do: 'upload', purpose: 'batch', texts, by }) },
]
