import { LATE, spelt } from './style.mjs'

/** Events in a stream of server-sent events: their spelling is random, and noise stands between them. */
export class SseWriter {
  #lines
  #style
  #random
  #default

  /** @param byDefault what an event without a name may be called all the same */
  constructor(style, random, byDefault = 'message') {
    this.#default = byDefault
    this.#style = style
    this.#random = random
    this.#lines = style.bom ? ['\ufeff'] : []
  }

  /** @param name the event's own, where it has one */
  event(body, name = '') {
    const { eol, noise, pretty, space } = this.#style
    const random = this.#random
    if (random.chance(noise)) this.#lines.push(this.#noise())
    const json = spelt(body, this.#style, random, random.chance(pretty) ? 1 : undefined)
    const called = name !== '' ? name : noise > 0 && random.chance(0.1) ? this.#default : ''
    const data = json.split('\n').map((line) => `data:${space}${line}${eol}`)
    this.#lines.push(`${called === '' ? '' : `event: ${called}${eol}`}${data.join('')}${eol}`)
  }

  /** Data that is no JSON. */
  mark(text) {
    const { eol } = this.#style
    this.#lines.push(`data: ${text}${eol}${eol}`)
  }

  get bytes() {
    return Buffer.from(this.#lines.join(''))
  }

  #noise() {
    const { eol } = this.#style
    return this.#random.of([
      `: keep-alive ${LATE}${eol}${eol}`,
      `:${eol}`,
      `id: ${LATE}${eol}`,
      `retry: 10${eol}${eol}`,
      `event: ping${eol}data: {"note":"${LATE}"}${eol}${eol}`,
      `unknown: ${LATE}${eol}${eol}`,
      eol,
    ])
  }
}

/** What stands behind an end mark, which nobody reads. */
export function lateEvent({ eol }) {
  return Buffer.from(`data: {"late":"${LATE}"}${eol}${eol}`)
}

/** Data of every event, by a reader that shares no code with the gateway; throws at any line that may not be there. */
export function readSse(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const events = []
  let data = []
  let name = ''
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) events.push({ name, data: data.join('\n') })
      else if (name !== '') throw new Error(`an event without data: ${name}`)
      data = []
      name = ''
    } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    else if (line.startsWith('event: ')) name = line.slice('event: '.length)
    else throw new Error(`a line that is no data: ${line}`)
  }
  if (data.length > 0) throw new Error(`half an event: ${data.join(' ')}`)
  return events
}
