import { ENUM, PLAIN, TEXT } from '../../../lens/fields.js'
import { field, listOf, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import { ENVELOPE } from '../choices.js'
import { MEDIA } from '../media.js'

const PART = shape(
  { type: ENUM },
  {
    uninspectable: true,
    byType: new Map([
      ['text', shape({ type: ENUM, text: TEXT }, { unlessPlain: MEDIA })],
      [
        'image_url',
        shape({ type: ENUM, image_url: field('text', shape({ url: field('url') })) }, { uninspectable: true }),
      ],
    ]),
  },
)

/** Body of `POST /v1/moderations`. */
export const REQUEST: Shape = shape({
  model: field('checked'),
  input: spokenBy('user', field('text', shape({}, { rest: field('text', PART), role: 'user', open: true }))),
})

const CATEGORIES = [
  ...['harassment', 'harassment/threatening', 'hate', 'hate/threatening', 'illicit', 'illicit/violent'],
  ...['self-harm', 'self-harm/instructions', 'self-harm/intent', 'sexual', 'sexual/minors'],
  ...['violence', 'violence/graphic'],
]
const VERDICTS = shape(Object.fromEntries(CATEGORIES.map((name) => [name, PLAIN])))
const INPUT_TYPES = shape(
  Object.fromEntries(CATEGORIES.map((name) => [name, field('text', listOf(undefined, 'enum'))])),
)
const RESULT = shape({
  flagged: PLAIN,
  categories: field('text', VERDICTS),
  category_scores: field('text', VERDICTS),
  category_applied_input_types: field('text', INPUT_TYPES),
})

/** A whole answer, and the body of an error. */
export const ANSWER: Shape = shape({ ...ENVELOPE, results: field('text', listOf(RESULT)) })
