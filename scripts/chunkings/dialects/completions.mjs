import { createOpenAiDialect } from '../../../packages/gateway/dist/adapters/dialect-openai/dialect.js'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { lateEvent, readSse, SseWriter } from '../sse.mjs'
import { turns } from '../turns.mjs'

/** Completions: choices that are one text each. */
export const COMPLETIONS = {
  lens: lensOf(createOpenAiDialect(), '/v1/completions'),
  choices: 4,
  kinds: { text: { role: 'assistant', isJson: false } },
  write(queues, style, random) {
    const out = new SseWriter(style, random)
    const event = (choices) =>
      out.event({ id: 'cmpl-1', object: 'text_completion', created: 1, choices, model: 'model-1' })
    for (const speaking of turns(queues, style, random)) {
      event(
        speaking.map(({ queue, piece }) => ({
          text: piece,
          index: queue.choice,
          logprobs: style.probable
            ? { tokens: [piece], token_logprobs: [-1], text_offset: [0], top_logprobs: null }
            : null,
          finish_reason: null,
        })),
      )
    }
    for (const { choice } of queues) {
      if (random.chance(0.9)) event([{ text: '', index: choice, logprobs: null, finish_reason: 'stop' }])
    }
    out.mark('[DONE]')
    return out.bytes
  },
  late: lateEvent,
  read(bytes) {
    const reading = new Reading(['cmpl-1', 'text_completion', 'model-1', 'stop'])
    for (const { data } of readSse(bytes)) {
      if (reading.ended) throw new Error(`behind the end mark: ${data}`)
      if (data === '[DONE]') {
        reading.ended = true
        continue
      }
      const event = JSON.parse(data)
      for (const choice of event.choices) {
        if ((choice.logprobs ?? null) !== null) throw new Error('log probabilities came through')
        reading.add(`${choice.index}/text`, reading.taken(choice, 'text'))
        if (choice.finish_reason !== null) reading.end(`${choice.index}/text`)
      }
      reading.rest(event)
    }
    return reading
  },
}
