import { createAnthropicDialect } from '../../../packages/gateway/dist/adapters/dialect-anthropic/dialect.js'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { lateEvent, readSse, SseWriter } from '../sse.mjs'
import { hasMore, turns } from '../turns.mjs'

const SIGNATURE = 'ErUBCkYIBBgCIkC7dPQ=='

/** Of each kind of block: what it begins as, and the delta and the member that bring its text. */
const BLOCKS = {
  text: { begins: { type: 'text', text: '' }, delta: 'text_delta', member: 'text' },
  thinking: { begins: { type: 'thinking', thinking: '', signature: '' }, delta: 'thinking_delta', member: 'thinking' },
  arguments: {
    begins: { type: 'tool_use', id: 'toolu_1', name: 'lookup', input: {} },
    delta: 'input_json_delta',
    member: 'partial_json',
  },
}

/** Messages: a block for each channel, that opens, grows and closes; several of a kind, one after another or taking turns. */
export const ANTHROPIC = {
  lens: lensOf(createAnthropicDialect(), '/anthropic/v1/messages'),
  choices: 2,
  kinds: {
    text: { role: 'assistant', isJson: false },
    thinking: { role: 'reasoning', isJson: false, isSealed: true },
    arguments: { role: 'tool-call', isJson: true },
  },
  write(queues, style, random) {
    const out = new SseWriter(style, random)
    const isNamed = random.chance(0.8)
    const event = (body) => out.event(body, isNamed ? body.type : '')
    const start = ({ at, place }, text = '') => {
      const { begins, member } = BLOCKS[place]
      const block = text === '' ? begins : { ...begins, [member]: text }
      event({ type: 'content_block_start', index: at, content_block: block })
    }
    const stop = ({ at, place }) => {
      if (place === 'thinking' && style.signed) {
        const delta = { type: 'signature_delta', signature: SIGNATURE }
        event({ type: 'content_block_delta', index: at, delta })
      }
      if (random.chance(0.95)) event({ type: 'content_block_stop', index: at })
    }
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'model-1',
      content: [],
      stop_reason: null,
    }
    event({ type: 'message_start', message: { ...message, usage: { input_tokens: 4, output_tokens: 1 } } })
    // A block that opens has a greater index than those before it.
    if (!style.inTurn) for (const queue of queues) start(queue)
    for (const [{ queue, piece, first }] of turns(queues, { ...style, together: 0 }, random)) {
      if (style.inTurn && first) {
        // What a block begins with, deltas add to.
        const says = queue.place !== 'arguments' && random.chance(0.2)
        start(queue, says ? piece : '')
        if (says) {
          if (!hasMore(queue)) stop(queue)
          continue
        }
      }
      const { delta, member } = BLOCKS[queue.place]
      event({ type: 'content_block_delta', index: queue.at, delta: { type: delta, [member]: piece } })
      if (!hasMore(queue)) stop(queue)
    }
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 5 },
    })
    event({ type: 'message_stop' })
    return out.bytes
  },
  late: lateEvent,
  read(bytes, queues) {
    const reading = new Reading(ENVELOPE)
    for (const { name, data } of readSse(bytes)) {
      if (reading.ended) throw new Error(`behind the end mark: ${data}`)
      const event = JSON.parse(data)
      if (name !== '' && name !== 'message' && name !== event.type) throw new Error(`an event that is two: ${name}`)
      const queue = queues[event.index]
      const said = event.content_block ?? event.delta
      if (queue !== undefined && said !== undefined) {
        reading.add(queue.name, reading.taken(said, BLOCKS[queue.place].member))
      }
      if (event.type === 'content_block_stop') reading.end(queue.name)
      if (event.type === 'message_stop') reading.ended = true
      reading.rest(event)
    }
    return reading
  },
}

const ENVELOPE = [
  ...[
    'message_start',
    'message_delta',
    'message_stop',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
  ],
  ...['text', 'thinking', 'tool_use', 'text_delta', 'thinking_delta', 'input_json_delta', 'signature_delta'],
  ...['msg_1', 'message', 'assistant', 'model-1', 'toolu_1', 'lookup', 'end_turn', SIGNATURE],
]
