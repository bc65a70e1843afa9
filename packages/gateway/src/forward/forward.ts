import { hash } from 'node:crypto'
import type { Dispatcher } from 'undici'
import type { Authenticated, LongContent, Recorded, RecordedTransfer } from '../exchange.js'
import {
  type Clock,
  Deadlines,
  type Dialect,
  NO_RETRY,
  type Principal,
  type Refusal,
  refuse,
  subjectOf,
  type Timed,
} from '../spec/index.js'
import type { Answer, Upstream, UpstreamHeaders } from './answer.js'
import { withholding } from './echo.js'
import { NoKey, type ProviderKey, type ProviderKeys } from './provider-key.js'

/** A provider as the forward stage sees it. */
export interface Provider {
  readonly name: string
  readonly baseUrl: URL
  /** Our own credentials for it, one asked for at each call; none for a server that asks for none. */
  readonly keys: ProviderKeys | undefined
  /** How it is shown them; undefined: as its dialect has it. */
  readonly credential: Dialect['credential'] | undefined
  /** Where it is, for dialects whose credential says so; undefined: its address tells, or nobody asks. */
  readonly region?: string | undefined
}

export interface ForwardTimeouts {
  readonly firstByteMs: number
  readonly idleMs: number
  readonly totalMs: number
}

export interface ForwardParts {
  readonly providers: ReadonlyMap<string, Provider>
  readonly dispatcherFor: (origin: string) => Dispatcher
  readonly timeouts: ForwardTimeouts
  readonly clock: Clock
}

export interface Forward {
  /** Sends what was recorded; only a `Recorded` exchange compiles here. */
  send(recorded: Recorded, answer: Answer): Upstream
  /** The same for a transfer: what was recorded, at one place below the provider's address. */
  transfer(recorded: RecordedTransfer, at: TransferAt, answer: Answer): Upstream
  stop(): void
}

export interface TransferAt {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** The content goes along. */
  readonly hasContent: boolean
}

/** One call as it goes out. */
interface Outgoing {
  readonly authenticated: Authenticated
  readonly dialect: Dialect
  readonly provider: string
  readonly method: string
  readonly path: string
  readonly content: Buffer | LongContent | undefined
  /** What the content is; undefined: what the caller called it. */
  readonly contentType: string | undefined
}

