import { TEXT } from '../../lens/fields.js'
import { type Field, field, spokenBy } from '../../lens/shape.js'

export const NAME: Field = field('name')
export const ARGUMENTS: Field = spokenBy('tool-call', field('arguments'))
export const REASONING: Field = spokenBy('reasoning', TEXT)
