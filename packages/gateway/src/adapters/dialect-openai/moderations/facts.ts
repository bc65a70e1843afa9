import type { JsonObject } from '../../../json/located.js'
import { type Facts, wrong } from '../../../lens/lens.js'
import type { Refusal } from '../../../spec/refusal.js'

/** The provider's own choice where the body names no model. */
const DEFAULT_MODEL = 'omni-moderation-latest'

/** What the body of `POST /v1/moderations` says beside its texts. */
export function moderationFacts(root: JsonObject): Facts | Refusal {
  const { model = DEFAULT_MODEL } = root
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const input = root['input']
  if (typeof input !== 'string' && !Array.isArray(input)) return wrong('input', 'text or an array')
  return {
    model,
    stream: false,
    maxTokens: 0,
    hasSystemMessage: false,
    hasEffects: false,
    tools: 0,
    conversation: undefined,
  }
}
