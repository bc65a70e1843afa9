import type { JsonObject } from '../../../json/located.js'
import { BLOB, ENUM, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape } from '../../../lens/shape.js'
import { REASONING } from '../fields.js'
import { LOGPROBS as TOKENS } from '../logprobs.js'
import { fileData, MEDIA, mediaBeside } from '../media.js'

/** Some clients insist on the array. */
export const LOGPROBS: Field = { ...TOKENS, echo: '[]' }

/** A citation comes as a whole. Its positions are those of the text as the provider wrote it. */
export const ANNOTATION: Shape = shape({
  type: ENUM,
  url: TEXT,
  title: TEXT,
  filename: TEXT,
  file_id: ID,
  container_id: ID,
  index: PLAIN,
  start_index: PLAIN,
  end_index: PLAIN,
})

const BREAKPOINT = field('text', shape({ mode: ENUM }))
const INPUT_TEXT = shape({ type: ENUM, text: TEXT, prompt_cache_breakpoint: BREAKPOINT }, { unlessPlain: MEDIA })
const REFUSAL = shape({ type: ENUM, refusal: TEXT }, { unlessPlain: MEDIA })
const THOUGHT = shape({ type: ENUM, text: REASONING }, { unlessPlain: MEDIA })
const IMAGE = shape(
  { type: ENUM, image_url: field('url'), file_id: ID, detail: ENUM, prompt_cache_breakpoint: BREAKPOINT },
  { uninspectable: true },
)
const FILE = shape(
  {
    type: ENUM,
    filename: TEXT,
    file_data: BLOB,
    file_id: ID,
    file_url: TEXT,
    detail: ENUM,
    prompt_cache_breakpoint: BREAKPOINT,
  },
  {
    uninspectable: true,
    attached: (part: JsonObject) => fileData(part),
    unlessPlain: mediaBeside('file_data'),
  },
)
const AUDIO = shape(
  { type: ENUM, input_audio: field('text', shape({ data: BLOB, format: ENUM })) },
  { uninspectable: true },
)

/** @param said what an answer's text is: in a request it may carry nothing that is not read */
function partOf(said: Shape): Shape {
  return shape(
    { type: ENUM },
    {
      uninspectable: true,
      byType: new Map([
        ['input_text', INPUT_TEXT],
        ['text', INPUT_TEXT],
        ['output_text', said],
        ['refusal', REFUSAL],
        ['summary_text', THOUGHT],
        ['reasoning_text', THOUGHT],
        ['input_image', IMAGE],
        ['computer_screenshot', IMAGE],
        ['input_file', FILE],
        ['input_audio', AUDIO],
      ]),
    },
  )
}

const ANNOTATIONS = field('text', listOf(ANNOTATION))

/** What an answer was made of, sent back: each token is read, however short it is, and all go where a text is edited. */
const LOGPROBS_SENT: Field = field('text', undefined, '[]')
export const PART_SENT: Shape = partOf(
  shape({ type: ENUM, text: TEXT, annotations: ANNOTATIONS, logprobs: LOGPROBS_SENT }, { unlessPlain: MEDIA }),
)
export const PART_SAID: Shape = partOf(shape({ type: ENUM, text: TEXT, annotations: ANNOTATIONS, logprobs: LOGPROBS }))
