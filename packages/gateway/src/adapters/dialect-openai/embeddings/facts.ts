import type { JsonObject } from '../../../json/located.js'
import { type Facts, QUIET, wrong } from '../../../lens/lens.js'
import type { Refusal } from '../../../spec/refusal.js'
import { furtherModels } from '../one-model.js'

/** What the body of `POST /v1/embeddings` says beside its texts. */
export function embeddingFacts(root: JsonObject): Facts | Refusal {
  const model = root['model']
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const input = root['input']
  if (typeof input !== 'string' && !Array.isArray(input)) return wrong('input', 'text or an array')
  const further = furtherModels(root)
  if (further !== undefined) return further
  return { ...QUIET, model }
}
