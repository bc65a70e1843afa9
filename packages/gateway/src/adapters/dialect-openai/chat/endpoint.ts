import type { JsonLimits } from '../../../json/located.js'
import { createLens } from '../../../lens/lens.js'
import type { Endpoint } from '../../../spec/dialect.js'
import { choiceStream } from '../choice-stream.js'
import { usageOf } from '../usage.js'
import { chatFacts } from './facts.js'
import { ANSWER, CHUNK, REQUEST } from './formats.js'
import { chatSystem } from './system.js'

export function chatCompletions(limits: JsonLimits): Endpoint {
  const lens = createLens(
    {
      request: REQUEST,
      facts: chatFacts,
      strict: ({ located }, index) => {
        const above = located.containers[index]?.parent
        return above?.parent?.index === 0 && above.key === 'messages'
      },
      namesModel: true,
      system: chatSystem,
      usageOption: { member: 'stream_options', name: 'include_usage' },
      answer: ANSWER,
      usage: usageOf,
      stream: choiceStream(CHUNK),
    },
    limits,
  )
  return {
    method: 'POST',
    path: '/v1/chat/completions',
    action: 'invoke',
    lens,
    upstreamPath: () => '/chat/completions',
  }
}
