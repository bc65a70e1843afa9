import { ENVELOPE } from './frame.mjs'

const TEXTS = ['content', 'refusal', 'reasoning_content', 'reasoning', 'thoughts']

/**
 * What a caller understands of a stream, by a reader that shares no code with the gateway: each channel's text. Every string of
 * every event is either that or one of the envelope's own; anything else throws.
 */
export function read(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const channels = new Map()
  let ended = false
  let data = []
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line !== '') {
      if (!line.startsWith('data:')) throw new Error(`a line that is no data: ${line}`)
      data.push(line.slice(line[5] === ' ' ? 6 : 5))
      continue
    }
    if (data.length === 0) continue
    if (ended) throw new Error(`behind the end mark: ${data.join(' ')}`)
    if (data.join('\n') === '[DONE]') ended = true
    else take(JSON.parse(data.join('\n')), channels)
    data = []
  }
  if (data.length > 0) throw new Error(`half an event: ${data.join(' ')}`)
  return { channels, ended }
}

function take(event, channels) {
  for (const choice of event.choices ?? []) {
    if ((choice.logprobs ?? null) !== null) throw new Error('log probabilities came through')
    const delta = choice.delta ?? {}
    for (const name of TEXTS) {
      add(channels, `${choice.index}/${name}`, delta[name])
      delete delta[name]
    }
    for (const call of delta.tool_calls ?? []) {
      add(channels, `${choice.index}/arguments/${call.index}`, call.function.arguments)
      delete call.function.arguments
    }
  }
  // Padding of the provider's, which is no text.
  if (/^x*$/.test(event.obfuscation ?? '')) delete event.obfuscation
  for (const one of stringsOf(event)) if (!ENVELOPE.has(one)) throw new Error(`a string of nobody: ${one}`)
}

function add(channels, name, piece) {
  if (typeof piece === 'string') channels.set(name, (channels.get(name) ?? '') + piece)
}

function stringsOf(value) {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}
