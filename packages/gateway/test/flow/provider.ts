import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Providers of four kinds, inside and outside, in one process: each answers in its dialect, and counts what reached it. */
export interface Providers {
  /** Address of a provider, without a slash at its end. */
  at(where: 'inside' | 'outside'): string
  /** Requests that reached the providers outside. */
  readonly reachedOutside: number
  /** Requests that reached any. */
  readonly reached: number
  close(): Promise<void>
}

export async function startProviders(): Promise<Providers> {
  const counts = { inside: 0, outside: 0 }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    counts[path.startsWith('/outside/') ? 'outside' : 'inside'] += 1
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      if (/"stream":\s*true/.test(body)) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`data: ${JSON.stringify(CHUNK)}\n\ndata: [DONE]\n\n`)
        return
      }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answerAt(path)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    at: (where) => `http://127.0.0.1:${port}/${where}`,
    get reachedOutside() {
      return counts.outside
    },
    get reached() {
      return counts.inside + counts.outside
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const SAID = 'Understood.'
const USAGE = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 }
const CHUNK = {
  ...{ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' },
  choices: [{ index: 0, delta: { role: 'assistant', content: SAID }, finish_reason: 'stop' }],
}

function answerAt(path: string): object {
  if (path.includes('/responses')) {
    const content = [{ type: 'output_text', text: SAID, annotations: [] }]
    const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }]
    return { id: 'r', object: 'response', created_at: 1, status: 'completed', model: 'm', output }
  }
  if (path.includes('/embeddings')) {
    return {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }],
      model: 'm',
      usage: USAGE,
    }
  }
  if (path.includes('/messages')) {
    const usage = { input_tokens: 9, output_tokens: 2 }
    return {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: SAID }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage,
    }
  }
  if (path.includes('/files')) {
    return { id: `file-${Date.now()}`, object: 'file', bytes: 9, created_at: 1, filename: 'x.jsonl', purpose: 'batch' }
  }
  if (path.includes('/completions') && !path.includes('/chat/')) {
    return {
      id: 'c',
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [{ text: SAID, index: 0, finish_reason: 'stop', logprobs: null }],
      usage: USAGE,
    }
  }
  const message = { role: 'assistant', content: SAID }
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: USAGE,
  }
}
