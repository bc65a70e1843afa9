/** A value as text, or null. */
export type Bound = string | null

const CANCEL_CODE = 80877102
const TLS_CODE = 80877103
const PROTOCOL = 0x0003_0000

export const SYNC: Buffer = message('S', [])
export const FLUSH: Buffer = message('H', [])
export const TERMINATE: Buffer = message('X', [])
export const ASK_TLS: Buffer = untyped([int32(TLS_CODE)])

export function startup(parameters: readonly (readonly [string, string])[]): Buffer {
  return untyped([int32(PROTOCOL), ...parameters.flat().map(cstring), Buffer.from([0])])
}

export function cancelRequest(pid: number, secret: Buffer): Buffer {
  return untyped([int32(CANCEL_CODE), int32(pid), secret])
}

export function password(text: string): Buffer {
  return message('p', [cstring(text)])
}

export function saslInitial(mechanism: string, response: string): Buffer {
  const bytes = Buffer.from(response)
  return message('p', [cstring(mechanism), int32(bytes.length), bytes])
}

export function saslResponse(response: string): Buffer {
  return message('p', [Buffer.from(response)])
}

export function parse(name: string, sql: string): Buffer {
  // No types are given for parameters: the server finds them.
  return message('P', [cstring(name), cstring(sql), int16(0)])
}

export function describeStatement(name: string): Buffer {
  return message('D', [Buffer.from('S'), cstring(name)])
}

export function closeStatement(name: string): Buffer {
  return message('C', [Buffer.from('S'), cstring(name)])
}

/** Of the unnamed portal; all in the format of text. Written in one piece: each query sends one. */
export function bind(statement: string, values: readonly Bound[]): Buffer {
  if (statement.includes('\0')) throw new Error(NO_NUL)
  // The type, the length, no portal's name, the end of the statement's, and three counts.
  let length = 1 + 4 + 1 + Buffer.byteLength(statement) + 1 + 3 * 2
  for (const value of values) length += 4 + (value === null ? 0 : Buffer.byteLength(value))
  const bytes = Buffer.allocUnsafe(length)
  bytes[0] = BIND
  bytes.writeInt32BE(length - 1, 1)
  bytes[5] = 0
  let at = 6 + bytes.write(statement, 6)
  bytes[at] = 0
  at = bytes.writeUInt16BE(0, at + 1)
  at = bytes.writeUInt16BE(values.length, at)
  for (const value of values) {
    const size = value === null ? 0 : bytes.write(value, at + 4)
    bytes.writeInt32BE(value === null ? -1 : size, at)
    at += 4 + size
  }
  bytes.writeUInt16BE(0, at)
  return bytes
}

const BIND = 'B'.charCodeAt(0)

/** @param rows at most; 0: all */
export function execute(rows: number): Buffer {
  return message('E', [cstring(''), int32(rows)])
}

const NO_NUL = 'a text for PostgreSQL has no NUL'

function message(type: string, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type), untyped(parts)])
}

function untyped(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4)
  return Buffer.concat([int32(length), ...parts], length)
}

function cstring(text: string): Buffer {
  // The server would take what follows for something else.
  if (text.includes('\0')) throw new Error(NO_NUL)
  return Buffer.from(`${text}\0`)
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(value)
  return bytes
}
