// The vendor's binary event stream, written and read by its documentation and with nothing of the gateway's.

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  return sum >>> 0
})

/** CRC-32 of RFC 1952, section 8. */
function crc(bytes) {
  let sum = 0xffffffff
  for (const byte of bytes) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 255]
  return (sum ^ 0xffffffff) >>> 0
}

/** One message that is an event. */
export function messageOf(type, payload) {
  const said = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }
  const headers = Buffer.concat(Object.entries(said).map(([name, value]) => headerOf(name, value)))
  const body = Buffer.from(payload)
  const prelude = Buffer.concat([number(16 + headers.length + body.length), number(headers.length)])
  const whole = Buffer.concat([prelude, number(crc(prelude)), headers, body])
  return Buffer.concat([whole, number(crc(whole))])
}

/** Every message; throws where a checksum does not fit. */
export function messagesIn(bytes) {
  const messages = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const whole = bytes.subarray(at, at + length)
    if (crc(whole.subarray(0, 8)) !== whole.readUInt32BE(8)) throw new Error('the checksum of a prelude does not fit')
    if (crc(whole.subarray(0, -4)) !== whole.readUInt32BE(length - 4)) throw new Error('a checksum does not fit')
    const end = 12 + whole.readUInt32BE(4)
    const headers = headersIn(whole, end)
    messages.push({ type: headers.get(':event-type'), payload: whole.toString('utf8', end, length - 4) })
    at += length
  }
  return messages
}

function headersIn(whole, end) {
  const headers = new Map()
  for (let at = 12; at < end; ) {
    const nameEnd = at + 1 + whole.readUInt8(at)
    const size = whole.readUInt16BE(nameEnd + 1)
    headers.set(whole.toString('utf8', at + 1, nameEnd), whole.toString('utf8', nameEnd + 3, nameEnd + 3 + size))
    at = nameEnd + 3 + size
  }
  return headers
}

function headerOf(name, value) {
  const said = Buffer.from(value)
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([7, said.length >> 8, said.length & 255]),
    said,
  ])
}

function number(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
