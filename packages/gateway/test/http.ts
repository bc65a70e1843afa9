import { request } from 'node:http'
import { connect } from 'node:net'
import type { House } from './house.js'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  readonly text: string
  /** Of the exchange, as the gateway calls it. */
  readonly id: string | undefined
  /** The body as JSON. */
  json(): unknown
}

export interface Ask {
  readonly as?: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly path?: string
  readonly signal?: AbortSignal
}

const CHAT = '/v1/chat/completions'

/** One request over a connection of its own; the body goes out as it is. */
export async function ask(house: House, body: unknown, options: Ask = {}): Promise<Answer> {
  const token = options.token ?? (await house.token(options.as))
  const bytes =
    typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
  return await send(house.url, bytes, {
    ...options,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...options.headers },
  })
}

export function send(url: string, body: Buffer | undefined, options: Omit<Ask, 'as' | 'token'> = {}): Promise<Answer> {
  const { method = body === undefined ? 'GET' : 'POST', path = CHAT, headers = {}, signal } = options
  return new Promise((resolve, reject) => {
    const length = body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(body.length) }
    const { hostname, port } = new URL(url)
    // Not as a URL: that would resolve what the gateway must see as it is.
    const asking = request({
      hostname,
      port,
      path,
      method,
      agent: false,
      headers: { ...length, ...headers },
      ...(signal === undefined ? {} : { signal }),
    })
    asking.on('error', reject)
    asking.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const all = Buffer.concat(chunks)
        const given = response.headers as Record<string, string | undefined>
        resolve({
          status: response.statusCode ?? 0,
          headers: given,
          body: all,
          text: all.toString('utf8'),
          id: given['x-request-id'],
          json: () => JSON.parse(all.toString('utf8')),
        })
      })
    })
    asking.end(body)
  })
}

export interface Wired {
  /** Everything that came, up to the end of the connection. */
  readonly text: string
  readonly elapsedMs: number
}

/** These bytes on a bare socket, piece by piece; gives what comes back until the other side ends the connection. */
export function onSocket(port: number, writes: readonly (string | Buffer)[], pauseMs = 0): Promise<Wired> {
  return new Promise((resolve, reject) => {
    const began = Date.now()
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection stays open after: ${Buffer.concat(chunks).toString('latin1')}`))
    }, 8000)
    socket.on('data', (chunk) => chunks.push(chunk))
    // Reset while we still write: what came before it counts.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve({ text: Buffer.concat(chunks).toString('latin1'), elapsedMs: Date.now() - began })
    })
    const step = (at: number): void => {
      const next = writes[at]
      if (next === undefined || socket.destroyed) return
      socket.write(next)
      if (pauseMs === 0) step(at + 1)
      else setTimeout(() => step(at + 1), pauseMs)
    }
    step(0)
  })
}

export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

export function errorOf(answer: Answer): ErrorBody['error'] {
  return (answer.json() as ErrorBody).error
}

export function prompt(content: unknown, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { model: 'model', messages: [{ role: 'user', content }], ...more }
}
