import { createGenericDialect } from '../../../packages/gateway/dist/adapters/dialect-generic/dialect.js'
import { configFromText } from '../../../packages/gateway/dist/config/load.js'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { lateEvent, readSse, SseWriter } from '../sse.mjs'
import { LATE, spelt } from '../style.mjs'
import { hasMore, turns } from '../turns.mjs'

const EVENTS = {
  text: { '/delta': 'assistant', '/delta/thinking': 'reasoning', '/delta/arguments': 'tool-call' },
  json: ['/delta/arguments'],
  opaque: { '/type': 'enum', '/id': 'id' },
}
const BLOCKS = {
  framing: 'sse',
  events: ['delta', 'stop'],
  event: EVENTS,
  index: '/index',
  ends: [{ member: '/type', is: 'stop', below: '/delta' }],
  end: { data: '[DONE]' },
}
const LINES = {
  framing: 'ndjson',
  event: {
    text: { '/message': 'assistant', '/message/thinking': 'reasoning', '/message/tool_calls': 'tool-call' },
    opaque: { '/model': 'id', '/message/role': 'enum', '/done_reason': 'enum' },
    echoes: ['/logprobs'],
  },
  whole: ['/message/tool_calls'],
  end: { member: '/done', is: true },
}

/** A dialect as an operator declares it, with one endpoint. */
function declared(stream) {
  const request = { text: { '/prompt': 'user' } }
  const config = {
    dialects: [{ name: 'own', endpoints: [{ path: '/say', model: { fixed: 'model-1' }, request, stream }] }],
    providers: [{ name: 'server', dialect: 'own', baseUrl: 'http://127.0.0.1:9000' }],
    models: [{ name: 'model-1', provider: 'server' }],
    publicUrl: 'https://gateway.example',
    issuers: [
      { issuer: 'https://idp.example', audience: 'https://gateway.example', jwksUri: 'https://idp.example/jwks' },
    ],
    policy: { dir: './policies' },
    audit: { store: 'fs:./audit' },
    store: 'sqlite:./ostiary.db',
  }
  const { config: read, faults } = configFromText(
    JSON.stringify(config),
    '/gate/ostiary.yaml',
    {},
    { requireEnv: true },
  )
  if (read === undefined) throw new Error(`no such dialect: ${JSON.stringify(faults)}`)
  return lensOf(createGenericDialect(read.dialects[0]), '/own/say')
}

const KINDS = {
  text: { role: 'assistant', isJson: false },
  thinking: { role: 'reasoning', isJson: false },
  arguments: { role: 'tool-call', isJson: true },
}

/** Declared server-sent events: a block for each channel, told by its index. */
export const GENERIC_SSE = {
  lens: declared(BLOCKS),
  choices: 2,
  kinds: KINDS,
  write(queues, style, random) {
    const out = new SseWriter(style, random)
    const isNamed = random.chance(0.5)
    for (const [{ queue, piece }] of turns(queues, { ...style, together: 0 }, random)) {
      const event = { type: 'delta', id: 'r_1', index: queue.at, delta: { [queue.place]: piece } }
      out.event(event, isNamed ? 'delta' : '')
      if (!hasMore(queue) && random.chance(0.7)) {
        out.event({ type: 'stop', id: 'r_1', index: queue.at }, isNamed ? 'stop' : '')
      }
    }
    out.mark('[DONE]')
    return out.bytes
  },
  late: lateEvent,
  read(bytes, queues) {
    const reading = new Reading(['delta', 'stop', 'r_1'])
    for (const { data } of readSse(bytes)) {
      if (reading.ended) throw new Error(`behind the end mark: ${data}`)
      if (data === '[DONE]') {
        reading.ended = true
        continue
      }
      const event = JSON.parse(data)
      const queue = queues[event.index]
      reading.add(queue.name, reading.taken(event.delta, queue.place))
      if (event.type === 'stop') reading.end(queue.name)
      reading.rest(event)
    }
    return reading
  },
}

/** Declared lines of JSON: one message whose members grow, and calls that come whole. */
export const GENERIC_NDJSON = {
  lens: declared(LINES),
  choices: 1,
  kinds: { content: KINDS.text, thinking: KINDS.thinking, call: { role: 'tool-call', isJson: false } },
  once: new Set(['call']),
  write(queues, style, random) {
    const out = []
    const eol = breakOf(style)
    const line = (event) => {
      if (random.chance(style.noise)) out.push(eol)
      out.push(`${spelt({ model: 'model-1', ...event }, style, random)}${eol}`)
    }
    for (const speaking of turns(queues, style, random)) {
      const message = { role: 'assistant', content: '' }
      for (const { queue, piece } of speaking) {
        if (queue.place !== 'call') message[queue.place] = piece
        else message.tool_calls = [{ function: { name: 'lookup', arguments: { q: piece } } }]
      }
      const probable = style.probable ? { logprobs: [{ token: message.content, logprob: -1 }] } : {}
      line({ message, done: false, ...probable })
    }
    line({ message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', eval_count: 5 })
    const text = out.join('')
    return Buffer.from(style.isOpen ? text.trimEnd() : text)
  },
  late: (style) => Buffer.from(style.isOpen ? '' : `{"late":"${LATE}"}${breakOf(style)}`),
  read(bytes) {
    const reading = new Reading(['model-1', 'assistant', 'lookup', 'stop'])
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    for (const one of text.split(/\r?\n/).filter((line) => line !== '')) {
      if (reading.ended) throw new Error(`behind the end: ${one}`)
      const event = JSON.parse(one)
      if ((event.logprobs ?? null) !== null) throw new Error('log probabilities came through')
      for (const place of ['content', 'thinking']) reading.add(`0/${place}`, reading.taken(event.message, place))
      for (const call of event.message.tool_calls ?? []) {
        reading.add('0/call', reading.taken(call.function.arguments, 'q'))
      }
      if (event.done) reading.ended = true
      reading.rest(event)
    }
    return reading
  },
}

/** A line of JSON ends with a line feed. */
function breakOf({ eol }) {
  return eol === '\r' ? '\n' : eol
}
