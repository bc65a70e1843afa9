import { ENUM, ID, PLAIN } from '../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape } from '../../lens/shape.js'

/** Of what the provider keeps, and the model will read. */
export const KEPT: Field = field('reference')
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
