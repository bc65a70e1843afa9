import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'

/** A card number that is one, so that every body is edited on its way. */
const CARD = ['4111', '1111', '1111', '1111'].join(' ')
const LEAVES_AFTER_MAX_MS = 20

/**
 * Clients that ask as fast as they are answered, until `stop` or until the gateway is gone. `answered` holds what a caller was
 * told: the head of an answer is the acknowledgement.
 */
export function startLoad({ url, clients, tokens }) {
  const answered = []
  /** What no gateway under load may answer. */
  const odd = []
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let stopped = false
  const running = Array.from({ length: clients }, async () => {
    while (!stopped) {
      const kind = pick()
      const asked = await ask(agent, url, kind, kind === 'refused' ? tokens.refused : tokens.permitted)
      if (asked.status === undefined) {
        // Gone: `stop` comes soon.
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      if (asked.status !== (kind === 'refused' ? 403 : 200)) odd.push(asked)
      else answered.push(asked)
    }
  })
  return {
    answered,
    odd,
    async stop() {
      stopped = true
      await Promise.all(running)
      agent.destroy()
    },
  }
}

function pick() {
  const at = Math.random()
  if (at < 0.45) return 'whole'
  if (at < 0.75) return 'stream'
  if (at < 0.9) return 'left'
  return 'refused'
}

function ask(agent, url, kind, token) {
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
  const body = JSON.stringify({
    model: 'model',
    stream: kind === 'stream' || kind === 'left',
    messages: [{ role: 'user', content: `Remember ${traceparent}, and that ${CARD} is mine.` }],
  })
  return new Promise((resolve) => {
    const asking = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        traceparent,
      },
    })
    let told = { kind, traceparent, status: undefined, id: undefined, receipt: undefined }
    asking.on('response', (response) => {
      const { headers, statusCode } = response
      told = { ...told, status: statusCode, id: headers['x-request-id'], receipt: headers['ostiary-receipt'] }
      if (kind === 'left') setTimeout(() => asking.destroy(), Math.random() * LEAVES_AFTER_MAX_MS)
      response.resume()
    })
    asking.on('error', () => undefined)
    asking.on('close', () => resolve(told))
    asking.end(body)
  })
}
