import { crc32 } from 'node:zlib'

// `application/vnd.amazon.eventstream`: total length, length of the headers, CRC-32 of these eight bytes; headers; payload; CRC-32 of
// all before it. Numbers are big-endian.

const PRELUDE = 12
const TRAILER = 4
const OVERHEAD = PRELUDE + TRAILER
/** What the vendor's own libraries take at most. */
const HEADERS_MAX = 128 * 1024
const MESSAGE_MAX = 24 * 1024 * 1024

export interface Headers {
  /** `event`, `exception` or `error`; empty where none is named. */
  readonly messageType: string
  /** Of an event or an exception. */
  readonly type: string
  readonly contentType: string
  /** Says something else too. */
  readonly more: boolean
}

/**
 * Length of the message that begins at `at`: undefined where its first twelve bytes are not all there, 0 where they are none of
 * this format. Checked before it is waited for: a length that nobody vouches for may be any number.
 */
export function messageLength(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < PRELUDE) return undefined
  const total = bytes.readUInt32BE(at)
  const headers = bytes.readUInt32BE(at + 4)
  if (total < OVERHEAD + headers || total > MESSAGE_MAX || headers > HEADERS_MAX) return 0
  return crc32(bytes.subarray(at, at + 8)) === bytes.readUInt32BE(at + 8) ? total : 0
}

/** Whether these bytes are one message, and all as they were sent. */
export function isWhole(bytes: Buffer): boolean {
  if (messageLength(bytes, 0) !== bytes.length) return false
  return crc32(bytes.subarray(0, -TRAILER)) === bytes.readUInt32BE(bytes.length - TRAILER)
}

/** @param message whole */
export function payloadOf(message: Buffer): Buffer {
  return message.subarray(PRELUDE + message.readUInt32BE(4), -TRAILER)
}

const MESSAGE_TYPE = ':message-type'
const EVENT_TYPE = ':event-type'
const EXCEPTION_TYPE = ':exception-type'
const CONTENT_TYPE = ':content-type'
const KNOWN: ReadonlySet<string> = new Set([MESSAGE_TYPE, EVENT_TYPE, EXCEPTION_TYPE, CONTENT_TYPE])

const STRING = 7
/** Bytes of a value, by its type: true, false, byte, short, integer, long, bytes, string, timestamp, UUID. Undefined: it says. */
const SIZES: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]

/** @param message whole; undefined where its headers are not spelt as headers are, or one comes twice */
export function headersOf(message: Buffer): Headers | undefined {
  const end = PRELUDE + message.readUInt32BE(4)
  const said = new Map<string, string>()
  let more = false
  for (let at = PRELUDE; at < end; ) {
    const nameEnd = at + 1 + (message[at] as number)
    const value = valueAt(message, nameEnd, end)
    const name = message.toString('latin1', at + 1, nameEnd)
    if (value === undefined || said.has(name)) return undefined
    if (value.type !== STRING || !KNOWN.has(name)) more = true
    said.set(name, message.toString('utf8', value.from, value.to))
    at = value.to
  }
  const messageType = said.get(MESSAGE_TYPE) ?? ''
  const isException = messageType === 'exception'
  return {
    messageType,
    type: said.get(isException ? EXCEPTION_TYPE : EVENT_TYPE) ?? '',
    contentType: said.get(CONTENT_TYPE) ?? '',
    more: more || said.has(isException ? EVENT_TYPE : EXCEPTION_TYPE),
  }
}

interface Value {
  readonly type: number
  readonly from: number
  readonly to: number
}

function valueAt(message: Buffer, at: number, end: number): Value | undefined {
  const type = message[at] as number
  if (at >= end || type >= SIZES.length) return undefined
  const size = SIZES[type]
  const from = at + (size === undefined ? 3 : 1)
  // Behind the headers stand four bytes at least, so two can be read.
  const to = from + (size ?? message.readUInt16BE(at + 1))
  return to > end ? undefined : { type, from, to }
}

/** A message with these headers and no other, its payload JSON. */
export function message(messageType: 'event' | 'exception', type: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([
    header(messageType === 'event' ? EVENT_TYPE : EXCEPTION_TYPE, type),
    header(CONTENT_TYPE, 'application/json'),
    header(MESSAGE_TYPE, messageType),
  ])
  const whole = Buffer.alloc(OVERHEAD + headers.length + payload.length)
  whole.writeUInt32BE(whole.length, 0)
  whole.writeUInt32BE(headers.length, 4)
  whole.writeUInt32BE(crc32(whole.subarray(0, 8)), 8)
  headers.copy(whole, PRELUDE)
  payload.copy(whole, PRELUDE + headers.length)
  whole.writeUInt32BE(crc32(whole.subarray(0, whole.length - TRAILER)), whole.length - TRAILER)
  return whole
}

function header(name: string, value: string): Buffer {
  const length = Buffer.byteLength(value)
  const line = Buffer.alloc(1 + name.length + 3)
  line[0] = name.length
  line.write(name, 1, 'latin1')
  line[1 + name.length] = STRING
  line.writeUInt16BE(length, 2 + name.length)
  return Buffer.concat([line, Buffer.from(value)])
}
