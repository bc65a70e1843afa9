import {
  type AnswerView,
  type Dialect,
  type Edit,
  type Endpoint,
  proceed,
  type Refusal,
  type RequestView,
  refuse,
  type Step,
  type StreamLens,
  type StreamLensParts,
  type TextGuard,
  type TextPart,
} from 'ostiary/spec'

const END = '.'
const ENDPOINT: Endpoint = {
  method: 'POST',
  path: '/plain',
  action: 'invoke',
  upstreamPath: () => '/plain',
  lens: {
    read: readRequest,
    readAnswer,
    streamType: 'text/plain',
    openStream: ({ guard }) => new PlainStream(guard),
  },
}

/**
 * The smallest dialect there is. A body is lines, percent-encoded: of a request the first names the model, with `stream` before it or
 * not; each other is a text. A stream is lines, and `.` ends it; `!code` ends a torn one.
 */
export function createPlainDialect(): Dialect {
  return {
    name: 'plain',
    prefix: '/plain',
    endpoints: [ENDPOINT],
    idHeaders: ['x-request-id'],
    requestHeaders: new Map([['content-type', /^[a-z]+\/[a-z]+$/]]),
    responseHeaders: new Map([['content-type', /^[a-z]+\/[a-z]+$/]]),
    credential: (secret) => ['plain-key', secret],
    refusal: ({ status, code, message, headers }, requestId) => ({
      status,
      headers: { 'content-type': 'text/plain', ...headers, 'x-request-id': requestId },
      body: Buffer.from(`${code} ${message}\n`),
    }),
    modelList: {
      path: '/plain/models',
      write: (names) => Buffer.from(names.map(({ id }) => `${id}\n`).join('')),
    },
  }
}

function readRequest(body: Buffer): Step<RequestView> {
  const lines = decoded(body)
  const [head, ...texts] = lines ?? []
  const [, stream, model] = /^(stream )?(\S+)$/.exec(head ?? '') ?? []
  if (model === undefined) return refuse('invalid_request', 'no model in the first line')
  return proceed({
    model,
    stream: stream !== undefined,
    maxTokens: 0,
    hasSystemMessage: false,
    takesSystem: false,
    hasEffects: false,
    tools: 0,
    conversation: undefined,
    parts: partsOf(texts),
    uninspectable: [],
    saysUsage: true,
    edit(change) {
      if (change.model === undefined && change.edits.length === 0) return body
      return encoded([`${stream ?? ''}${change.model ?? model}`, ...edited(texts, change.edits)])
    },
  })
}

function readAnswer(body: Buffer): Step<AnswerView> {
  const texts = decoded(body)
  if (texts === undefined) return refuse('upstream_failed', 'not percent-encoded')
  return proceed({
    parts: partsOf(texts),
    usage: undefined,
    edit: (edits) => (edits.length === 0 ? body : encoded(edited(texts, edits))),
  })
}

class PlainStream implements StreamLens {
  readonly usage = undefined
  readonly dropped = 0
  readonly #guard: TextGuard | undefined
  #line = ''
  #ended = false

  constructor(guard: StreamLensParts['guard']) {
    this.#guard = guard?.({ name: 'text', role: 'assistant', isJson: false })
  }

  push(chunk: Buffer): Buffer | Refusal {
    const lines = (this.#line + chunk.toString('latin1')).split('\n')
    this.#line = lines.pop() ?? ''
    let out = ''
    for (const line of lines) {
      const said = this.#pass(line)
      if (typeof said !== 'string') return said
      out += said
    }
    return Buffer.from(out, 'latin1')
  }

  end(): Buffer | Refusal {
    return this.#ended ? Buffer.alloc(0) : refuse('upstream_failed', 'the stream ended without its end mark')
  }

  tear({ code }: Refusal): Buffer {
    return Buffer.from(`${this.#line === '' ? '' : '\n'}!${code}\n`)
  }

  #pass(line: string): string | Refusal {
    this.#ended = line === END || line.startsWith('!')
    const guard = this.#guard
    if (guard === undefined) return `${line}\n`
    const judged = this.#ended ? guard.end() : guard.push(decodeURIComponent(line))
    if (typeof judged !== 'string') return judged
    const said = judged === '' ? '' : `${encodeLine(judged)}\n`
    return this.#ended ? `${said}${line}\n` : said
  }
}

/** What a client reads in a stream. */
export function plainTextOf(stream: Buffer): string {
  const lines = stream.toString('latin1').split('\n')
  return lines
    .filter((line) => line !== END && !line.startsWith('!'))
    .map(decodeURIComponent)
    .join('')
}

function decoded(body: Buffer): readonly string[] | undefined {
  try {
    return body.toString('latin1').split('\n').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

function encoded(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map(encodeLine).join('\n'), 'latin1')
}

/** Lines that would read as a mark are written another way. */
function encodeLine(text: string): string {
  return text.split('').some((one) => one > '~') || /[%\n\r\0]|^[.!]/.test(text)
    ? encodeURIComponent(text).replace(/^\./, '%2E').replace(/^!/, '%21')
    : text
}

function partsOf(texts: readonly string[]): readonly TextPart[] {
  return texts.map((text, index) => ({ role: 'user', address: `/${index}`, text, isName: false, isJson: false }))
}

function edited(texts: readonly string[], edits: readonly Edit[]): readonly string[] {
  const all = [...texts]
  for (const { index, text } of edits) all[index] = text
  return all
}
