import { createBedrockDialect } from '../../../packages/gateway/dist/adapters/dialect-bedrock/dialect.js'
import { messageOf, messagesIn } from '../event-stream.mjs'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { LATE, spelt } from '../style.mjs'
import { hasMore, turns } from '../turns.mjs'

const SIGNATURE = 'c2lnbmVk'

/** Converse: a block for each channel, in binary messages. */
export const BEDROCK = {
  lens: lensOf(createBedrockDialect(), '/bedrock/model/{model}/converse-stream'),
  choices: 2,
  kinds: {
    text: { role: 'assistant', isJson: false },
    reasoning: { role: 'reasoning', isJson: false, isSealed: true },
    arguments: { role: 'tool-call', isJson: true },
    result: { role: 'tool', isJson: false },
  },
  write(queues, style, random) {
    const out = []
    const event = (type, body) => {
      if (random.chance(style.noise)) out.push(messageOf('ping', JSON.stringify({ note: LATE })))
      const padded = style.padded ? { ...body, p: 'x'.repeat(random.below(8)) } : body
      out.push(messageOf(type, spelt(padded, style, random, random.chance(style.pretty) ? 1 : undefined)))
    }
    event('messageStart', { role: 'assistant' })
    for (const [{ queue, piece, first }] of turns(queues, { ...style, together: 0 }, random)) {
      const block = { contentBlockIndex: queue.at }
      if (first && STARTS[queue.place] !== undefined) {
        event('contentBlockStart', { ...block, start: STARTS[queue.place] })
      }
      event('contentBlockDelta', { ...block, delta: DELTAS[queue.place](piece) })
      if (hasMore(queue)) continue
      if (queue.place === 'reasoning' && style.signed) {
        event('contentBlockDelta', { ...block, delta: { reasoningContent: { signature: SIGNATURE } } })
      }
      if (random.chance(0.9)) event('contentBlockStop', block)
    }
    event('messageStop', { stopReason: 'end_turn' })
    event('metadata', { usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 }, metrics: { latencyMs: 7 } })
    return Buffer.concat(out)
  },
  late: () => messageOf('contentBlockDelta', JSON.stringify({ contentBlockIndex: 9, delta: { text: LATE } })),
  read(bytes, queues) {
    const reading = new Reading(['assistant', 'tool_1', 'lookup', 'end_turn', SIGNATURE])
    for (const { type, payload } of messagesIn(bytes)) {
      if (reading.ended) throw new Error(`behind the end: ${type}`)
      const event = JSON.parse(payload)
      const queue = queues[event.contentBlockIndex]
      if (queue !== undefined && event.delta !== undefined) {
        reading.add(queue.name, reading.taken(HOLDERS[queue.place](event.delta), MEMBERS[queue.place]))
      }
      if (type === 'contentBlockStop') reading.end(queue.name)
      if (type === 'messageStop') reading.end(...queues.map(({ name }) => name))
      if (type === 'metadata') reading.ended = true
      reading.rest(event)
    }
    return reading
  },
}

const STARTS = {
  arguments: { toolUse: { toolUseId: 'tool_1', name: 'lookup' } },
  result: { toolResult: { toolUseId: 'tool_1' } },
}
const DELTAS = {
  text: (text) => ({ text }),
  reasoning: (text) => ({ reasoningContent: { text } }),
  arguments: (input) => ({ toolUse: { input } }),
  result: (text) => ({ toolResult: [{ text }] }),
}
const HOLDERS = {
  text: (delta) => delta,
  reasoning: (delta) => delta.reasoningContent,
  arguments: (delta) => delta.toolUse,
  result: (delta) => delta.toolResult?.[0],
}
const MEMBERS = { text: 'text', reasoning: 'text', arguments: 'input', result: 'text' }
