import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The body as JSON. */
  json(): Record<string, unknown>
}

export interface ScriptedProvider {
  readonly origin: string
  readonly received: readonly Received[]
  readonly last: Received
  /** From now on. */
  behave(how: (request: Received, response: ServerResponse) => void): void
  close(): Promise<void>
}

/** A provider that answers as a test says. */
export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const received: Received[] = []
  let behave: (request: Received, response: ServerResponse) => void = (_request, response) =>
    response.writeHead(404).end()
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks)
      const request: Received = {
        path: req.url ?? '',
        headers: req.headers,
        body,
        json: () => JSON.parse(body.toString()) as Record<string, unknown>,
      }
      received.push(request)
      behave(request, res)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    get last() {
      const one = received.at(-1)
      if (one === undefined) throw new Error('nothing was received')
      return one
    },
    behave(how) {
      behave = how
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** In pieces of this size, each a write of its own. */
export async function inPieces(response: ServerResponse, type: string, bytes: Buffer, size = 7): Promise<void> {
  response.writeHead(200, { 'content-type': type })
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size))
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}
