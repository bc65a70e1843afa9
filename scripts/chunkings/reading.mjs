/** What a caller understands of a stream, by readers that share no code with the gateway. */
export class Reading {
  /** Each channel's text, by name. */
  channels = new Map()
  /** Channels' texts that were said once more, as wholes. */
  wholes = []
  ended = false
  /** Channels that are over: nobody reads what comes of them later. */
  #over = new Set()
  #envelope

  /** @param envelope every string that a stream may hold and that is nobody's text */
  constructor(envelope) {
    this.#envelope = new Set(['', ...envelope])
  }

  add(name, piece) {
    if (typeof piece === 'string' && piece !== '' && this.#over.has(name))
      throw new Error(`${name} went on behind its end`)
    if (typeof piece === 'string') this.channels.set(name, (this.channels.get(name) ?? '') + piece)
  }

  end(...names) {
    for (const name of names) this.#over.add(name)
  }

  whole(name, text) {
    if (typeof text === 'string') this.wholes.push([name, text])
  }

  /** What is left of an event once its texts were taken out of it. */
  rest(event) {
    // Padding of the provider's, which is no text.
    for (const name of ['obfuscation', 'p']) if (/^x*$/.test(event[name] ?? '')) delete event[name]
    for (const one of stringsOf(event)) {
      if (!this.#envelope.has(one)) throw new Error(`a string of nobody: ${one}`)
    }
  }

  /** Takes a text out of where it stands. */
  taken(from, member) {
    const text = from?.[member]
    if (typeof text === 'string') delete from[member]
    return text
  }
}

function stringsOf(value) {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}
