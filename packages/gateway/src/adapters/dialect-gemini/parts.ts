import { BLOB, ENUM, ID, LABEL, PLAIN, TEXT } from '../../lens/fields.js'
import { type Field, field, listOf, type Shape, shape, spokenBy } from '../../lens/shape.js'
import type { Role } from '../../spec/part.js'
import { fieldOf, message, repeated } from './proto.js'

/** An object of the caller's or the model's own making: all names, strings and long numbers in it are text. */
function struct(role: Role): Field {
  return field('text', shape({}, { open: true, role, numeric: true }))
}

const INLINE = message(
  { mimeType: ID, data: BLOB, displayName: TEXT },
  {
    uninspectable: true,
    attached(value) {
      const type = fieldOf(value, 'mimeType')
      return { inside: value, key: 'data', mediaType: typeof type === 'string' ? type : undefined }
    },
  },
)
const FILE = message({ mimeType: ID, fileUri: TEXT, displayName: TEXT }, { uninspectable: true })
const OFFSETS = message({ startOffset: ID, endOffset: ID, fps: PLAIN })
const RESOLUTION = message({ level: ENUM, numTokens: PLAIN })

/** A kind of part is told by the member that is there: one that is not known may be anything. */
function otherThan(names: readonly string[]): RegExp {
  const known = names.map((name) => name.replace(/[A-Z]/g, (letter) => `_?${letter.toLowerCase()}`))
  return new RegExp(`^(?!(?:${known.join('|')})$)`)
}

const RESULT_FIELDS = {
  inlineData: field('text', INLINE),
  fileData: field('text', FILE),
  mediaProcessing: TEXT,
} as const
const RESULT_PART = message(RESULT_FIELDS, { unlessPlain: otherThan(Object.keys(RESULT_FIELDS)) })

const FUNCTION_RESPONSE = message(
  {
    id: ID,
    name: spokenBy('tool-call', LABEL),
    response: struct('tool'),
    parts: field('text', repeated(RESULT_PART)),
    willContinue: PLAIN,
    scheduling: ENUM,
  },
  { role: 'tool' },
)
const PARTIAL = message(
  {
    jsonPath: LABEL,
    stringValue: TEXT,
    numberValue: PLAIN,
    boolValue: PLAIN,
    nullValue: ENUM,
    willContinue: PLAIN,
  },
  { numeric: true },
)
const FUNCTION_CALL = message(
  {
    id: ID,
    name: LABEL,
    args: struct('tool-call'),
    partialArgs: field('text', listOf(PARTIAL)),
    willContinue: PLAIN,
  },
  { role: 'tool-call' },
)
const TRANSCRIPTION = message({
  text: TEXT,
  finished: PLAIN,
  languageCode: ID,
  speakerLabel: TEXT,
  words: TEXT,
  startOffset: ID,
  endOffset: ID,
})

const PART_FIELDS = {
  text: TEXT,
  thought: PLAIN,
  thoughtSignature: BLOB,
  inlineData: field('text', INLINE),
  fileData: field('text', FILE),
  functionCall: field('text', FUNCTION_CALL),
  functionResponse: field('text', FUNCTION_RESPONSE),
  executableCode: field(
    'text',
    message({ id: ID, language: ENUM, code: spokenBy('tool-call', LABEL) }, { role: 'tool-call' }),
  ),
  codeExecutionResult: field('text', message({ id: ID, outcome: ENUM, output: LABEL }, { role: 'tool' })),
  toolCall: field('text', message({ id: ID, toolType: ENUM, args: struct('tool-call') }, { role: 'tool-call' })),
  toolResponse: field('text', message({ id: ID, toolType: ENUM, response: struct('tool') }, { role: 'tool' })),
  audioTranscription: field('text', TRANSCRIPTION),
  videoMetadata: field('text', OFFSETS),
  mediaResolution: field('enum', RESOLUTION),
  mediaProcessing: TEXT,
  speechMetadata: field('text', message({ speaker: TEXT, style: TEXT })),
  partMetadata: TEXT,
} as const

const OTHER = otherThan(Object.keys(PART_FIELDS))
const PART_BASE = message(PART_FIELDS, { unlessPlain: OTHER })
/** Its signature is over what it says; beside what is no thought one is the model's own state, and stays whatever is edited. */
const THOUGHT = message(
  { ...PART_FIELDS, thoughtSignature: field('seal') },
  { unlessPlain: OTHER, role: 'reasoning', closes: true },
)

export const PART: Shape = {
  ...PART_BASE,
  byType: new Map([['thought', THOUGHT]]),
  typeOf: (value) => (value['thought'] === true ? 'thought' : undefined),
}

/** What no role is said of is the user's. */
const SPEAKERS: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['', 'user'],
  ['user', 'user'],
  ['model', 'assistant'],
  ['function', 'tool'],
  ['tool', 'tool'],
  ['system', 'system'],
  ['developer', 'system'],
])

const CONTENT_FIELDS = { role: ENUM, parts: field('text', repeated(PART)) } as const

/** A turn of a conversation. */
export const CONTENT: Shape = message(CONTENT_FIELDS, { speaks: true, speakers: SPEAKERS })

/** Content of which it is known who says it. */
export function contentBy(role: Role): Shape {
  return message(CONTENT_FIELDS, { role })
}
