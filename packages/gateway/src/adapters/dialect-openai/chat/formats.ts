import { BLOB, ENUM, ID, LABEL, PLAIN, TEXT } from '../../../lens/fields.js'
import { SCHEMA } from '../../../lens/json-schema.js'
import { isObject } from '../../../lens/path.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import { CHOICE_FIELDS, ENVELOPE } from '../choices.js'
import { ARGUMENTS, NAME, REASONING } from '../fields.js'
import { LOGPROBS } from '../logprobs.js'
import { fileData, MEDIA, mediaBeside } from '../media.js'
import { PLACE } from '../place.js'

const TEXT_PART = shape({ type: ENUM, text: TEXT }, { unlessPlain: MEDIA })
const REFUSAL_PART = shape({ type: ENUM, refusal: TEXT }, { unlessPlain: MEDIA })
const IMAGE_PART = shape(
  { type: ENUM, image_url: field('url', shape({ url: field('url'), detail: ENUM })) },
  { uninspectable: true },
)
const AUDIO_PART = shape(
  { type: ENUM, input_audio: field('text', shape({ data: BLOB, format: ENUM })) },
  { uninspectable: true },
)
const FILE = shape({ file_data: BLOB, file_id: ID, filename: TEXT }, { unlessPlain: mediaBeside('file_data') })
const FILE_PART = shape(
  { type: ENUM, file: field('text', FILE) },
  {
    uninspectable: true,
    attached: ({ file }) => (isObject(file) ? fileData(file) : undefined),
    unlessPlain: mediaBeside('file'),
  },
)
const PART = shape(
  { type: ENUM },
  {
    uninspectable: true,
    byType: new Map([
      ['text', TEXT_PART],
      ['refusal', REFUSAL_PART],
      ['image_url', IMAGE_PART],
      ['input_audio', AUDIO_PART],
      ['file', FILE_PART],
    ]),
  },
)
const CONTENT: Field = field('text', listOf(PART))

const TOOL_CALL = shape({
  id: ID,
  type: ENUM,
  index: PLAIN,
  function: field('text', shape({ name: NAME, arguments: ARGUMENTS })),
  custom: field('text', shape({ name: NAME, input: spokenBy('tool-call', TEXT) })),
})
const TOOL_CALLS: Field = field('text', listOf(TOOL_CALL))
const FUNCTION_CALL: Field = field('text', shape({ name: NAME, arguments: ARGUMENTS }))

const ANNOTATION = shape({
  type: ENUM,
  url_citation: field(
    'text',
    shape({ url: LABEL, title: LABEL, content: LABEL, start_index: PLAIN, end_index: PLAIN }),
  ),
})
/** Ciphertext, and the signature over it: to edit one is to break it. Its plain neighbours are text. */
const REASONING_DETAIL = shape({
  type: ENUM,
  id: ID,
  format: ENUM,
  index: PLAIN,
  text: REASONING,
  summary: REASONING,
  data: BLOB,
  signature: BLOB,
  encrypted_content: BLOB,
})

const SAID = {
  role: ENUM,
  content: CONTENT,
  refusal: TEXT,
  tool_calls: TOOL_CALLS,
  function_call: FUNCTION_CALL,
  annotations: field('text', listOf(ANNOTATION)),
  reasoning: REASONING,
  reasoning_content: REASONING,
  reasoning_details: field('text', listOf(REASONING_DETAIL)),
  encrypted_content: BLOB,
} as const

const MESSAGE = shape(
  {
    ...SAID,
    name: TEXT,
    tool_call_id: ID,
    // Speech of an earlier answer, kept by the provider: only its id is here.
    audio: field('text', shape({ id: ID }, { uninspectable: true })),
  },
  { speaks: true },
)

