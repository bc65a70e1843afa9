import type { JsonObject } from '../../../json/located.js'
import type { Attachment } from '../../../lens/attached.js'
import { BLOB, ENUM, ID, JSON_VALUE, LABEL, PLAIN, SEAL, TEXT } from '../../../lens/fields.js'
import { isObject } from '../../../lens/path.js'
import { type Field, field, listOf, type Shape, shape } from '../../../lens/shape.js'

/** A block says what it is by the one member that it has: any that is not among these is no text, or nobody knows what. */
function otherThan(...names: readonly string[]): RegExp {
  return new RegExp(`^(?!(?:${names.join('|').toLowerCase()})$)`)
}

const STORED = shape({ uri: TEXT, bucketOwner: ID })
/** Where bytes are: here in base64, or elsewhere. */
const BYTES = { bytes: BLOB, s3Location: field('text', STORED) } as const
const ERROR = shape({ message: TEXT })

/** Of pictures, sound and video: there is no text to see. */
const MEDIA: Field = field(
  'text',
  shape({ format: ENUM, source: field('text', shape(BYTES)), error: field('text', ERROR) }),
)
const CITING: Field = field('text', shape({ enabled: PLAIN }))
const TEXTS: Field = field('text', listOf(shape({ text: TEXT })))

const DOCUMENT_FIELDS = {
  format: ENUM,
  // Models read it: callers are told not to put instructions there.
  name: TEXT,
  source: field('text', shape({ ...BYTES, text: TEXT, content: TEXTS })),
  context: TEXT,
  citations: CITING,
} as const
/** Nobody said what is in it, who sends it or not. In bytes it may say that it is text; one that lies elsewhere nobody sees. */
const DOCUMENT: Field = field(
  'text',
  shape(DOCUMENT_FIELDS, {
    typeOf: ({ source }) => (isObject(source) && Object.keys(source).every(isWritten) ? 'written' : undefined),
    byType: new Map([['written', shape(DOCUMENT_FIELDS, { role: 'tool' })]]),
    role: 'tool',
    uninspectable: true,
    attached: attachedDocument,
  }),
)

function isWritten(name: string): boolean {
  return name === 'text' || name === 'content'
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
])

function attachedDocument({ format, source }: JsonObject): Attachment | undefined {
  if (!isObject(source) || Object.keys(source).some((name) => name !== 'bytes')) return undefined
  const mediaType = typeof format === 'string' ? TYPES.get(format) : undefined
  return mediaType === undefined ? undefined : { inside: source, key: 'bytes', mediaType }
}

const SEARCH_RESULT: Field = field(
  'text',
  shape({ source: TEXT, title: TEXT, content: TEXTS, citations: CITING }, { role: 'tool' }),
)

const GUARDED: Field = field(
  'text',
  shape(
    { text: field('text', shape({ text: TEXT, qualifiers: field('enum', listOf(undefined, 'enum')) })), image: MEDIA },
    { unlessPlain: otherThan('text') },
  ),
)

const CACHE_POINT: Field = field('text', shape({ type: ENUM, ttl: ID }))

const TOOL_USE: Field = field(
  'text',
  shape({ toolUseId: ID, name: TEXT, input: JSON_VALUE, type: ENUM }, { role: 'tool-call' }),
)
const TOOL_RESULT_ITEM = shape(
  { text: TEXT, json: JSON_VALUE, image: MEDIA, document: DOCUMENT, video: MEDIA, searchResult: SEARCH_RESULT },
  { unlessPlain: otherThan('text', 'json', 'document', 'searchResult') },
)
const TOOL_RESULT: Field = field(
  'text',
  shape(
    { toolUseId: ID, content: field('text', listOf(TOOL_RESULT_ITEM)), status: ENUM, type: ENUM },
    { role: 'tool' },
  ),
)

const REASONING: Field = field(
  'text',
  shape(
    { reasoningText: field('text', shape({ text: TEXT, signature: SEAL })), redactedContent: BLOB },
    { role: 'reasoning' },
  ),
)

const SPAN: Field = field('text', shape({ documentIndex: PLAIN, searchResultIndex: PLAIN, start: PLAIN, end: PLAIN }))
const LOCATION: Field = field(
  'text',
  shape({
    web: field('text', shape({ url: LABEL, domain: LABEL })),
    documentChar: SPAN,
    documentPage: SPAN,
    documentChunk: SPAN,
    searchResultLocation: SPAN,
  }),
)
/** What an answer rests on: comes whole, in a stream too. */
const CITATION: Shape = shape({
  title: LABEL,
  source: LABEL,
  sourceContent: field('text', listOf(shape({ text: LABEL }))),
  location: LOCATION,
})
const CITED: Field = field('text', shape({ content: TEXTS, citations: field('text', listOf(CITATION)) }))

const TOOL_CHANGE: Field = field(
  'text',
  shape({ tool: field('text', shape({ type: ENUM, name: TEXT, serverName: TEXT })) }),
)

const BLOCK = shape(
  {
    text: TEXT,
    image: MEDIA,
    document: DOCUMENT,
    video: MEDIA,
    audio: MEDIA,
    toolUse: TOOL_USE,
    toolResult: TOOL_RESULT,
    guardContent: GUARDED,
    cachePoint: CACHE_POINT,
    reasoningContent: REASONING,
    citationsContent: CITED,
    searchResult: SEARCH_RESULT,
    toolAddition: TOOL_CHANGE,
    toolRemoval: TOOL_CHANGE,
  },
  {
    unlessPlain: otherThan(
      ...['text', 'document', 'toolUse', 'toolResult', 'guardContent', 'cachePoint', 'reasoningContent'],
      ...['citationsContent', 'searchResult', 'toolAddition', 'toolRemoval'],
    ),
  },
)

/** One turn, in a request as in an answer. */
export const MESSAGE: Shape = shape({ role: ENUM, content: field('text', listOf(BLOCK)) }, { speaks: true })

export const SYSTEM: Shape = shape(
  { text: TEXT, guardContent: GUARDED, cachePoint: CACHE_POINT },
  { role: 'system', unlessPlain: otherThan('text', 'guardContent', 'cachePoint') },
)

/** Of a tool's list: what may be cached, and the tools. */
export const CACHED: Field = CACHE_POINT

/** What a block of a stream begins with. */
export const START: Field = field(
  'text',
  shape({
    // Whole: one start tells it, and no piece follows.
    toolUse: field('text', shape({ toolUseId: ID, name: LABEL, type: ENUM }, { role: 'tool-call' })),
    toolResult: field('text', shape({ toolUseId: ID, type: ENUM, status: ENUM }, { role: 'tool' })),
    image: field('text', shape({ format: ENUM })),
  }),
)

/** What a block of a stream grows by. */
export const DELTA: Field = field(
  'text',
  shape(
    {
      text: TEXT,
      toolUse: field('text', shape({ input: field('arguments') }, { role: 'tool-call' })),
      toolResult: field('text', { ...listOf(shape({ text: TEXT, json: JSON_VALUE })), role: 'tool' }),
      reasoningContent: field(
        'text',
        shape({ text: TEXT, signature: SEAL, redactedContent: BLOB }, { role: 'reasoning' }),
      ),
      citation: field('text', CITATION),
      image: MEDIA,
    },
    { role: 'assistant' },
  ),
)
