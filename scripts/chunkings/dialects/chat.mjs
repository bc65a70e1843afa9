import { createOpenAiDialect } from '../../../packages/gateway/dist/adapters/dialect-openai/dialect.js'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { lateEvent, readSse, SseWriter } from '../sse.mjs'
import { hasMore, turns } from '../turns.mjs'

const TEXTS = ['content', 'refusal', 'reasoning_content', 'reasoning', 'thoughts']
const TEXT = { role: 'assistant', isJson: false }
const CALL = { role: 'tool-call', isJson: true }

/** Chat completions: choices whose deltas go on from event to event. */
export const CHAT = {
  lens: lensOf(createOpenAiDialect(), '/v1/chat/completions'),
  choices: 2,
  kinds: {
    ...Object.fromEntries(TEXTS.map((place) => [place, TEXT])),
    'arguments/0': CALL,
    'arguments/1': CALL,
  },
  write(queues, style, random) {
    const out = new SseWriter(style, random)
    const event = (body) => out.event(enveloped(body, style, random))
    const choices = [...new Set(queues.map(({ choice }) => choice))]
    if (random.chance(0.5)) {
      event({ choices: choices.map((index) => ({ index, delta: { role: 'assistant', content: '' } })) })
    }
    const finished = new Set()
    for (const speaking of turns(queues, style, random))
      event({ choices: said(speaking, queues, style, random, finished) })
    for (const index of choices) {
      if (!finished.has(index) && random.chance(0.9)) event({ choices: [{ index, delta: {}, finish_reason: 'stop' }] })
    }
    if (random.chance(0.3)) event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } })
    out.mark('[DONE]')
    return out.bytes
  },
  late: lateEvent,
  read(bytes) {
    const reading = new Reading(ENVELOPE)
    for (const { data } of readSse(bytes)) {
      if (reading.ended) throw new Error(`behind the end mark: ${data}`)
      if (data === '[DONE]') reading.ended = true
      else take(JSON.parse(data), reading)
    }
    return reading
  },
}

const ENVELOPE = [
  'chatcmpl-1',
  'chat.completion.chunk',
  'model-1',
  'fp_1',
  'stop',
  'assistant',
  'function',
  'lookup',
  'call_0',
  'call_1',
]

function enveloped({ choices, ...more }, style, random) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: style.plain ? 1 : random.below(1000),
    model: 'model-1',
    ...(random.chance(0.5) || style.plain ? { system_fingerprint: 'fp_1' } : {}),
    choices,
    ...more,
    ...(style.padded ? { obfuscation: 'x'.repeat(random.below(8)) } : {}),
  }
}

function said(speaking, queues, style, random, finished) {
  const choices = new Map()
  for (const { queue, piece, first } of speaking) {
    const choice = choices.get(queue.choice) ?? { index: queue.choice, delta: {}, finish_reason: null }
    choices.set(queue.choice, choice)
    say(choice.delta, queue, piece, first)
    if (style.probable && queue.place === 'content') {
      choice.logprobs = { content: [{ token: piece, logprob: -1, bytes: [...Buffer.from(piece)], top_logprobs: [] }] }
    }
    const last = queues.every((one) => one.choice !== queue.choice || !hasMore(one))
    // Only what a whole choice has said may end with its last piece.
    if (last && random.chance(0.2)) {
      choice.finish_reason = 'stop'
      finished.add(queue.choice)
    }
  }
  return [...choices.values()]
}

function say(delta, { place }, piece, first) {
  const call = /^arguments\/(\d)$/.exec(place)?.[1]
  if (call === undefined) {
    delta[place] = piece
    return
  }
  const named = first ? { id: `call_${call}`, type: 'function' } : {}
  const inner = first ? { name: 'lookup', arguments: piece } : { arguments: piece }
  delta.tool_calls = [...(delta.tool_calls ?? []), { index: Number(call), ...named, function: inner }]
}

function take(event, reading) {
  for (const choice of event.choices ?? []) {
    if ((choice.logprobs ?? null) !== null) throw new Error('log probabilities came through')
    const delta = choice.delta ?? {}
    for (const name of TEXTS) reading.add(`${choice.index}/${name}`, reading.taken(delta, name))
    for (const call of delta.tool_calls ?? []) {
      reading.add(`${choice.index}/arguments/${call.index}`, reading.taken(call.function, 'arguments'))
    }
    if (typeof choice.finish_reason === 'string') {
      reading.end(...Object.keys(CHAT.kinds).map((place) => `${choice.index}/${place}`))
    }
  }
  reading.rest(event)
}
