import { ENUM, TEXT } from './fields.js'
import { type Field, field, listOf, type Shape, shape } from './shape.js'

/** JSON Schema: keywords are known names, the names of properties are the caller's own. */
function schemaShape(): Shape {
  const members = new Map<string, Field>()
  const schema: Shape = { ...shape({}, { open: true }), members }
  const inner = field('text', schema)
  const named = field('text', shape({}, { rest: inner, open: true }))
  const several = field('text', shape({}, { rest: inner, open: true }))
  for (const name of ['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'])
    members.set(name, named)
  for (const name of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) members.set(name, several)
  for (const name of ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])
    members.set(name, inner)
  members.set('type', field('enum', listOf(undefined, 'enum')))
  members.set('format', ENUM)
  for (const name of [
    ...[
      'title',
      'description',
      'default',
      'examples',
      'enum',
      'const',
      'pattern',
      'required',
      '$ref',
      '$schema',
      '$id',
    ],
    ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
    ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'nullable', 'deprecated', 'strict'],
  ])
    members.set(name, TEXT)
  return schema
}

/** What a tool's parameters and structured answers are described by. */
export const SCHEMA: Shape = schemaShape()
