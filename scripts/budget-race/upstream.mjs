import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const DELAY_MAX_MS = 30
const PROMPT_TOKENS = 5

/** A provider that adds up, for each model, what it was asked and what it reported. One answer in twenty is an error, for nothing. */
export async function startUpstream(answerTokensMax) {
  const seen = new Map()
  const of = (model) => {
    const sums = seen.get(model) ?? { requests: 0, tokens: 0 }
    seen.set(model, sums)
    return sums
  }
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy())
  })
  async function serve(incoming, response) {
    let body = ''
    for await (const chunk of incoming) body += chunk
    const { model } = JSON.parse(body)
    of(model).requests += 1
    await sleep(Math.random() * DELAY_MAX_MS)
    response.setHeader('content-type', 'application/json')
    if (model.startsWith('tokens') && Math.random() < 1 / 20) {
      response.statusCode = 500
      response.end(JSON.stringify({ error: { message: 'broken', type: 'server_error', param: null, code: null } }))
      return
    }
    const completion = 1 + Math.floor(Math.random() * answerTokensMax)
    of(model).tokens += PROMPT_TOKENS + completion
    response.end(
      JSON.stringify({
        ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model },
        choices: [{ index: 0, message: { role: 'assistant', content: 'Enough.' }, finish_reason: 'stop' }],
        usage: {
          prompt_tokens: PROMPT_TOKENS,
          completion_tokens: completion,
          total_tokens: PROMPT_TOKENS + completion,
        },
      }),
    )
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    seen: of,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
