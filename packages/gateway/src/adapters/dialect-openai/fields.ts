import { type Field, field, spokenBy } from '../../lens/shape.js'

export const TEXT: Field = field('text')
export const LABEL: Field = field('label')
export const NAME: Field = field('name')
export const ENUM: Field = field('enum')
export const ID: Field = field('id')
export const BLOB: Field = field('blob')
export const ARGUMENTS: Field = spokenBy('tool-call', field('arguments'))
export const REASONING: Field = spokenBy('reasoning', TEXT)
/** Numbers and booleans; a string there is text. */
export const PLAIN: Field = field('text')
