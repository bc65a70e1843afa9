import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatRequest, readChatRequest } from './chat-request.js'
import { streamEvents } from './chat-stream.js'
import {
  type Choice,
  type Completion,
  completionBody,
  DONE_EVENT,
  errorBody,
  type Usage,
  usageEvent,
} from './chat-wire.js'
import { type DemoAnswer, demoAnswer } from './demo-answer.js'
import { DemoFiles, type KeptAnswer } from './demo-files.js'
import { parseObject } from './json.js'
import { closeServer, type LoopbackAddress, listenOn, loopbackHost } from './loopback.js'
import { piecesOf } from './pieces.js'

export const DEMO_MODEL = 'demo-model'

const BODY_MAX_BYTES = 32 * 1024 * 1024

export interface DemoModelOptions extends LoopbackAddress {
  /** Between two chunks of a stream. */
  readonly chunkDelayMs?: number
  /** Before the first byte of an answer. */
  readonly firstByteDelayMs?: number
}

export interface DemoRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values as they stood on the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export interface DemoModel {
  readonly origin: string
  /** What an OpenAI client or a gateway's provider takes as base URL: ends in `/v1`. */
  readonly baseUrl: string
  readonly port: number
  /** The last request that arrived whole. */
  readonly lastRequest: DemoRequest | undefined
  /** What it said to that in its first choice, in the pieces of the stream: one where it was not streamed. */
  readonly lastAnswer: readonly string[]
  readonly requestCount: number
  /** What it keeps: of everybody who shares its account. */
  readonly files: DemoFiles
  /** Answers whose reader left before the end. */
  readonly abortedCount: number
  chunkDelayMs: number
  firstByteDelayMs: number
  close(): Promise<void>
}

/**
 * An OpenAI-compatible server that says it is a demo and tells back what it was shown.
 *
 * It understands nothing. Two phrases of a user make it misbehave on purpose: `leak the key` and `call a tool`.
 */
export async function startDemoModel(options: DemoModelOptions = {}): Promise<DemoModel> {
  const host = loopbackHost(options.host ?? '127.0.0.1')
  const closing = new AbortController()
  const state = {
    lastRequest: undefined as DemoRequest | undefined,
    lastAnswer: [] as readonly string[],
    requestCount: 0,
    abortedCount: 0,
  }
  const files = new DemoFiles((body) => completionOf(body))
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  const origin = await listenOn(server, host, options.port ?? 0)
  const model: DemoModel = {
    origin,
    baseUrl: `${origin}/v1`,
    port: Number(new URL(origin).port),
    get lastRequest() {
      return state.lastRequest
    },
    get lastAnswer() {
      return state.lastAnswer
    },
    get requestCount() {
      return state.requestCount
    },
    files,
    get abortedCount() {
      return state.abortedCount
    },
    chunkDelayMs: options.chunkDelayMs ?? 0,
    firstByteDelayMs: options.firstByteDelayMs ?? 0,
    close: async () => {
      closing.abort()
      const closed = closeServer(server)
      server.closeAllConnections()
      await closed
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request)
    if (body === undefined)
      return sendJson(response, 413, errorBody('The body is too large.', 'invalid_request_error', null))
    state.requestCount += 1
    const { method = '', url = '', headers, rawHeaders } = request
    state.lastRequest = { method, path: url, headers, rawHeaders, body }
    state.lastAnswer = []
    const gone = new AbortController()
    response.once('close', () => {
      if (response.writableFinished) return
      if (!closing.signal.aborted) state.abortedCount += 1
      gone.abort()
    })
    await wait(model.firstByteDelayMs, gone.signal)
    if (gone.signal.aborted) return
    const kept = files.serve(method, url, headers['content-type'], body)
    if (kept !== undefined) return sendKept(response, kept)
    await route(`${method} ${url.split('?', 1)[0]}`, body, response, gone.signal)
  }

  function completionOf(body: unknown): string | undefined {
    const asked = readChatRequest(body)
    if (asked === undefined) return undefined
    const answer = demoAnswer(asked)
    const completion = { id: `chatcmpl-demo-${state.requestCount}`, model: asked.model, created: now() }
    return completionBody(completion, choicesOf(asked, answer), usageOf(asked, answer))
  }

  async function route(what: string, body: Buffer, response: ServerResponse, gone: AbortSignal): Promise<void> {
    if (what === 'GET /v1/models') {
      return sendJson(response, 200, JSON.stringify({ object: 'list', data: [MODEL_ENTRY] }))
    }
    if (what === `GET /v1/models/${DEMO_MODEL}`) return sendJson(response, 200, JSON.stringify(MODEL_ENTRY))
    if (what !== 'POST /v1/chat/completions') {
      return sendJson(
        response,
        404,
        errorBody('The demo model has no such path.', 'invalid_request_error', 'unknown_url'),
      )
    }
    const asked = readChatRequest(parseObject(body.toString('utf8')))
    if (asked === undefined) {
      return sendJson(response, 400, errorBody('`model` and `messages` are needed.', 'invalid_request_error', null))
    }
    const answer = demoAnswer(asked)
    state.lastAnswer = saidIn(asked, answer)
    const completion = {
      id: `chatcmpl-demo-${state.requestCount}`,
      model: asked.model,
      created: now(),
    }
    const usage = usageOf(asked, answer)
    if (asked.stream) return stream(asked, answer, completion, usage, response, gone)
    sendJson(response, 200, completionBody(completion, choicesOf(asked, answer), usage))
  }

  async function stream(
    asked: ChatRequest,
    answer: DemoAnswer,
    completion: Completion,
    usage: Usage,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    for (const text of streamEvents(completion, choicesOf(asked, answer), answer.pieceSize)) {
      if (gone.aborted) return
      if (!response.write(text)) await drained(response, gone)
      await wait(model.chunkDelayMs, gone)
    }
    if (asked.includeUsage) response.write(usageEvent(completion, usage))
    response.end(DONE_EVENT)
  }

  return model
}

const MODEL_ENTRY = { id: DEMO_MODEL, object: 'model', created: 1_735_689_600, owned_by: 'ostiary-demo' }

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function sendKept(response: ServerResponse, { body, status, type }: KeptAnswer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length })
  response.end(body)
}

function choicesOf(asked: ChatRequest, answer: DemoAnswer): readonly Choice[] {
  return Array.from({ length: asked.n }, () => answer.choice)
}

function saidIn(asked: ChatRequest, { choice, pieceSize }: DemoAnswer): readonly string[] {
  const text = choice.content ?? choice.toolCalls.map((call) => call.arguments).join('')
  return asked.stream ? piecesOf(text, pieceSize) : [text]
}

/** Four characters a token: near enough for a demo. */
function usageOf(asked: ChatRequest, { choice }: DemoAnswer): Usage {
  const shown = asked.messages.reduce((sum, { text }) => sum + text.length, 0)
  const said = (choice.content ?? '').length + choice.toolCalls.reduce((sum, call) => sum + call.arguments.length, 0)
  return { promptTokens: Math.ceil(shown / 4), completionTokens: Math.ceil(said / 4) * asked.n }
}

async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

async function wait(delayMs: number, gone: AbortSignal): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone }).catch(() => undefined)
}

async function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