const DEFINED = shape({ name: TEXT, description: TEXT, parameters: field('text', SCHEMA), strict: PLAIN })
const TOOL = shape(
  {
    type: ENUM,
    function: field('text', DEFINED),
    custom: field(
      'text',
      shape({
        name: TEXT,
        description: TEXT,
        format: field('text', shape({ type: ENUM, grammar: field('text', shape({ syntax: ENUM, definition: TEXT })) })),
      }),
    ),
  },
  { role: 'tool-definition' },
)
const CHOSEN = shape({
  type: ENUM,
  mode: ENUM,
  name: TEXT,
  function: field('text', shape({ name: TEXT })),
  custom: field('text', shape({ name: TEXT })),
  allowed_tools: field('text', shape({ mode: ENUM, tools: field('text', listOf(TOOL)) })),
})
const RESPONSE_FORMAT = shape(
  {
    type: ENUM,
    json_schema: field('text', shape({ name: TEXT, description: TEXT, schema: field('text', SCHEMA), strict: PLAIN })),
  },
  { role: 'tool-definition' },
)
const WEB_SEARCH = shape({
  search_context_size: ENUM,
  user_location: field('text', shape({ type: ENUM, approximate: field('text', PLACE) })),
})

/** Body of `POST /v1/chat/completions`. */
export const REQUEST: Shape = shape({
  model: field('checked'),
  messages: field('text', listOf(MESSAGE)),
  tools: field('text', listOf(TOOL)),
  tool_choice: field('enum', CHOSEN),
  functions: field('text', listOf({ ...DEFINED, role: 'tool-definition' })),
  function_call: field('enum', shape({ name: TEXT })),
  response_format: field('enum', RESPONSE_FORMAT),
  prediction: field('text', shape({ type: ENUM, content: CONTENT }, { role: 'assistant' })),
  web_search_options: field('text', WEB_SEARCH),
  audio: field('text', shape({ format: ENUM, voice: field('enum', shape({ id: ID })) })),
  modalities: field('enum', listOf(undefined, 'enum')),
  stream_options: field('text', shape({ include_usage: PLAIN, include_obfuscation: PLAIN })),
  stop: field('text', listOf(undefined)),
  reasoning_effort: ENUM,
  verbosity: ENUM,
  service_tier: ENUM,
  prompt_cache_retention: ID,
  // Named ids, but what callers put there is often a person's address.
  user: TEXT,
  safety_identifier: TEXT,
  prompt_cache_key: TEXT,
  metadata: TEXT,
  logit_bias: field('text', shape({}, { rest: PLAIN })),
  stream: PLAIN,
  store: PLAIN,
  n: PLAIN,
  seed: PLAIN,
  temperature: PLAIN,
  top_p: PLAIN,
  top_k: PLAIN,
  max_tokens: PLAIN,
  max_completion_tokens: PLAIN,
  presence_penalty: PLAIN,
  frequency_penalty: PLAIN,
  logprobs: PLAIN,
  top_logprobs: PLAIN,
  parallel_tool_calls: PLAIN,
})

const LIKELY: Field = field('text', shape({ content: LOGPROBS, refusal: LOGPROBS }), 'null')
const SPEECH = shape({ id: ID, data: field('blob', undefined, '""'), transcript: TEXT, expires_at: PLAIN })
const ANSWERED = shape({ ...SAID, audio: field('text', SPEECH) }, { role: 'assistant' })
/** A whole answer, and the body of an error. */
export const ANSWER: Shape = shape({
  ...ENVELOPE,
  choices: field('text', listOf(shape({ ...CHOICE_FIELDS, logprobs: LIKELY, message: field('text', ANSWERED) }))),
})

const CHUNK_CHOICE = shape({ ...CHOICE_FIELDS, logprobs: LIKELY, delta: field('text', ANSWERED) })

/** Data of one event of a stream. `obfuscation` is padding, new at each event. */
export const CHUNK: Shape = shape({
  ...ENVELOPE,
  choices: field('text', listOf(CHUNK_CHOICE)),
  obfuscation: field('padding'),
})
