import type { JsonLimits } from '../../../json/located.js'
import { createLens } from '../../../lens/lens.js'
import type { Endpoint } from '../../../spec/dialect.js'
import { choiceStream } from '../choice-stream.js'
import { usageOf } from '../usage.js'
import { completionFacts } from './facts.js'
import { ANSWER, REQUEST } from './formats.js'

export function completions(limits: JsonLimits): Endpoint {
  const lens = createLens(
    {
      request: REQUEST,
      facts: completionFacts,
      namesModel: true,
      usageOption: { member: 'stream_options', name: 'include_usage' },
      answer: ANSWER,
      usage: usageOf,
      stream: choiceStream(ANSWER),
    },
    limits,
  )
  return { method: 'POST', path: '/v1/completions', action: 'invoke', lens, upstreamPath: () => '/completions' }
}
