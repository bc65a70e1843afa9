import { isJsonObject, parseStrictJson } from '../json/strict.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import {
  covers,
  GATEWAY,
  headerLines,
  lackingScope,
  type Operation,
  type OperationInput,
  type Operations,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  refuse,
  type Step,
} from '../spec/index.js'
import { problem } from './problem.js'

/** A file of the log by its path below the log's top (`checkpoint`, `tile/…`), or undefined where there is none. */
export type LogReader = (path: string) => Promise<Uint8Array | undefined>

export interface AdminDoorParts {
  /** The pipeline of this moment. */
  readonly pipeline: () => Pipeline
  readonly log: LogReader
  /** Checkpoint and hash tiles need no credential (`audit.publish`). Entries always do. */
  readonly publish: boolean
  readonly ready: () => boolean
  readonly metrics: () => string
  readonly countLogRead: () => void
  /** Hosts by which this port may be named; empty for the control socket, where a Host means nothing. */
  readonly hosts: () => ReadonlySet<string>
  readonly scheme: 'http' | 'https'
  /** The control socket: whoever may open it is the operator. */
  readonly trusted: boolean
  /** Answers of the control socket alone. */
  readonly control: ReadonlyMap<string, () => Promise<unknown>>
  readonly operations: Operations
}

/** A path of the C2SP layout and nothing else: no dots, no way up. */
const LOG_PATH = /^(?:checkpoint|tile\/(?:entries|[0-9]{1,2})\/(?:x[0-9]{3}\/){0,4}[0-9]{3}(?:\.p\/[0-9]{1,3})?)$/

