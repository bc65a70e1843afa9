import type { JsonLimits } from '../../../json/located.js'
import { createLens } from '../../../lens/lens.js'
import type { Endpoint } from '../../../spec/dialect.js'
import { responsesFacts } from './facts.js'
import { ANSWER, REQUEST } from './formats.js'
import { RESPONSE_STREAM } from './stream.js'
import { responsesSystem } from './system.js'
import { usageOf } from './usage.js'

export function responses(limits: JsonLimits): Endpoint {
  const lens = createLens(
    {
      request: REQUEST,
      facts: responsesFacts,
      strict: ({ located }, index) => {
        const above = located.containers[index]?.parent
        return above?.parent?.index === 0 && above.key === 'input'
      },
      namesModel: true,
      system: responsesSystem,
      answer: ANSWER,
      usage: usageOf,
      stream: RESPONSE_STREAM,
    },
    limits,
  )
  return { method: 'POST', path: '/v1/responses', action: 'invoke', lens, upstreamPath: () => '/responses' }
}
