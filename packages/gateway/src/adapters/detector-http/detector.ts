import { DetectorFailed, type Finding, type RemoteDetector } from '../../spec/index.js'
import { type ClientParts, createClient, type Post } from './client.js'
import { llmGuard } from './llm-guard.js'
import { moderation } from './moderation.js'
import { presidio } from './presidio.js'
import { type Protocol, type ProtocolOptions, typesOf } from './protocol.js'

export interface HttpDetectorParts extends ClientParts, ProtocolOptions {
  readonly name: string
  readonly kind: 'presidio' | 'llm-guard' | 'moderation'
  readonly labelsWithin: readonly string[]
  /** UTF-16 code units. */
  readonly textMax: number
}

const PROTOCOLS = { presidio, 'llm-guard': llmGuard, moderation } as const

/** A detector that is asked over HTTP. */
export function createHttpDetector(parts: HttpDetectorParts): RemoteDetector {
  const protocol = PROTOCOLS[parts.kind](parts)
  const url = new URL(`${parts.url.href.replace(/\/+$/, '')}${protocol.path}`)
  const post = createClient({ ...parts, url })
  return {
    name: parts.name,
    types: typesOf(parts.types.values()),
    labelsWithin: parts.labelsWithin,
    textMax: parts.textMax,
    inspect: (texts, signal) => inspect(protocol, post, parts.concurrency, texts, signal),
  }
}

/** One inspection has no more calls under way, or waiting for their turn, than may be made at once: it leaves room for others. */
async function inspect(
  { batchMax, request, read }: Protocol,
  post: Post,
  atOnce: number,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly Finding[])[]> {
  const found: (readonly Finding[])[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < texts.length) {
      const from = next
      next += batchMax
      const batch = texts.slice(from, next)
      const findings = read(await post(request(batch), signal), batch)
      for (const [index, ofText] of findings.entries()) found[from + index] = ofText
      if (signal.aborted) throw new DetectorFailed('ABORTED')
    }
  }
  const workers = Math.min(atOnce, Math.ceil(texts.length / batchMax))
  await Promise.all(Array.from({ length: workers }, work))
  return found
}
