/** An event whose name is not its `type`. */
export interface Named {
  readonly event: string
  readonly data: unknown
}

/** Events in the framing of an `EventSource`. Named by their `type`, where they are named at all. */
export function framed(events: readonly unknown[], named: boolean, end = ''): Buffer {
  const blocks = events.map((one) => {
    const { event, data } = isNamed(one) ? one : { event: named ? typeOf(one) : '', data: one }
    return `${event === '' ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`
  })
  return Buffer.from(blocks.join('') + end)
}

function isNamed(one: unknown): one is Named {
  return typeof one === 'object' && one !== null && 'event' in one && 'data' in one
}

function typeOf(one: unknown): string {
  return String((one as { readonly type: unknown }).type)
}

/** What a client reads: names and data; what ends the stream, and bare JSON between events, left out. */
export function parsed(stream: Buffer): readonly unknown[] {
  const blocks = stream.toString().split(/\r?\n\r?\n/)
  return blocks.flatMap((block) => {
    const [, event] = /^event: (.*)$/m.exec(block) ?? []
    const [, data] = /^data: (.*)$/m.exec(block) ?? []
    if (data === undefined || data === '[DONE]') return []
    return [event === undefined ? JSON.parse(data) : { event, data: JSON.parse(data) }]
  })
}
