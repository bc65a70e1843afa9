import type { JsonObject } from '../../../json/located.js'
import { type Facts, QUIET, wrong } from '../../../lens/lens.js'
import type { Refusal } from '../../../spec/refusal.js'

/** The provider's own choice where the body names no model. */
const DEFAULT_MODEL = 'omni-moderation-latest'

/** What the body of `POST /v1/moderations` says beside its texts. */
export function moderationFacts(root: JsonObject): Facts | Refusal {
  const { model = DEFAULT_MODEL } = root
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const input = root['input']
  if (typeof input !== 'string' && !Array.isArray(input)) return wrong('input', 'text or an array')
  return { ...QUIET, model }
}
