import { isJsonObject, type JsonObject, parseStrictJson } from '../../json/strict.js'
import {
  type Clock,
  parseRefusalCode,
  proceed,
  type Received,
  type Refusal,
  type RefusalCode,
  refuse,
  type Step,
} from '../../spec/index.js'
import { type Answered, createOwnCaller } from './caller.js'

export interface AskParts {
  readonly clock: Clock
  readonly newId: () => string
  /** By which every request enters that came over a socket. Never rejects. */
  readonly enter: (received: Received) => Promise<void>
}

/** On whose account something is asked for. */
export interface Origin extends Pick<Received, 'sourceIp' | 'traceparent'> {
  /** That labels stay with, as its caller names it. */
  readonly session: string | undefined
}

export interface OwnRequest {
  readonly path: string
  readonly token: string
  readonly body: Buffer
  readonly origin: Origin
  /** Aborted once nobody waits for it any more. */
  readonly ended: AbortSignal
}

/** Our own gate holds no more of an answer either. */
const ANSWER_BYTES = 32 * 1024 * 1024

/**
 * What this process asks itself for, as anybody may: a request with a token that passes every stage, in the log like any other. Only
 * the socket is left out, and so it can be asked wherever and however the gateway listens.
 */
export async function ask({ clock, enter, newId }: AskParts, request: OwnRequest): Promise<Step<Answered>> {
  const { body, ended, origin, path, token } = request
  if (ended.aborted) return NOBODY_WAITS
  const own = createOwnCaller(ANSWER_BYTES, ended)
  const named = origin.session === undefined ? {} : { 'ostiary-session': origin.session }
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
    accept: 'application/json',
    ...named,
  }
  const entered = enter({
    ...{ id: newId(), method: 'POST', path, query: '', headers, rawHeaders: Object.entries(headers).flat() },
    ...{ sourceIp: origin.sourceIp, traceparent: origin.traceparent, receivedAtMs: clock.now(), caller: own.caller },
    body: async () => proceed(body),
    pieces: () => refuse('unsupported_media_type', 'within: a body that is asked for in pieces'),
    certificate: () => undefined,
  })
  // Whoever has stopped waiting does not wait for its outcome to be written either.
  await Promise.race([entered, new Promise<void>((resolve) => own.caller.whenLeft(resolve))])
  const answered = own.answered()
  if (answered === undefined) return refuse('upstream_failed', 'within: no whole answer')
  return answered.status === 200 ? proceed(answered) : refusedAs(answered)
}

const NOBODY_WAITS = refuse('upstream_failed', 'within: nobody waits for it')

/** The refusal by its code, where it is ours; a provider's own error is one of a provider. */
function refusedAs({ body, status }: Answered): Refusal {
  const code = codeIn(body) ?? 'upstream_failed'
  return refuse(code, `within: ${status}`)
}

const ERROR_LIMITS = { maxDepth: 8, maxBytes: 64 * 1024 }

function codeIn(body: Buffer): RefusalCode | undefined {
  const read = parseStrictJson(body, ERROR_LIMITS)
  const whole = read.kind === 'value' && isJsonObject(read.value) ? read.value : NOTHING
  const error = whole['error']
  return parseRefusalCode(isJsonObject(error) ? error['code'] : undefined)
}

const NOTHING: JsonObject = {}
