import { ENUM, FREE, ID, PLAIN, TEXT } from '../../lens/fields.js'
import { SCHEMA } from '../../lens/json-schema.js'
import { type Field, field, listOf } from '../../lens/shape.js'
import { message, repeated } from './proto.js'

/** Of either kind, the provider's own or JSON Schema: what only the one has is text to the other. */
export const DESCRIBED: Field = field('text', { ...SCHEMA, role: 'tool-definition' })

const DECLARATION = message({
  name: TEXT,
  description: TEXT,
  behavior: ENUM,
  parameters: DESCRIBED,
  parametersJsonSchema: DESCRIBED,
  response: DESCRIBED,
  responseJsonSchema: DESCRIBED,
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
