import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { proxiesOf } from '../../egress/route.js'
import { openTunnel, targetOf } from '../../egress/tunnel.js'
import { type Json, parseStrictJson } from '../../json/strict.js'
import { DetectorFailed, keyText } from '../../spec/index.js'
import { invalid } from './protocol.js'
import { Turns } from './turns.js'

export interface ClientParts {
  /** https, or http to loopback: it is shown what callers wrote. */
  readonly url: URL
  /** Variables that name an egress proxy. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** A header that shows who asks, asked for at each call. */
  readonly credential: (() => readonly [name: string, value: string]) | undefined
  /** Calls at once; others wait for their turn. */
  readonly concurrency: number
}

/** Posts JSON, and gives the JSON of the answer. Rejects with `DetectorFailed` and nothing else. */
export type Post = (value: Json, signal: AbortSignal) => Promise<Json>

const ANSWER_BYTES_MAX = 1 << 20
const ANSWER_DEPTH_MAX = 16
/** Shorter than any usual server keeps an idle connection. */
const IDLE_MS = 1500

/**
 * No redirect is followed, the certificate is checked, an answer is bounded, and bounded in time by the signal. A call goes by the
 * egress proxy that the environment names (`proxiesOf`), each through a tunnel of its own.
 */
export function createClient({ url, env, credential, concurrency }: ClientParts): Post {
  const turns = new Turns(concurrency)
  const connect = connecting(url, env, concurrency)
  return async (value, signal) => {
    const body = JSON.stringify(value)
    const headers = { ...headersOf(body), ...credentialOf(credential) }
    await turns.take(signal)
    try {
      for (let again = false; ; again = true) {
        const way = await connect(signal)
        // A second time by a connection of its own: another that was kept may be gone as well.
        const options = { ...way, ...(again ? { agent: false } : {}), method: 'POST', headers, signal }
        const answer = await ask(url, options, body, again)
        if (answer !== 'stale') return jsonOf(answer)
      }
    } catch (error) {
      throw error instanceof DetectorFailed ? error : new DetectorFailed(codeOf(error))
    } finally {
      turns.give()
    }
  }
}

function headersOf(body: string): http.OutgoingHttpHeaders {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
}

function credentialOf(credential: ClientParts['credential']): http.OutgoingHttpHeaders {
  if (credential === undefined) return {}
  try {
    const [name, value] = credential()
    if (value.split(' ').every((word) => keyText(word) === word)) return { [name]: value }
  } catch {
    // Its message names the file.
  }
  throw new DetectorFailed('SECRET_UNREADABLE')
}

/** How a connection is made. */
function connecting(
  url: URL,
  env: ClientParts['env'],
  concurrency: number,
): (signal: AbortSignal) => Promise<https.RequestOptions> {
  const proxy = proxiesOf(env)(url)
  if (proxy !== undefined) return async (signal) => tunnelled(url, await openTunnel(proxy, targetOf(url), signal))
  const kept = { keepAlive: true, maxSockets: concurrency, timeout: IDLE_MS }
  const agent = url.protocol === 'https:' ? new https.Agent(kept) : new http.Agent(kept)
  const options = { agent, ...(url.hostname === 'localhost' ? { lookup: localhost } : {}) }
  return async () => options
}

function tunnelled({ hostname }: URL, socket: Socket): https.RequestOptions {
  const name = isIP(hostname) === 0 && !hostname.startsWith('[') ? { servername: hostname } : {}
  // Without an agent Node knows no port of the protocol, and would name 80 in `Host`.
  return {
    createConnection: () => connectTls({ socket, host: hostname, ...name, rejectUnauthorized: true }),
    defaultPort: 443,
  }
}

// RFC 6761 section 6.3: `localhost` is loopback, whatever a resolver says; plain http goes there.
const localhost: LookupFunction = (_host, options, done) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  if (options.all === true) done(null, addresses)
  else done(null, '127.0.0.1', 4)
}

/** @param again a connection that the other side had closed meanwhile is a failure this time */
function ask(url: URL, options: https.RequestOptions, body: string, again: boolean): Promise<Buffer | 'stale'> {
  return new Promise((resolve, reject) => {
    const answered = (answer: http.IncomingMessage): void => void take(answer).then(resolve, reject)
    const request =
      url.protocol === 'https:'
        ? // Said aloud, so that the environment (NODE_TLS_REJECT_UNAUTHORIZED) cannot unsay it.
          https.request(url, { ...options, rejectUnauthorized: true }, answered)
        : http.request(url, options, answered)
    request.on('error', (error) => {
      if (!again && request.reusedSocket && codeOf(error) === 'ECONNRESET') resolve('stale')
      else reject(error)
    })
    request.end(body)
  })
}

/** Reads an answer to its end, within bounds; what is not read is hung up on. */
async function take(answer: http.IncomingMessage): Promise<Buffer> {
  const coding = answer.headers['content-encoding']
  if (answer.statusCode !== 200 || (coding !== undefined && coding !== 'identity')) {
    answer.destroy()
    throw new DetectorFailed(answer.statusCode === 200 ? 'ANSWER_COMPRESSED' : `STATUS_${answer.statusCode ?? 0}`)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > ANSWER_BYTES_MAX) throw new DetectorFailed('ANSWER_TOO_LARGE')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function jsonOf(answer: Buffer): Json {
  const read = parseStrictJson(answer, { maxDepth: ANSWER_DEPTH_MAX, maxBytes: ANSWER_BYTES_MAX })
  if (read.kind === 'fault') throw invalid()
  return read.value
}

/** An error's closed code, never its message: messages can quote what was sent. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'THREW'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
