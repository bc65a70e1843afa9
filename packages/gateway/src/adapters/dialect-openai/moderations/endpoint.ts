import type { JsonLimits } from '../../../json/located.js'
import { createLens } from '../../../lens/lens.js'
import type { Endpoint } from '../../../spec/dialect.js'
import { usageOf } from '../usage.js'
import { moderationFacts } from './facts.js'
import { ANSWER, REQUEST } from './formats.js'

export function moderations(limits: JsonLimits): Endpoint {
  const lens = createLens(
    {
      request: REQUEST,
      facts: moderationFacts,
      namesModel: true,
      answer: ANSWER,
      usage: usageOf,
      stream: undefined,
    },
    limits,
  )
  const path = '/v1/moderations'
  return { method: 'POST', path, action: 'invoke', lens, isFree: true, upstreamPath: () => '/moderations' }
}
