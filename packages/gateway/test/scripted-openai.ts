import type { Lie, UpstreamRequest } from '@ostiary/devkit'

/** An item that the scripted provider says, whole; streamed, its texts come in pieces. */
export type Item = { readonly type: string; readonly id: string } & Readonly<Record<string, unknown>>

const USAGE = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 34,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 46,
}

export function message(text: string, id = 'msg_1', annotations: readonly object[] = []): Item {
  return {
    type: 'message',
    id,
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations, logprobs: [] }],
  }
}

export function functionCall(name: string, json: string, id = 'fc_1'): Item {
  return { type: 'function_call', id, call_id: `call_${id}`, name, arguments: json, status: 'completed' }
}

export function reasoning(summary: string, id = 'rs_1'): Item {
  return { type: 'reasoning', id, summary: [{ type: 'summary_text', text: summary }], encrypted_content: 'gAAAAB_x=' }
}

function response(request: Record<string, unknown>, status: string, output: readonly Item[]): object {
  const { instructions = null, tools = [], model, metadata = {}, text = { format: { type: 'text' } } } = request
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1741476777,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions,
    max_output_tokens: null,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text,
    tool_choice: 'auto',
    tools,
    top_p: 1,
    truncation: 'disabled',
    usage: status === 'completed' ? USAGE : null,
    user: null,
    metadata,
  }
}

export interface Script {
  readonly pieceSize?: number
  /** Ends the stream behind so many events, in good form. */
  readonly cutAfter?: number
}

/** What the provider answers to a request for a response, as it asks for it: whole or streamed. */
export function says(items: readonly Item[], script: Script = {}): (request: UpstreamRequest) => Lie {
  return (request) => {
    const asked = JSON.parse(request.body.toString()) as Record<string, unknown>
    if (asked['stream'] !== true) return json(response(asked, 'completed', items))
    const all = [
      { type: 'response.created', response: response(asked, 'in_progress', []) },
      { type: 'response.in_progress', response: response(asked, 'in_progress', []) },
      ...items.flatMap((item, at) => grow(item, at, script.pieceSize ?? 3)),
      { type: 'response.completed', response: response(asked, 'completed', items) },
    ]
    return events(all.slice(0, script.cutAfter))
  }
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>

function events(all: readonly Event[]): Lie {
  const writes = all.map((event, at) => {
    const { type, ...rest } = event
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: at, ...rest })}\n\n`
  })
  return stream(writes)
}

/** Events as they stand on the wire, one write each. */
export function stream(writes: readonly string[]): Lie {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n'
  return { kind: 'raw', writes: [head, ...writes] }
}

export function json(body: object, status = 200): Lie {
  const bytes = Buffer.from(JSON.stringify(body))
  const head = `HTTP/1.1 ${status} Status\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n\r\n`
  return { kind: 'raw', writes: [Buffer.concat([Buffer.from(head), bytes])] }
}

/** The events of one item, as the provider streams it. */
function grow(item: Item, output_index: number, size: number): Event[] {
  const at = { item_id: item.id, output_index }
  const begun = { ...item, status: 'in_progress', content: [], summary: [], arguments: '' }
  const over = { type: 'response.output_item.done', output_index, item }
  const added = (more: object): Event => ({
    type: 'response.output_item.added',
    output_index,
    item: { ...pick(begun, ['type', 'id', 'status', 'role', 'call_id', 'name']), ...more },
  })
  if (item.type === 'function_call') {
    const whole = String(item['arguments'])
    const deltas = pieces(whole, size).map((delta) => ({
      type: 'response.function_call_arguments.delta',
      ...at,
      delta,
    }))
    return [
      added({ arguments: '' }),
      ...deltas,
      { type: 'response.function_call_arguments.done', ...at, arguments: whole },
      over,
    ]
  }
  if (item.type === 'reasoning') {
    const parts = (item['summary'] as { type: string; text: string }[]).flatMap((part, summary_index) => [
      { type: 'response.reasoning_summary_part.added', ...at, summary_index, part: { ...part, text: '' } },
      ...pieces(part.text, size).map((delta) => ({
        type: 'response.reasoning_summary_text.delta',
        ...at,
        summary_index,
        delta,
      })),
      { type: 'response.reasoning_summary_text.done', ...at, summary_index, text: part.text },
      { type: 'response.reasoning_summary_part.done', ...at, summary_index, part },
    ])
    return [added({ summary: [], encrypted_content: 'gAAAAB' }), ...parts, over]
  }
  const parts = (item['content'] as { type: string; text: string; annotations: object[] }[]).flatMap(
    (part, content_index) => [
      { type: 'response.content_part.added', ...at, content_index, part: { ...part, text: '', annotations: [] } },
      ...pieces(part.text, size).map((delta) => ({
        type: 'response.output_text.delta',
        ...at,
        content_index,
        delta,
        logprobs: [],
        obfuscation: 'x'.repeat(1 + (delta.length % 5)),
      })),
      ...part.annotations.map((annotation, annotation_index) => ({
        type: 'response.output_text.annotation.added',
        ...at,
        content_index,
        annotation_index,
        annotation,
      })),
      { type: 'response.output_text.done', ...at, content_index, text: part.text, logprobs: [] },
      { type: 'response.content_part.done', ...at, content_index, part },
    ],
  )
  return [added({ content: [] }), ...parts, over]
}

function pieces(text: string, size: number): string[] {
  const points = [...text]
  return Array.from({ length: Math.ceil(points.length / size) }, (_one, at) =>
    points.slice(at * size, (at + 1) * size).join(''),
  )
}

function pick(of: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(of).filter(([name]) => names.includes(name)))
}
