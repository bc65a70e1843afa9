import { ENUM, ID, PLAIN, TEXT } from '../../lens/fields.js'
import { type Field, field, listOf, shape } from '../../lens/shape.js'

const FILTERED = shape({ filtered: PLAIN, detected: PLAIN, severity: ENUM })
/** By category of content: a hosted deployment's own verdicts. */
const FILTERS: Field = field('text', shape({}, { rest: field('text', FILTERED) }))
const PROMPT_FILTERS = shape({ prompt_index: PLAIN, content_filter_results: FILTERS })
/** What every choice has, beside its text and log probabilities. */
export const CHOICE_FIELDS: Readonly<Record<string, Field>> = {
  index: PLAIN,
  finish_reason: ENUM,
  native_finish_reason: ENUM,
  stop_reason: ENUM,
  content_filter_results: FILTERS,
}
const DETAILS = field(
  'text',
  shape({
    cached_tokens: PLAIN,
    audio_tokens: PLAIN,
    reasoning_tokens: PLAIN,
    accepted_prediction_tokens: PLAIN,
    rejected_prediction_tokens: PLAIN,
  }),
)
const USAGE = shape({
  prompt_tokens: PLAIN,
  completion_tokens: PLAIN,
  total_tokens: PLAIN,
  prompt_tokens_details: DETAILS,
  completion_tokens_details: DETAILS,
})
const ERROR = shape({ message: TEXT, type: ENUM, code: ENUM, param: TEXT })
/** What is around choices, in a whole answer and in each event. */
export const ENVELOPE: Readonly<Record<string, Field>> = {
  id: ID,
  object: ENUM,
  created: PLAIN,
  model: ID,
  system_fingerprint: ID,
  service_tier: ENUM,
  usage: field('text', USAGE),
  error: field('text', ERROR),
  prompt_filter_results: field('text', listOf(PROMPT_FILTERS)),
}
