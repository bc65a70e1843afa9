import type { JsonLimits } from '../../../json/located.js'
import { createLens } from '../../../lens/lens.js'
import type { Endpoint } from '../../../spec/dialect.js'
import { usageOf } from '../usage.js'
import { embeddingFacts } from './facts.js'
import { ANSWER, REQUEST } from './formats.js'

export function embeddings(limits: JsonLimits): Endpoint {
  const lens = createLens(
    {
      request: REQUEST,
      facts: embeddingFacts,
      namesModel: true,
      answer: ANSWER,
      usage: usageOf,
      stream: undefined,
    },
    limits,
  )
  return { method: 'POST', path: '/v1/embeddings', action: 'embed', lens, upstreamPath: () => '/embeddings' }
}
