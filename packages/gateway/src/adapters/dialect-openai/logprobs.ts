import { PLAIN } from '../../lens/fields.js'
import { type Field, field, listOf, shape } from '../../lens/shape.js'

const LIKELY = shape({ token: field('token'), logprob: PLAIN, bytes: PLAIN })

/** A text once more, token by token and byte by byte. */
export const LOGPROBS: Field = field(
  'text',
  listOf(shape({ token: field('token'), logprob: PLAIN, bytes: PLAIN, top_logprobs: field('text', listOf(LIKELY)) })),
)
