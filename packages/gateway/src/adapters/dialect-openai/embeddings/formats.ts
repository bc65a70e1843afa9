import { BLOB, ENUM, PLAIN, TEXT } from '../../../lens/fields.js'
import { field, listOf, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import { ENVELOPE } from '../choices.js'

/** Body of `POST /v1/embeddings`. Input may come as tokens, or as what some servers embed beside text: nobody can read it. */
export const REQUEST: Shape = shape({
  model: field('checked'),
  input: spokenBy('user', field('text', shape({}, { rest: TEXT, role: 'user', open: true, onlyStrings: true }))),
  dimensions: PLAIN,
  encoding_format: ENUM,
  // Named an id, but what callers put there is often a person's address.
  user: TEXT,
})

/** An embedding is numbers, or their bytes. */
const EMBEDDED = shape({ object: ENUM, index: PLAIN, embedding: BLOB })

/** A whole answer, and the body of an error. */
export const ANSWER: Shape = shape({ ...ENVELOPE, data: field('text', listOf(EMBEDDED)) })
