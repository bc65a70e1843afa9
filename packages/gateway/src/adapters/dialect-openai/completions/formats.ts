import { PLAIN, TEXT } from '../../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import { CHOICE_FIELDS, ENVELOPE } from '../choices.js'

/** Body of `POST /v1/completions`. A prompt may come as tokens: those nobody can read. */
export const REQUEST: Shape = shape({
  model: field('checked'),
  prompt: spokenBy('user', field('text', shape({}, { rest: TEXT, role: 'user', open: true, onlyStrings: true }))),
  suffix: spokenBy('user', TEXT),
  stop: field('text', listOf(undefined)),
  stream_options: field('text', shape({ include_usage: PLAIN, include_obfuscation: PLAIN })),
  // Named an id, but what callers put there is often a person's address.
  user: TEXT,
  logit_bias: field('text', shape({}, { rest: PLAIN })),
  stream: PLAIN,
  echo: PLAIN,
  n: PLAIN,
  best_of: PLAIN,
  seed: PLAIN,
  temperature: PLAIN,
  top_p: PLAIN,
  max_tokens: PLAIN,
  presence_penalty: PLAIN,
  frequency_penalty: PLAIN,
  logprobs: PLAIN,
})

/** The text once more, token by token: as a list, and as names beside their probabilities. */
const LOGPROBS: Field = field(
  'text',
  shape({
    tokens: field('text', listOf(undefined, 'token')),
    token_logprobs: PLAIN,
    text_offset: PLAIN,
    top_logprobs: field('text', listOf(shape({}, { open: true }))),
  }),
  'null',
)

const CHOICE = shape({ ...CHOICE_FIELDS, text: TEXT, logprobs: LOGPROBS }, { role: 'assistant' })

/** A whole answer, the body of an error, and the data of one event of a stream. */
export const ANSWER: Shape = shape({
  ...ENVELOPE,
  choices: field('text', listOf(CHOICE)),
  obfuscation: field('padding'),
})
