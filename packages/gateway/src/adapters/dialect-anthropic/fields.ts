import { type Field, field, listOf, type Shape, shape } from '../../lens/shape.js'

export const TEXT: Field = field('text')
/** Text that no delta adds to: a stream brings it at once. */
export const LABEL: Field = field('label')
export const ENUM: Field = field('enum')
export const ID: Field = field('id')
/** Of what the provider keeps, and the model will read. */
export const KEPT: Field = field('reference')
export const BLOB: Field = field('blob')
export const SEAL: Field = field('seal')
/** Numbers and booleans; a string there is text. */
export const PLAIN: Field = field('text')
export const LABELS: Field = field('text', listOf(undefined, 'label'))

/** An object, or a list of its like. */
export function some(of: Shape): Field {
  return field('text', { ...of, rest: field('text', of) })
}

export function list(of: Shape): Field {
  return field('text', listOf(of))
}

/** Beside what is cached: `{"type":"ephemeral","ttl":"5m"}`. */
export const CACHE: Field = field('text', shape({ type: ENUM, ttl: ID }))
export const ENABLED: Field = field('text', shape({ enabled: PLAIN }))
