import { createServer, type Socket } from 'node:net'
import { type Afterwards, tell } from './lie-answers.js'
import { type Lie, lieOfModel } from './lies.js'
import { closeServer, type LoopbackAddress, listenOn, loopbackHost } from './loopback.js'
import { requestReader, type UpstreamRequest } from './request-reader.js'
import { type Wire, wireOn } from './wire.js'

export interface LyingUpstreamOptions extends LoopbackAddress {
  /** What to do with a request; undefined falls back to the model's name (`lie-…`), which falls back to the truth. */
  readonly behave?: (request: UpstreamRequest) => Lie | undefined
}

export interface LyingUpstream {
  readonly origin: string
  /** Ends in `/v1`. */
  readonly baseUrl: string
  readonly port: number
  /** Whole requests in order of arrival: the last thousand. */
  readonly received: readonly UpstreamRequest[]
  readonly requestCount: number
  readonly connectionCount: number
  /** Sockets open now. Some clients connect anew as soon as they have left, so an idle one may be among them. */
  readonly openSockets: number
  /** Requests whose answer is not complete. */
  readonly answering: number
  /** Sockets whose other side left before its answer was complete. */
  readonly abortedSockets: number
  /** Sockets that were closed for what they sent is not HTTP. */
  readonly badRequests: number
  /** From now on, before the model's name is looked at. */
  behave(how: Lie | ((request: UpstreamRequest) => Lie | undefined) | undefined): void
  /** Rejects with what `behave` or a `custom` script threw, where one did. */
  close(): Promise<void>
}

const RECEIVED_MAX = 1000

type Behave = (request: UpstreamRequest) => Lie | undefined

/** A provider that answers as providers, proxies and networks do on their worst days. */
export async function startLyingUpstream(options: LyingUpstreamOptions = {}): Promise<LyingUpstream> {
  const host = loopbackHost(options.host ?? '127.0.0.1')
  const received: UpstreamRequest[] = []
  const sockets = new Set<Socket>()
  const counts = { requests: 0, connections: 0, answering: 0, aborted: 0, bad: 0 }
  const faults: unknown[] = []
  let behave: Behave = options.behave ?? (() => undefined)
  let origin = ''
  let closing = false

  function serve(socket: Socket): void {
    counts.connections += 1
    sockets.add(socket)
    const gone = new AbortController()
    let answering = 0
    let ours = false // the connection ends by our own hand
    let queue: Promise<void> = Promise.resolve()

    const left = (): void => {
      if (gone.signal.aborted) return
      if (answering > 0 && !ours && !closing) counts.aborted += 1
      gone.abort()
    }

    async function answer(request: UpstreamRequest): Promise<void> {
      const reset = (): void => {
        ours = true
        socket.resetAndDestroy()
      }
      const wire = wireOn(socket, { request, origin, gone: gone.signal, reset })
      const afterwards = await carryOut(wire)
      answering -= 1
      counts.answering -= 1
      // Half open, and whoever asked has left or is to see the end: nothing more will come.
      if (gone.signal.aborted) socket.destroy()
      else if (afterwards === 'close' || request.headers.get('connection') === 'close') socket.destroySoon()
    }

    async function carryOut(wire: Wire): Promise<Afterwards> {
      try {
        return await tell(lieFor(wire.request, behave), wire)
      } catch (error) {
        faults.push(error)
        return 'close'
      }
    }

    const read = requestReader((request) => {
      counts.requests += 1
      received.push(request)
      if (received.length > RECEIVED_MAX) received.shift()
      answering += 1
      counts.answering += 1
      queue = queue.then(() => answer(request))
    })

    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      try {
        read(chunk)
      } catch {
        counts.bad += 1
        socket.destroy()
      }
    })
    socket.on('end', () => {
      left()
      if (answering === 0) socket.destroy()
    })
    socket.on('error', left)
    socket.on('close', () => {
      left()
      sockets.delete(socket)
    })
  }

  const server = createServer({ allowHalfOpen: true }, serve)
  origin = await listenOn(server, host, options.port ?? 0)
  return {
    origin,
    baseUrl: `${origin}/v1`,
    port: Number(new URL(origin).port),
    received,
    get requestCount() {
      return counts.requests
    },
    get connectionCount() {
      return counts.connections
    },
    get openSockets() {
      return sockets.size
    },
    get answering() {
      return counts.answering
    },
    get abortedSockets() {
      return counts.aborted
    },
    get badRequests() {
      return counts.bad
    },
    behave(how) {
      behave = typeof how === 'function' ? how : () => how
    },
    async close() {
      closing = true
      const closed = closeServer(server)
      for (const socket of sockets) socket.destroy()
      sockets.clear()
      await closed
      if (faults.length > 0) throw faults[0]
    },
  }
}

function lieFor(request: UpstreamRequest, behave: Behave): Lie {
  if (request.target.startsWith('/elsewhere')) return { kind: 'honest' }
  return behave(request) ?? lieOfModel(request.chat?.model ?? '') ?? { kind: 'honest' }
}
