import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { type Clock, Deadlines, type Received } from '../spec/index.js'
import { type BodyParts, readBody } from './body.js'
import { endsWithAnswer, HttpCaller } from './caller.js'
import { certificateOf } from './certificate.js'
import { type Addresses, type MalformedReason, readHead } from './head.js'
import { readPieces } from './pieces.js'

export interface ReceiveLimits {
  readonly bodyBytes: number
  readonly headerBytes: number
  /** Time for a whole head, from its first byte (or from the connection's first). */
  readonly requestHeadMs: number
  /** Time for a whole body, from when it is asked for. */
  readonly requestBodyMs: number
}

/** PEM texts of our own listener. */
export interface ListenTls {
  readonly cert: string
  readonly key: string
  /** Authorities that a caller's certificate must be signed by; undefined: no caller is asked for one. */
  readonly clientCa: string | undefined
}

export interface ReceiveParts {
  readonly limits: ReceiveLimits
  readonly tls: ListenTls | undefined
  readonly clock: Clock
  readonly newId: () => string
  /** Addresses whose `X-Forwarded-For` and `Client-Cert` are believed; nobody else's are. */
  readonly trustedProxies: Addresses
  /** Takes each well-formed request. Never rejects. */
  readonly take: (received: Received) => Promise<void>
  /** Counts what was not well-formed HTTP: it gets a bare answer and reaches nobody. */
  readonly malformed: (why: MalformedReason) => void
}

/** A server for the data plane. It parses heads; a body is read only when a later stage asks for it. */
export function createReceiver(parts: ReceiveParts): Server {
  const { limits, clock } = parts
  const tickMs = Math.max(10, Math.min(250, limits.requestBodyMs / 4))
  const bodies: BodyParts = { limits, clock, deadlines: new Deadlines(clock, tickMs) }
  const onRequest = (req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void => {
    // Pipelined (RFC 9112 section 9.3.2) behind an answer that is not out yet. It waits its turn: until then Node does not tell
    // its answer that the caller has left, and whatever it had begun would go on for nobody.
    if (res.socket === null) {
      res.once('socket', () => onRequest(req, res, expectsContinue))
      return
    }
    // RFC 9112 section 9.6: what comes behind an answer that closes the connection is not processed.
    if (endsWithAnswer(req.socket)) return
    const head = readHead(req, parts.trustedProxies)
    if (head.kind === 'malformed') {
      parts.malformed(head.why)
      res.writeHead(400, { connection: 'close', 'content-length': '0' }).end()
      return
    }
    const caller = new HttpCaller(req, res)
    const received: Received = {
      id: parts.newId(),
      method: req.method ?? '',
      path: head.path,
      query: head.query,
      headers: req.headers as Received['headers'],
      rawHeaders: req.rawHeaders,
      sourceIp: head.sourceIp,
      receivedAtMs: clock.now(),
      traceparent: head.traceparent,
      pieces: (atMost) =>
        readPieces(
          req,
          caller,
          { clock, deadlines: bodies.deadlines, requestBodyMs: limits.requestBodyMs },
          expectsContinue ? res : undefined,
          atMost,
        ),
      body: (kind = 'json') => readBody(req, caller, bodies, expectsContinue ? res : undefined, kind),
      certificate: once(() => certificateOf(req, head.isFromProxy)),
      caller,
    }
    // It has promised not to reject; should it break that, one caller is cut off, and the process stays.
    parts.take(received).catch(() => req.destroy())
  }

  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.requestHeadMs,
    // Ours is the body's own time limit (readBody): Node's would also cut an answer that streams.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, limits.requestHeadMs / 4)),
    keepAliveTimeout: 75_000,
    insecureHTTPParser: false,
    // Asked for by `readHead`, which counts who sends none.
    requireHostHeader: false,
    noDelay: true,
  }
  const plainly = (req: IncomingMessage, res: ServerResponse): void => onRequest(req, res, false)
  const server: Server =
    parts.tls === undefined
      ? createServer(options, plainly)
      : createTlsServer({ ...options, ...tlsOptions(parts.tls) }, plainly)
  // Answered only once the credential was verified and the body is asked for.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => onRequest(req, res, true))
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    parts.malformed('bad_http')
    res.writeHead(417, { connection: 'close', 'content-length': '0' }).end()
  })
  // Without a listener Node hangs up and nobody counts it: nothing here is a tunnel.
  server.on('connect', (_req: IncomingMessage, socket: Socket) => {
    parts.malformed('bad_target')
    hangUp(socket, '400 Bad Request')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const [line, why] = bareAnswer(error.code)
    parts.malformed(why)
    hangUp(socket, line)
  })
  return server
}

function tlsOptions({ cert, key, clientCa }: ListenTls): TlsOptions {
  const own: TlsOptions = { cert, key, minVersion: 'TLSv1.2' }
  // Who has no certificate, or one of another authority, is let in all the same: whether a token needs one only the token says.
  return clientCa === undefined ? own : { ...own, ca: clientCa, requestCert: true, rejectUnauthorized: false }
}

/** Asked for at most once, and only where somebody asks. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const HANG_UP_MS = 1000

/** A bare answer. The socket allows a half-open peer, so one that never closes its side would keep it for ever. */
function hangUp(socket: Socket, statusLine: string): void {
  socket.end(`HTTP/1.1 ${statusLine}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), HANG_UP_MS)
  socket.once('close', () => clearTimeout(timer))
}

function bareAnswer(code: string | undefined): readonly [string, MalformedReason] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['431 Request Header Fields Too Large', 'head_too_large']
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['408 Request Timeout', 'head_timeout']
  return ['400 Bad Request', 'bad_http']
}
