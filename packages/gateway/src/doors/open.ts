import type { HeaderLines, Received } from '../spec/index.js'
import { type MetadataParts, resourceMetadata } from './metadata.js'
import { problem } from './problem.js'

export interface OpenDoorParts {
  readonly metadata: MetadataParts
  readonly ready: () => boolean
  /** Documents for everybody, by path: our key set, our metadata. JSON that may be kept for a while. */
  readonly documents: ReadonlyMap<string, () => Buffer>
}

/** What is served without a credential: `/healthz`, `/readyz`, `/.well-known/*`, and nothing else. True where it was answered. */
export function openDoor(parts: OpenDoorParts): (received: Received) => boolean {
  const metadata = resourceMetadata(parts.metadata)
  return (received) => {
    const { path, method } = received
    if (path !== '/healthz' && path !== '/readyz' && !path.startsWith('/.well-known/')) return false
    if (method !== 'GET' && method !== 'HEAD') return false
    if (path === '/healthz') return send(received, 200, 'text/plain', Buffer.from('ok\n'))
    if (path === '/readyz') {
      const ready = parts.ready()
      return send(received, ready ? 200 : 503, 'text/plain', Buffer.from(ready ? 'ready\n' : 'draining\n'))
    }
    const document = metadata(path)
    if (document !== undefined) return send(received, 200, 'application/json', document)
    const kept = parts.documents.get(path)
    if (kept !== undefined) return send(received, 200, 'application/json', kept(), KEPT)
    const answer = problem.refusal(NOT_HERE, received.id)
    return send(received, 404, 'application/problem+json', answer.body)
  }
}

/** Less than the time for which a key is published before it signs. */
const KEPT = ['cache-control', 'public, max-age=300']

const NOT_HERE = {
  kind: 'refuse',
  code: 'endpoint_not_governed',
  status: 404,
  message: 'There is no such document here.',
  forLog: '',
} as const

function send(received: Received, status: number, type: string, body: Buffer, more: HeaderLines = []): true {
  received.caller.head(status, ['content-type', type, ...more, 'x-request-id', received.id], body.length)
  received.caller.end(received.method === 'HEAD' ? undefined : body)
  return true
}
