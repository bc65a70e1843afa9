import type { UpstreamRequest, Wire } from '@ostiary/devkit'
import type { House } from './house.js'

export type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object }

export interface Script {
  readonly content: readonly Block[]
  readonly stopReason?: string
  /** Code points in each piece of a stream; default 3. */
  readonly pieceSize?: number
  /** Ends a stream in good form behind so many events. */
  readonly events?: number
}

const USAGE = { input_tokens: 12, cache_creation_input_tokens: 3, cache_read_input_tokens: 4 }

/** From now on the provider of a house answers as Anthropic does: whole or streamed, as it is asked, and counts tokens. */
export function answers(house: House, script: Script | ((request: UpstreamRequest) => Script)): void {
  house.upstream.behave((request) => ({
    kind: 'custom',
    async tell(wire) {
      const told = typeof script === 'function' ? script(request) : script
      const asked = bodyOf(request)
      if (request.target.startsWith('/v1/messages/count_tokens')) return whole(wire, 200, { input_tokens: 2095 })
      if (asked['stream'] === true) return streamed(wire, eventsOf(told, asked['model']).slice(0, told.events))
      return whole(wire, 200, messageOf(told, asked['model']))
    },
  }))
}

/** From now on it refuses, in its own words. */
export function refuses(house: House, status: number, type: string, message: string): void {
  house.upstream.behave({
    kind: 'custom',
    tell: (wire) =>
      whole(
        wire,
        status,
        { type: 'error', error: { type, message }, request_id: 'req_upstream' },
        'retry-after: 7\r\n',
      ),
  })
}

/** The last body that the provider saw. */
export function seen(house: House): Record<string, unknown> {
  const last = house.upstream.received.at(-1)
  return last === undefined ? {} : bodyOf(last)
}

function bodyOf(request: UpstreamRequest): Record<string, unknown> {
  return JSON.parse(request.body.toString('utf8'))
}

function messageOf({ content, stopReason = 'end_turn' }: Script, model: unknown): object {
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 34, service_tier: 'standard' },
  }
}

function eventsOf(script: Script, model: unknown): object[] {
  const { content, pieceSize = 3, stopReason = 'end_turn' } = script
  const begun = { ...messageOf(script, model), content: [], stop_reason: null, usage: { ...USAGE, output_tokens: 1 } }
  const delta = { stop_reason: stopReason, stop_sequence: null }
  return [
    { type: 'message_start', message: begun },
    { type: 'ping' },
    ...content.flatMap((block, index) => blockEvents(block, index, pieceSize)),
    { type: 'message_delta', delta, usage: { output_tokens: 34 } },
    { type: 'message_stop' },
  ]
}

function blockEvents(block: Block, index: number, size: number): object[] {
  const start = (content_block: object): object => ({ type: 'content_block_start', index, content_block })
  const add = (delta: object): object => ({ type: 'content_block_delta', index, delta })
  const pieces = (text: string, make: (piece: string) => object): object[] =>
    (text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []).map((one) => add(make(one)))
  const stop = { type: 'content_block_stop', index }
  switch (block.type) {
    case 'text':
      return [start({ type: 'text', text: '' }), ...pieces(block.text, (text) => ({ type: 'text_delta', text })), stop]
    case 'thinking':
      return [
        start({ type: 'thinking', thinking: '', signature: '' }),
        ...pieces(block.thinking, (thinking) => ({ type: 'thinking_delta', thinking })),
        add({ type: 'signature_delta', signature: block.signature }),
        stop,
      ]
    case 'tool_use': {
      const { id, name, input } = block
      const json = (partial_json: string): object => ({ type: 'input_json_delta', partial_json })
      return [start({ type: 'tool_use', id, name, input: {} }), ...pieces(JSON.stringify(input), json), stop]
    }
  }
}

async function whole(wire: Wire, status: number, body: object, more = ''): Promise<'keep'> {
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${status} Status`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    // Of our account there: none of it is the caller's.
    'request-id: req_of_the_upstream',
    'anthropic-organization-id: org-of-the-operator',
    'anthropic-ratelimit-requests-remaining: 9999',
  ]
  await wire.write(`${lines.join('\r\n')}\r\n${more}\r\n${text}`)
  return 'keep'
}

async function streamed(wire: Wire, events: readonly object[]): Promise<'keep'> {
  const head = ['HTTP/1.1 200 OK', 'content-type: text/event-stream; charset=utf-8', 'transfer-encoding: chunked']
  await wire.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const one of events) {
    const { type } = one as { readonly type: string }
    const bytes = Buffer.from(`event: ${type}\ndata: ${JSON.stringify(one)}\n\n`)
    const framed = [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]
    if (!(await wire.write(Buffer.concat(framed)))) break
  }
  await wire.write('0\r\n\r\n')
  return 'keep'
}
