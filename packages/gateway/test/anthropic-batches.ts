import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface BatchesProvider {
  readonly baseUrl: string
  /** Bodies of what was made, as they came. */
  readonly made: string[]
  /** What a result says. */
  says: string
  close(): Promise<void>
}

interface Held {
  readonly id: string
  readonly requests: readonly { readonly custom_id: string }[]
  ended: boolean
}

/** A provider of message batches whose account others use too. */
export async function startBatchesProvider(): Promise<BatchesProvider> {
  const made: string[] = []
  const held = new Map<string, Held>([['msgbatch_foreign', { id: 'msgbatch_foreign', requests: [], ended: true }]])
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://provider')
    const [, , , , id, below] = pathname.split('/')
    const json = (value: object, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (request.method === 'POST' && id === undefined) {
      const text = await textOf(request)
      made.push(text)
      const one = { id: `msgbatch_${made.length}`, requests: JSON.parse(text).requests, ended: false }
      held.set(one.id, one)
      return json(objectOf(one))
    }
    if (id === undefined) {
      const data = [...held.values()].reverse().map(objectOf)
      return json({ data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id })
    }
    const one = held.get(id)
    if (one === undefined) return json({ type: 'error', error: { type: 'not_found_error', message: 'none' } }, 404)
    if (request.method === 'DELETE') {
      held.delete(id)
      return json({ id, type: 'message_batch_deleted' })
    }
    one.ended = true
    if (below === 'results') {
      const lines = one.requests.map(({ custom_id }) => JSON.stringify({ custom_id, result: resultOf(provider.says) }))
      return response.writeHead(200, { 'content-type': 'application/x-jsonl' }).end(`${lines.join('\n')}\n`)
    }
    return json(objectOf(one))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const provider: BatchesProvider = {
    baseUrl: `http://127.0.0.1:${port}`,
    made,
    says: 'Hello.',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}

function objectOf({ ended, id, requests }: Held) {
  return {
    ...{ id, type: 'message_batch', processing_status: ended ? 'ended' : 'in_progress' },
    request_counts: { processing: 0, succeeded: requests.length, errored: 0, canceled: 0, expired: 0 },
    created_at: '2026-08-20T18:37:24.100435Z',
    results_url: ended ? `https://api.provider.example/v1/messages/batches/${id}/results` : null,
  }
}

function resultOf(text: string): object {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text }],
  }
  return { type: 'succeeded', message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