export function createForward(parts: ForwardParts): Forward {
  const tickMs = Math.max(10, Math.min(250, parts.timeouts.idleMs / 4, parts.timeouts.firstByteMs / 4))
  const deadlines = new Deadlines(parts.clock, tickMs)
  const targets = new Map([...parts.providers].map(([name, provider]) => [name, targetOf(provider)]))

  function dispatch(call: Call, target: Target, outgoing: Outgoing, key?: ProviderKey): void {
    if (call.isOver) return
    const { provider, origin } = target
    const { authenticated, content, contentType, dialect, method } = outgoing
    const { received, principal } = authenticated
    // A header is sent because it is in the dialect's list: the caller's credential, cookies, forwarding and hop-by-hop
    // headers have no way in.
    const headers: string[] = ['accept-encoding', 'identity']
    for (const [name, spelling] of dialect.requestHeaders) {
      const sent = received.headers[name]
      if (sent === undefined || !spelling.test(sent)) continue
      if (name === 'content-type' && contentType !== undefined) continue
      headers.push(name, name === 'idempotency-key' ? ownKey(principal, sent) : sent)
    }
    if (contentType !== undefined && contentType !== '') headers.push('content-type', contentType)
    if (received.traceparent !== undefined) headers.push('traceparent', received.traceparent)
    const isLong = content !== undefined && !Buffer.isBuffer(content)
    if (isLong) headers.push('content-length', String(content.length))
    const path = pathAt(target, outgoing.path)
    if (key !== undefined) {
      // Last: a signature covers what stands before it.
      const { region } = provider
      const body = Buffer.isBuffer(content) ? content : NOTHING
      const asked = { method, origin, path, headers, body, nowMs: parts.clock.now(), region }
      headers.push(...(provider.credential ?? dialect.credential)(key.reveal(), asked))
      call.goesWith(provider.keys, key, dialect)
    }
    parts.dispatcherFor(origin).dispatch(
      {
        origin,
        path,
        method: method as Dispatcher.HttpMethod,
        headers,
        // It takes them one by one, each when the one before is written; its types only know streams, which read ahead.
        body: (isLong ? content.chunks() : (content ?? null)) as Buffer | null,
        // Ours are the deadlines: undici's own would end a thinking model after five minutes.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      call,
    )
  }

  function send(outgoing: Outgoing, answer: Answer): Upstream {
    const call = new Call(answer, parts, deadlines)
    const target = targets.get(outgoing.provider)
    if (target === undefined) {
      call.fail(refuse('upstream_failed', `no provider ${outgoing.provider}`))
      return call
    }
    deadlines.add(call)
    try {
      const key = target.provider.keys?.take()
      if (key instanceof Promise) {
        key
          .then((read) => dispatch(call, target, outgoing, read))
          .catch((error: unknown) => call.fail(notSent(target.provider, error)))
      } else dispatch(call, target, outgoing, key)
    } catch (error) {
      call.fail(notSent(target.provider, error))
    }
    return call
  }

  return {
    send({ sealed }, answer) {
      const { authenticated, body, dialect, endpoint, model } = sealed
      return send(
        {
          ...{ authenticated, dialect, content: body, contentType: undefined },
          ...{ provider: model.provider, method: endpoint.method },
          path: endpoint.upstreamPath(model.upstreamModel, authenticated.received.query),
        },
        answer,
      )
    },
    transfer({ sealed }, { hasContent, method, path }, answer) {
      const { authenticated, dialect, provider } = sealed
      const content = hasContent ? sealed.content : undefined
      return send({ authenticated, dialect, provider, method, path, content, contentType: typeOf(content) }, answer)
    },
    stop() {
      deadlines.stop()
    },
  }
}

const NOTHING = Buffer.alloc(0)

function typeOf(content: Buffer | LongContent | undefined): string {
  if (content === undefined) return ''
  return Buffer.isBuffer(content) ? 'application/json' : content.type
}

/** A provider, and what its URL says: asked of a `URL`, its parts are put together anew each time. */
interface Target {
  readonly provider: Provider
  readonly origin: string
  readonly prefix: string
  /** Without its question mark. */
  readonly query: string
}

function targetOf(provider: Provider): Target {
  const { origin, pathname, search } = provider.baseUrl
  return { provider, origin, prefix: pathname.replace(/\/$/, ''), query: search.slice(1) }
}

function pathAt({ prefix, query }: Target, path: string): string {
  if (query === '') return prefix + path
  return `${prefix}${path}${path.includes('?') ? '&' : '?'}${query}`
}

/**
 * One call. Speaks undici's raw handler interface: its newer one parses every header into an object that nobody reads.
 */
class Call implements Upstream, Timed, Dispatcher.DispatchHandler {
  #answer: Answer
  #keys: ProviderKeys | undefined
  #key: ProviderKey | undefined
  #dialect: Dialect | undefined
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #timeouts: ForwardTimeouts
  readonly #endMs: number
  #abort: ((error?: Error) => void) | undefined
  #resume: (() => void) | undefined
  #state: 'waiting' | 'answering' | 'over' = 'waiting'
  #paused = false
  deadlineMs: number
  place = -1

  constructor(answer: Answer, parts: ForwardParts, deadlines: Deadlines) {
    this.#answer = answer
    this.#clock = parts.clock
    this.#deadlines = deadlines
    this.#timeouts = parts.timeouts
    const now = parts.clock.now()
    this.#endMs = now + parts.timeouts.totalMs
    this.deadlineMs = Math.min(this.#endMs, now + parts.timeouts.firstByteMs)
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** Before it is dispatched: whom the provider's answer is told to, and what it must not hold. */
  goesWith(keys: ProviderKeys | undefined, key: ProviderKey, dialect: Dialect): void {
    this.#keys = keys
    this.#key = key
    this.#dialect = dialect
    this.#answer = withholding(this.#answer, key.echoes(dialect.confidential))
  }

  /** Ends it before it is dispatched. */
  fail(refusal: Refusal): void {
    if (this.#over()) this.#answer.failed(refusal)
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#state === 'over') abort()
    else this.#abort = abort
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (this.#state === 'over') return false
    if (status < 200) return true
    this.#state = 'answering'
    this.#resume = resume
    this.#touch()
    const headers = new RawHeaders(raw)
    if (this.#key !== undefined) this.#tellKeys(status, headers, this.#key)
    return this.#flowing(this.#answer.head(status, headers, this))
  }

  onData(chunk: Buffer): boolean {
    if (this.#state === 'over') return false
    this.#touch()
    return this.#flowing(this.#answer.data(chunk))
  }

  onComplete(): void {
    if (this.#over()) this.#answer.end()
  }

  onError(error: Error): void {
    if (this.#over()) this.#answer.failed(refuse('upstream_failed', `upstream: ${codeOf(error)}`))
  }

  resume(): void {
    if (this.#state === 'over') return
    this.#paused = false
    this.#touch()
    this.#resume?.()
  }

  abort(): void {
    if (this.#over()) this.#abort?.()
  }

  expire(): void {
    // A caller who reads slowly is not an idle provider.
    if (this.#paused && this.#clock.now() < this.#endMs) {
      this.#touch()
      this.#deadlines.add(this)
      return
    }
    const waited = this.#state === 'waiting' ? 'no first byte in time' : 'idle or total time over'
    if (!this.#over()) return
    this.#abort?.()
    this.#answer.failed(refuse('upstream_timeout', waited))
  }

  #tellKeys(status: number, headers: UpstreamHeaders, key: ProviderKey): void {
    if (status === 401 || this.#dialect?.refusesKey?.(status, headers) === true) this.#keys?.refused(key)
    // Redirects, 407 and 5xx may come from somebody before the provider, who knows nothing of keys.
    else if (status < 500 && status !== 407 && (status < 300 || status >= 400)) this.#keys?.accepted(key)
  }

  #flowing(go: boolean): boolean {
    this.#paused = !go
    return go
  }

  #touch(): void {
    this.deadlineMs = Math.min(this.#endMs, this.#clock.now() + this.#timeouts.idleMs)
  }

  /** True once: for whoever ends the call first. */
  #over(): boolean {
    if (this.#state === 'over') return false
    this.#state = 'over'
    this.#deadlines.remove(this)
    return true
  }
}

/**
 * The provider's headers, looked up by name when asked: of a dozen that come, three are read.
 * Where a name occurs twice the first counts.
 */
class RawHeaders implements UpstreamHeaders {
  readonly #raw: readonly Buffer[]

  constructor(raw: readonly Buffer[]) {
    this.#raw = raw
  }

  get(name: string): string | undefined {
    const raw = this.#raw
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const here = raw[i] as Buffer
      if (here.length === name.length && here.toString('latin1').toLowerCase() === name)
        return (raw[i + 1] as Buffer).toString('latin1')
    }
    return undefined
  }
}

/**
 * All callers share our account, so a provider would answer one caller's key with what it told another: each has keys of its
 * own. What the key says stays here.
 */
function ownKey(principal: Principal, key: string): string {
  return hash('sha256', `${principal.actor.uid}\n${subjectOf(principal).uid}\n${key}`, 'hex')
}

function notSent({ name }: Provider, error: unknown): Refusal {
  if (!(error instanceof NoKey))
    return refuse('upstream_failed', `upstream: ${error instanceof Error ? codeOf(error) : 'threw'}`)
  return error.why === 'unreadable'
    ? refuse('upstream_failed', `the credential of provider ${name} cannot be read`)
    : refuse('upstream_failed', `provider ${name} refuses our key, and it is not time to try again`, {
        headers: NO_RETRY,
      })
}

/** An error's closed code, never its message: messages can quote what was sent. */
function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : error.name
}