/** The admin port and the control socket: one door, two ways to be let in. Never rejects. */
export function adminDoor(parts: AdminDoorParts): (received: Received) => Promise<void> {
  return async (received) => {
    try {
      const answer = await serve(parts, received)
      send(received, answer)
    } catch (error) {
      send(received, wordOf(received, refuse('overloaded', error instanceof Error ? error.name : 'threw')))
    }
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

async function serve(parts: AdminDoorParts, received: Received): Promise<Answer> {
  const { path, method } = received
  if (!parts.trusted) {
    // A page in a browser may name this port: by another host (rebinding) or from another origin. Neither is let in.
    const host = received.headers['host'] ?? ''
    const origin = received.headers['origin']
    const hosts = parts.hosts()
    if (!hosts.has(host))
      return wordOf(received, refuse('invalid_request', 'host', { message: 'This host is not served here.' }))
    if (origin !== undefined && ![...hosts].some((one) => origin === `http://${one}` || origin === `https://${one}`)) {
      return wordOf(
        received,
        refuse('forbidden_by_policy', 'origin', { message: 'Requests from another origin are not served.' }),
      )
    }
  }
  if (method === 'GET' && path === '/healthz') return text(200, 'ok\n')
  if (method === 'GET' && path === '/readyz') return parts.ready() ? text(200, 'ready\n') : text(503, 'draining\n')
  if (method === 'GET' && path === '/metrics') return text(200, parts.metrics())
  if (method === 'GET' && path.startsWith('/log/')) return await readLog(parts, received, path.slice(5))
  const control = parts.trusted ? parts.control.get(`${method} ${path}`) : undefined
  if (control !== undefined) return json(200, await control())
  const operation = parts.operations.get(`${method} ${path}`)
  const by = parts.trusted ? OPERATOR : await administers(parts, received, operation)
  if (by.kind === 'refuse') return wordOf(received, by)
  return operation === undefined
    ? wordOf(received, refuse('endpoint_not_governed', 'no such endpoint'))
    : await operate(parts, operation, received, by.value)
}

/** Whoever may open the control socket. */
const OPERATOR: Step<undefined> = proceed(undefined)

/** Who asks, where the caller may: asked before it is told whether there is such an endpoint. */
async function administers(
  { pipeline, scheme }: AdminDoorParts,
  received: Received,
  operation: Operation | undefined,
): Promise<Step<Principal>> {
  const found = await pipeline().identify(received, originOf(received, scheme))
  if (found.kind === 'refuse') return found
  const { scopes } = found.value
  const scope = operation?.scope
  const holds = scope === undefined ? [...scopes].some((one) => one.startsWith('admin:')) : covers(scopes, scope)
  if (!holds) return pipeline().who.challenged(lackingScope(scope ?? 'admin:*'), received, found.value)
  const may = pipeline().decide(received, found.value, 'administer', GATEWAY)
  return may.kind === 'refuse' ? may : found
}

/** The Host was checked: it is one of this port's own names. */
function originOf(received: Received, scheme: 'http' | 'https'): string {
  return `${scheme}://${received.headers['host']}`
}

async function operate(
  { pipeline }: AdminDoorParts,
  operation: Operation,
  received: Received,
  by: Principal | undefined,
): Promise<Answer> {
  const input = received.method === 'GET' ? proceed({}) : await inputOf(received, operation)
  if (input.kind === 'refuse') return wordOf(received, input)
  const asks = by === undefined ? undefined : operation.asks?.(input.value)
  if (asks?.kind === 'refuse') return wordOf(received, asks)
  if (by !== undefined && asks !== undefined) {
    const { action, labels } = asks.value
    const may = pipeline().decide(received, by, action, GATEWAY, labels)
    if (may.kind === 'refuse') return wordOf(received, may)
  }
  const done = await operation.run(input.value, by)
  return done.kind === 'refuse' ? wordOf(received, done) : json(200, done.value)
}

const INPUT_LIMITS = { maxDepth: 8, maxBytes: 64 * 1024 }

async function inputOf(received: Received, { inputBytesMax }: Operation): Promise<Step<OperationInput>> {
  const body = await received.body()
  if (body.kind === 'refuse') return body
  const limits = { ...INPUT_LIMITS, maxBytes: inputBytesMax ?? INPUT_LIMITS.maxBytes }
  if (body.value.length > limits.maxBytes)
    return refuse('body_too_large', `operation: ${body.value.length} bytes`, {
      message: `The body is larger than the ${limits.maxBytes} bytes that this operation takes.`,
    })
  const read = parseStrictJson(body.value, limits)
  return read.kind === 'value' && isJsonObject(read.value)
    ? proceed(read.value)
    : refuse('invalid_request', 'operation: body', { message: 'The body is no JSON object.' })
}

/** Authenticated before it is looked up: a stranger does not learn how long the log is. */
async function readLog(parts: AdminDoorParts, received: Received, path: string): Promise<Answer> {
  const open = parts.trusted || (parts.publish && !path.startsWith('tile/entries/'))
  if (!open) {
    const found = await parts.pipeline().identify(received, originOf(received, parts.scheme))
    if (found.kind === 'refuse') return wordOf(received, found)
    if (!covers(found.value.scopes, 'audit:read')) {
      return wordOf(received, parts.pipeline().who.challenged(lackingScope('audit:read'), received, found.value))
    }
  }
  parts.countLogRead()
  const bytes = LOG_PATH.test(path) ? await parts.log(path) : undefined
  if (bytes === undefined)
    return wordOf(received, refuse('endpoint_not_governed', 'no such file', { message: 'The log has no such file.' }))
  return {
    status: 200,
    type: path === 'checkpoint' ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    body: bytes,
  }
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(body) }
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: Buffer.from(JSON.stringify(value)) }
}

function wordOf(received: Received, refusal: Refusal): Answer {
  const { status, body } = problem.refusal(refusal, received.id)
  return { status, type: 'application/problem+json', body, headers: refusal.headers ?? {} }
}

function send(received: Received, answer: Answer): void {
  const { body } = answer
  const own = { 'content-type': answer.type, 'cache-control': 'no-store', 'x-request-id': received.id }
  received.caller.head(answer.status, headerLines(answer.headers ?? {}, own), body.length)
  received.caller.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}
