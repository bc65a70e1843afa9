import { type Field, field, shape } from './shape.js'

// Fields that every format has, each by what a string in it is (`Says`).

export const TEXT: Field = field('text')
/** Text that a stream brings at once. */
export const LABEL: Field = field('label')
export const ENUM: Field = field('enum')
export const ID: Field = field('id')
export const BLOB: Field = field('blob')
/** Over what stands beside it: edited, it fits no more. */
export const SEAL: Field = field('seal')
/** Numbers and booleans; a string there is text. */
export const PLAIN: Field = field('text')
/** Text all the way down, names too, spoken by whom it stands beside. */
export const FREE: Field = field('text', shape({}, { open: true }))
/** The same, of what tools are given and give back: a long number in it may be anything. */
export const JSON_VALUE: Field = field('text', shape({}, { open: true, numeric: true }))
