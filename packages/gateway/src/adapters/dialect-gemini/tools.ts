import { type Field, field, listOf, type Shape, shape } from '../../lens/shape.js'
import { ENUM, ID, PLAIN, TEXT } from './parts.js'
import { message, repeated } from './proto.js'

const FREE: Field = field('text', shape({}, { open: true }))

/** Schemas of either kind (the provider's own, JSON Schema): keywords are known names, the names of properties are the caller's. */
function schemaShape(): Shape {
  const members = new Map<string, Field>()
  const schema: Shape = { ...shape({}, { open: true, role: 'tool-definition' }), members }
  const inner = field('text', schema)
  const named = field('text', shape({}, { rest: inner, open: true }))
  const several = field('text', shape({}, { rest: inner, open: true }))
  for (const name of ['properties', '$defs', 'defs', 'definitions', 'patternProperties']) members.set(name, named)
  for (const name of ['anyOf', 'any_of', 'oneOf', 'allOf', 'prefixItems']) members.set(name, several)
  for (const name of ['items', 'additionalProperties', 'additional_properties', 'not']) members.set(name, inner)
  members.set('type', field('enum', listOf(undefined, 'enum')))
  members.set('format', ENUM)
  for (const name of [
    ...['title', 'description', 'default', 'example', 'examples', 'enum', 'const', 'pattern', 'required', 'nullable'],
    ...['$ref', '$schema', '$id', '$anchor', 'ref', 'propertyOrdering', 'property_ordering'],
    ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'uniqueItems', 'strict'],
    ...['minLength', 'min_length', 'maxLength', 'max_length', 'minItems', 'min_items', 'maxItems', 'max_items'],
    ...['minProperties', 'min_properties', 'maxProperties', 'max_properties'],
  ])
    members.set(name, TEXT)
  return schema
}

export const SCHEMA: Field = field('text', schemaShape())

const DECLARATION = message({
  name: TEXT,
  description: TEXT,
  behavior: ENUM,
  parameters: SCHEMA,
  parametersJsonSchema: SCHEMA,
  response: SCHEMA,
  responseJsonSchema: SCHEMA,
})

const TOOL = message(
  {
    functionDeclarations: field('text', repeated(DECLARATION)),
    googleSearch: FREE,
    googleSearchRetrieval: FREE,
    enterpriseWebSearch: FREE,
    googleMaps: FREE,
    urlContext: FREE,
    codeExecution: FREE,
    computerUse: FREE,
    fileSearch: FREE,
    retrieval: FREE,
    mcpServers: FREE,
  },
  { role: 'tool-definition' },
)

export const TOOLS: Field = field('text', repeated(TOOL))

/** The one kind of tool that the caller runs itself. */
export const OWN_TOOLS = 'functionDeclarations'

const CALLING = message({
  mode: ENUM,
  allowedFunctionNames: field('text', listOf(undefined)),
  streamFunctionCallArguments: PLAIN,
})
const NEARBY = message({ languageCode: ID, latLng: field('text', message({ latitude: PLAIN, longitude: PLAIN })) })

export const TOOL_CONFIG: Field = field(
  'text',
  message(
    {
      functionCallingConfig: field('text', CALLING),
      retrievalConfig: field('text', NEARBY),
      includeServerSideToolInvocations: PLAIN,
    },
    { role: 'tool-definition' },
  ),
)
