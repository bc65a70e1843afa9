import { createOpenAiDialect } from '../../../packages/gateway/dist/adapters/dialect-openai/dialect.js'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { lateEvent, readSse, SseWriter } from '../sse.mjs'
import { hasMore, turns } from '../turns.mjs'
import { ITEMS } from './response-items.mjs'

/** Responses: an item for each channel, whose text is said in pieces, and then as a whole in up to four further events. */
export const RESPONSES = {
  lens: lensOf(createOpenAiDialect(), '/v1/responses'),
  choices: 2,
  kinds: Object.fromEntries(Object.entries(ITEMS).map(([place, { kind }]) => [place, kind])),
  repeats: true,
  write(queues, style, random) {
    const out = new SseWriter(style, random, '')
    const isNamed = random.chance(0.8)
    let number = 0
    const event = (type, body) => {
      const obfuscation = style.padded && type.endsWith('.delta') ? { obfuscation: 'x'.repeat(random.below(8)) } : {}
      out.event({ type, sequence_number: number, ...body, ...obfuscation }, isNamed ? type : '')
      number += 1
    }
    const response = { id: 'resp_1', object: 'response', created_at: 1, model: 'model-1', output: [] }
    const begin = (queue) => {
      const { item, part, partEvent, index } = ITEMS[queue.place]
      event('response.output_item.added', { output_index: queue.at, item: { ...item('', false), ...idOf(queue) } })
      if (part !== undefined) event(`response.${partEvent}.added`, { ...whereOf(queue), ...index, part: part('') })
    }
    const end = (queue) => {
      const { item, part, partEvent, text, member, index } = ITEMS[queue.place]
      event(`response.${text}.done`, { ...whereOf(queue), ...index, [member]: queue.text })
      if (part !== undefined)
        event(`response.${partEvent}.done`, { ...whereOf(queue), ...index, part: part(queue.text) })
      event('response.output_item.done', {
        output_index: queue.at,
        item: { ...item(queue.text, true), ...idOf(queue) },
      })
    }
    event('response.created', { response: { ...response, status: 'in_progress' } })
    for (const queue of queues) {
      if (!style.inTurn || !hasMore(queue)) begin(queue)
      if (!hasMore(queue)) end(queue)
    }
    for (const [{ queue, piece, first }] of turns(queues, { ...style, together: 0 }, random)) {
      if (style.inTurn && first) begin(queue)
      const { text, index } = ITEMS[queue.place]
      const probable = style.probable && queue.place === 'content' ? { logprobs: [{ token: piece, logprob: -1 }] } : {}
      event(`response.${text}.delta`, { ...whereOf(queue), ...index, delta: piece, ...probable })
      if (!hasMore(queue)) end(queue)
    }
    const output = queues.map((queue) => ({ ...ITEMS[queue.place].item(queue.text, true), ...idOf(queue) }))
    const usage = { input_tokens: 3, output_tokens: 5, total_tokens: 8 }
    event('response.completed', { response: { ...response, status: 'completed', output, usage } })
    return out.bytes
  },
  late: lateEvent,
  read(bytes, queues) {
    const reading = new Reading(ENVELOPE)
    const numbers = []
    for (const { name, data } of readSse(bytes)) {
      if (reading.ended) throw new Error(`behind the end mark: ${data}`)
      const event = JSON.parse(data)
      if (name !== '' && name !== event.type) throw new Error(`an event that is two: ${name}`)
      numbers.push(event.sequence_number)
      take(event, queues, reading)
      if (event.type === 'response.completed') reading.ended = true
      reading.rest(event)
    }
    if (numbers.some((one, at) => one !== at)) throw new Error(`events are not numbered one by one: ${numbers}`)
    return reading
  },
}

const idOf = ({ at }) => ({ id: `item_${at}` })
const whereOf = ({ at }) => ({ item_id: `item_${at}`, output_index: at })

const ENVELOPE = [
  ...['created', 'completed', 'output_item.added', 'output_item.done', 'content_part.added', 'content_part.done'].map(
    (one) => `response.${one}`,
  ),
  ...['added', 'done'].map((one) => `response.reasoning_summary_part.${one}`),
  ...Object.values(ITEMS).flatMap(({ text }) => [`response.${text}.delta`, `response.${text}.done`]),
  ...Object.values(ITEMS).flatMap(({ item, part }) => [item('', true).type, part?.('').type ?? '']),
  ...Array.from({ length: 8 }, (_, at) => `item_${at}`),
  ...['resp_1', 'response', 'model-1', 'in_progress', 'completed', 'assistant', 'lookup', 'call_1', 'cntr_1'],
]

function take(event, queues, reading) {
  const queue = queues[event.output_index]
  if (queue !== undefined) {
    const { member, part, item } = ITEMS[queue.place]
    if (event.type.endsWith('.delta')) reading.add(queue.name, reading.taken(event, 'delta'))
    else if (event.type.endsWith('_part.added')) reading.taken(event.part, part.member)
    else if (event.type.endsWith('_part.done')) reading.whole(queue.name, reading.taken(event.part, part.member))
    else if (event.type === 'response.output_item.added') item.take(event.item, reading)
    else if (event.type === 'response.output_item.done') reading.whole(queue.name, item.take(event.item, reading))
    else {
      reading.whole(queue.name, reading.taken(event, member))
      reading.end(queue.name)
    }
    if ((event.logprobs ?? []).length > 0) throw new Error('log probabilities came through')
  }
  for (const [at, item] of (event.response?.output ?? []).entries()) {
    reading.whole(queues[at].name, ITEMS[queues[at].place].item.take(item, reading))
  }
}
