// The vendor's event stream once more, by its documentation and with nothing of the adapter's: shared code would share mistakes.

export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

/** CRC-32 as RFC 1952 section 8 gives it, bit by bit. */
export function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}

export function encoded({ headers, payload }: Message): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => {
    const said = Buffer.from(value)
    return Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7, said.length >> 8, said.length & 255]),
      said,
    ])
  })
  return framed(Buffer.concat(lines), Buffer.from(payload))
}

/** A message whose headers are these bytes. */
export function framed(headers: Buffer, payload: Buffer): Buffer {
  const prelude = Buffer.concat([number(16 + headers.length + payload.length), number(headers.length)])
  const whole = Buffer.concat([prelude, number(crc(prelude)), headers, payload])
  return Buffer.concat([whole, number(crc(whole))])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Messages of a whole stream; throws where a checksum does not fit. */
export function decoded(stream: Buffer): Message[] {
  const messages: Message[] = []
  for (let at = 0; at < stream.length; ) {
    const length = stream.readUInt32BE(at)
    const whole = stream.subarray(at, at + length)
    const fits =
      crc(whole.subarray(0, 8)) === whole.readUInt32BE(8) &&
      crc(whole.subarray(0, -4)) === whole.readUInt32BE(length - 4)
    if (!fits) throw new Error('a checksum does not fit')
    const end = 12 + whole.readUInt32BE(4)
    const headers: Record<string, string> = {}
    for (let here = 12; here < end; ) {
      const nameEnd = here + 1 + whole.readUInt8(here)
      const size = whole.readUInt16BE(nameEnd + 1)
      headers[whole.toString('utf8', here + 1, nameEnd)] = whole.toString('utf8', nameEnd + 3, nameEnd + 3 + size)
      here = nameEnd + 3 + size
    }
    messages.push({ headers, payload: whole.toString('utf8', end, length - 4) })
    at += length
  }
  return messages
}

export function event(type: string, payload: unknown): Buffer {
  return encoded({
    headers: { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    payload: JSON.stringify(payload),
  })
}

export function exception(type: string, payload: unknown): Buffer {
  return encoded({
    headers: { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    payload: JSON.stringify(payload),
  })
}

/** A transcript in lines: an event's type, a space, its payload. Lines that begin with `:` are remarks. */
export function transcript(text: string): Buffer {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(':'))
  return Buffer.concat(
    lines.map((line) => {
      const at = line.indexOf(' ')
      return event(line.slice(0, at), JSON.parse(line.slice(at + 1)))
    }),
  )
}

/** What a client reads in a stream: each member of each block's deltas is a text of its own, and so is each name and failure. */
export function channelsIn(stream: Buffer): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const say = (where: string, text: string): void => void texts.set(where, (texts.get(where) ?? '') + text)
  const walk = (where: string, value: unknown): void => {
    if (typeof value === 'string') say(where, value)
    else if (Array.isArray(value)) for (const one of value) walk(`${where}[]`, one)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) walk(`${where}/${name}`, inner)
    }
  }
  for (const { headers, payload } of decoded(stream)) {
    const { p: _, contentBlockIndex, ...said } = JSON.parse(payload) as Record<string, unknown>
    const type = headers[':event-type'] ?? headers[':exception-type'] ?? ''
    walk(contentBlockIndex === undefined ? type : `block ${contentBlockIndex}`, said)
  }
  return texts
}
