import { type ChatRequest, readChatRequest } from './chat-request.js'
import { parseObject } from './json.js'

/** A request as it stood on the wire: nothing is joined, dropped or put in lower case but in `headers`. */
export interface UpstreamRequest {
  readonly method: string
  readonly target: string
  /** Names in lower case; a repeated header's values are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly rawHeaders: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  /** The body read as a chat completion request; undefined where it is not one. */
  readonly chat: ChatRequest | undefined
}

const HEAD_MAX_BYTES = 1024 * 1024
const HEAD_END = '\r\n\r\n'

/**
 * Reads HTTP/1.1 requests off a socket.
 *
 * @returns takes what arrived; throws where that is not HTTP
 */
export function requestReader(onRequest: (request: UpstreamRequest) => void): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let heldBytes = 0
  let neededBytes = 1 // below this, joining and parsing again cannot succeed

  return (chunk) => {
    held.push(chunk)
    heldBytes += chunk.length
    while (heldBytes >= neededBytes && heldBytes > 0) {
      const bytes = Buffer.concat(held)
      const read = readOne(bytes)
      const rest = read.kind === 'whole' ? bytes.subarray(read.bytes) : bytes
      held = [rest]
      heldBytes = rest.length
      neededBytes = read.kind === 'whole' ? 1 : Math.max(read.neededBytes, heldBytes + 1)
      if (read.kind === 'whole') onRequest(read.request)
    }
  }
}

type ReadOne =
  | { readonly kind: 'whole'; readonly request: UpstreamRequest; readonly bytes: number }
  | { readonly kind: 'part'; readonly neededBytes: number }

function readOne(bytes: Buffer): ReadOne {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd === -1) {
    if (bytes.length > HEAD_MAX_BYTES) throw new RangeError('a request head without end')
    return { kind: 'part', neededBytes: 0 }
  }
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const [method, target, version] = first.split(' ')
  if (method === undefined || target === undefined || version !== 'HTTP/1.1')
    throw new SyntaxError('not an HTTP request')
  const rawHeaders = lines.map(headerOf)
  const headers = new Map<string, string>()
  for (const [name, value] of rawHeaders) {
    const before = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  const from = headEnd + HEAD_END.length
  const framed =
    headers.get('transfer-encoding') === 'chunked' ? readChunked(bytes, from) : readCounted(bytes, from, headers)
  if (framed.kind === 'part') return framed
  const { body, end } = framed
  const chat = readChatRequest(parseObject(body.toString('utf8')))
  return { kind: 'whole', request: { method, target, headers, rawHeaders, body, chat }, bytes: end }
}

function headerOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw new SyntaxError('not a header')
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}

type Framed =
  | { readonly kind: 'body'; readonly body: Buffer; readonly end: number }
  | Extract<ReadOne, { kind: 'part' }>

function readCounted(bytes: Buffer, from: number, headers: ReadonlyMap<string, string>): Framed {
  const text = headers.get('content-length') ?? '0'
  if (!/^\d{1,12}$/.test(text)) throw new SyntaxError('not a content-length')
  const end = from + Number(text)
  return bytes.length < end
    ? { kind: 'part', neededBytes: end }
    : { kind: 'body', body: bytes.subarray(from, end), end }
}

function readChunked(bytes: Buffer, from: number): Framed {
  const chunks: Buffer[] = []
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return { kind: 'part', neededBytes: 0 }
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new SyntaxError('not a chunk size')
    const data = lineEnd + 2
    if (bytes.length < data + size + 2) return { kind: 'part', neededBytes: data + size + 2 }
    if (size === 0) return { kind: 'body', body: Buffer.concat(chunks), end: data + 2 }
    chunks.push(bytes.subarray(data, data + size))
    at = data + size + 2
  }
}
