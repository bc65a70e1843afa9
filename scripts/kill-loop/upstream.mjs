import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const CHUNKS_MAX = 20
const DELAY_MAX_MS = 25
const PIECE_DELAY_MAX_MS = 3

/**
 * A provider that remembers which exchanges it was shown, by their `traceparent`: the gateway hands it on, and writes it into
 * the intent entry.
 */
export async function startUpstream() {
  /** Shown since the last `take`. */
  let shown = []
  const server = createServer((request, response) => {
    serve(request, response, (trace) => shown.push(trace)).catch(() => response.destroy())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    take() {
      const taken = shown
      shown = []
      return taken
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

async function serve(request, response, show) {
  // At the head already: a request that was cut in its body was sent all the same.
  show(request.headers.traceparent ?? 'none')
  let body = ''
  for await (const chunk of request) body += chunk
  const { stream } = JSON.parse(body)
  await sleep(Math.random() * DELAY_MAX_MS)
  if (stream !== true) {
    const message = { role: 'assistant', content: 'It is recorded.' }
    const text = JSON.stringify({ ...HEAD, choices: [{ index: 0, message, finish_reason: 'stop' }] })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const count = Math.ceil(Math.random() * CHUNKS_MAX)
  for (let i = 0; i < count && !response.destroyed; i++) {
    response.write(event({ content: `piece ${i} ` }, null))
    await sleep(Math.random() * PIECE_DELAY_MAX_MS)
  }
  response.end(`${event({}, 'stop')}data: [DONE]\n\n`)
}

const HEAD = { id: 'chatcmpl-kill', object: 'chat.completion', created: 1, model: 'model' }

function event(delta, finish) {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  return `data: ${JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', choices })}\n\n`
}
