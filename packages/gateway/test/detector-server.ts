import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Certificate } from './certificate.js'

/** What goes wrong with an answer. */
export type DetectorLie =
  | { readonly kind: 'hangs' }
  | { readonly kind: 'hangs-up' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** The whole answer, in place of the true one. */
  | { readonly kind: 'says'; readonly body: string }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
    }
  /** So much text, and no end to it. */
  | { readonly kind: 'floods'; readonly bytes: number }
  /** Half of an answer, and then nothing. */
  | { readonly kind: 'stalls' }

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
}

export interface DetectorServer {
  readonly url: string
  readonly port: number
  readonly asked: readonly Asked[]
  /** How many were under way at once, at most. */
  readonly busiest: number
  readonly connections: number
  /** All texts that it was shown, in order. */
  texts(): readonly string[]
  behave(lie: DetectorLie | undefined): void
  /** Closes the connections that are idle now, as a server does after a while. */
  dropIdle(): void
  close(): Promise<void>
}

/** What a word is, in the words of each kind of detector. */
export type Lexicon = Readonly<Record<string, string>>

/**
 * Detectors as they answer over HTTP: `/analyze` is Presidio's, with spans in code points as Python counts them, `/analyze/prompt`
 * LLM Guard's, `/moderations` that of OpenAI. Each knows the words of the lexicon.
 */
export async function startDetectorServer(lexicon: Lexicon, certificate?: Certificate): Promise<DetectorServer> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  let lie: DetectorLie | undefined
  let running = 0
  let busiest = 0
  let connections = 0

  const server =
    certificate === undefined ? createServer() : createTlsServer({ key: certificate.key, cert: certificate.cert })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('request', (request, response) => {
    running++
    busiest = Math.max(busiest, running)
    response.on('close', () => {
      running--
    })
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked['body']
      const path = request.url ?? ''
      asked.push({ path, headers: request.headers, body })
      answer(response, path, body)
    })
  })

  function answer(response: ServerResponse, path: string, body: Asked['body']): void {
    const now = lie
    const truth = (): string => JSON.stringify(answerOf(path, body, lexicon))
    const say = (text: string, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    }
    switch (now?.kind) {
      case undefined:
        say(truth())
        return
      case 'hangs':
        return
      case 'hangs-up':
        response.socket?.destroy()
        return
      case 'slow':
        setTimeout(() => say(truth()), now.ms)
        return
      case 'says':
        say(now.body)
        return
      case 'status':
        response.writeHead(now.status, { 'content-type': 'application/json', ...now.headers }).end(truth())
        return
      case 'floods': {
        response.writeHead(200, { 'content-type': 'application/json' })
        const piece = Buffer.alloc(65_536, ' ')
        for (let sent = 0; sent < now.bytes; sent += piece.length) response.write(piece)
        response.end(truth())
        return
      }
      case 'stalls':
        response.writeHead(200, { 'content-type': 'application/json' }).write(truth().slice(0, 5))
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${certificate === undefined ? '127.0.0.1' : 'localhost'}:${port}`,
    port,
    asked,
    get busiest() {
      return busiest
    },
    get connections() {
      return connections
    },
    texts: () => asked.flatMap(({ body }) => textsOf(body)),
    behave(next) {
      lie = next
    },
    dropIdle() {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function textsOf({ text, prompt, input }: Asked['body']): readonly string[] {
  if (typeof text === 'string') return [text]
  return typeof prompt === 'string' ? [prompt] : (input as readonly string[])
}

function answerOf(path: string, body: Asked['body'], lexicon: Lexicon): unknown {
  const [text = ''] = textsOf(body)
  if (path.endsWith('/analyze')) return entitiesIn(text, lexicon, body['entities'] as readonly string[])
  if (path.endsWith('/analyze/prompt')) {
    const found = Object.keys(lexicon).filter((word) => text.includes(word))
    const scores = Object.values(lexicon).map((scanner) => [
      scanner,
      found.some((word) => lexicon[word] === scanner) ? 0.9 : -1,
    ])
    return {
      sanitized_prompt: text,
      is_valid: found.length === 0,
      scanners: { ...Object.fromEntries(scores), TokenLimit: 0 },
    }
  }
  return {
    id: 'modr-1',
    model: body['model'] ?? 'omni-moderation-latest',
    results: textsOf(body).map((one) => moderated(one, lexicon)),
  }
}

function entitiesIn(text: string, lexicon: Lexicon, entities: readonly string[]): unknown {
  // Python counts code points.
  const points = (before: string): number => [...before].length
  return Object.entries(lexicon)
    .filter(([, entity]) => entities.includes(entity))
    .flatMap(([word, entity]) =>
      [...text.matchAll(new RegExp(word, 'g'))].map(({ index }) => {
        const start = points(text.slice(0, index))
        return { entity_type: entity, start, end: start + points(word), score: 0.85, analysis_explanation: null }
      }),
    )
}

const CATEGORIES = ['harassment', 'hate', 'sexual', 'sexual/minors', 'violence', 'violence/graphic'] as const

function moderated(text: string, lexicon: Lexicon): unknown {
  const flagged = new Set(Object.keys(lexicon).flatMap((word) => (text.includes(word) ? [lexicon[word]] : [])))
  return {
    flagged: flagged.size > 0,
    categories: { ...Object.fromEntries(CATEGORIES.map((one) => [one, flagged.has(one)])), illicit: null },
    category_scores: {
      ...Object.fromEntries(CATEGORIES.map((one) => [one, flagged.has(one) ? 0.97 : 0.001])),
      illicit: 0,
    },
  }
}
