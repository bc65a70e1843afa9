import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Caller, HeaderLines } from '../spec/index.js'

/** Connections that end with the answer that is being given. */
const ending = new WeakSet<Socket>()

export function endsWithAnswer(socket: Socket): boolean {
  return ending.has(socket)
}

/** The way back over node:http. */
export class HttpCaller implements Caller {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #left = false
  #carried: HeaderLines = NONE
  #listeners: (() => void)[] | undefined

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req
    this.#res = res
    // A reset while an answer is written is told by 'close'; without a listener it would end the process.
    res.on('error', ignore)
    res.on('close', () => {
      if (res.writableFinished) return
      this.#left = true
      const listeners = this.#listeners ?? []
      this.#listeners = undefined
      for (const one of listeners) one()
    })
  }

  get left(): boolean {
    return this.#left
  }

  whenLeft(listener: () => void): void {
    if (this.#left) listener()
    else if (this.#listeners === undefined) this.#listeners = [listener]
    else this.#listeners.push(listener)
  }

  carry(name: string, value: string): void {
    this.#carried = [...this.#carried, name, value]
  }

  head(status: number, lines: HeaderLines, length: number | undefined): void {
    if (this.#left) return
    const res = this.#res
    // A body that nobody read would be taken for the next request's head: the connection ends with this answer.
    if (isUnread(this.#req)) {
      res.shouldKeepAlive = false
      ending.add(this.#req.socket)
    }
    const all = this.#carried === NONE ? lines : withCarried(lines, this.#carried)
    if (length !== undefined) {
      res.writeHead(status, [...all, 'content-length', String(length)])
      return
    }
    res.writeHead(status, [...all])
    // Where an answer streams its head must not wait for the first chunk.
    res.flushHeaders()
  }

  write(bytes: Buffer): boolean {
    // After the caller left, 'drain' would never come: a false here would stall the provider's socket for good.
    return this.#left || this.#res.write(bytes)
  }

  whenDrained(listener: () => void): void {
    this.#res.once('drain', listener)
  }

  end(bytes?: Buffer): void {
    if (this.#left) return
    if (bytes === undefined) this.#res.end()
    else if (isUnread(this.#req)) this.#linger(bytes)
    // As a latin1 string, which holds any bytes, head and body leave in one write; as a buffer they take a vectored one.
    else if (bytes.length <= ONE_WRITE) this.#res.end(bytes.toString('latin1'), 'latin1')
    else this.#res.end(bytes)
  }

  endWhole(bytes: Buffer): void {
    // What leaves as a text was copied, and what does not is kept until the socket takes it.
    this.end(bytes.length <= ONE_WRITE && !isUnread(this.#req) ? bytes : Buffer.from(bytes))
  }

  cut(): void {
    this.#res.destroy()
  }

  /**
   * Answers, and throws away what still comes for a while. Closing over unread bytes resets the connection, and a caller that
   * is still writing would see that instead of its answer (RFC 9112 section 9.6).
   */
  #linger(bytes: Buffer): void {
    const req = this.#req
    const res = this.#res
    res.write(bytes)
    const finish = (): void => {
      clearTimeout(idle)
      clearTimeout(over)
      res.end()
    }
    const idle = setTimeout(finish, LINGER_IDLE_MS)
    const over = setTimeout(finish, LINGER_MS)
    req.on('data', () => idle.refresh())
    req.once('end', finish)
    req.once('close', finish)
    req.resume()
  }
}

const NONE: HeaderLines = []

/** No name twice: of two the one that was carried counts. */
function withCarried(lines: HeaderLines, carried: HeaderLines): HeaderLines {
  const isName = (_: string, at: number): boolean => at % 2 === 0
  const names = new Set(carried.filter(isName))
  return [...lines.filter((_, at) => !names.has((lines[at - (at % 2)] ?? '').toLowerCase())), ...carried]
}

const LINGER_IDLE_MS = 500
const LINGER_MS = 5000

/** Whether a body is still to come. While its head is handled, even a request without a body is not `complete`. */
function isUnread({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** What libuv writes at once without copying again. */
const ONE_WRITE = 16_384

function ignore(): void {}
