// What the matrix has: fields, directions, and for each surface what is sent to see what becomes of a value there.

export const DIRECTIONS = ['request', 'answer', 'stream'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const FIELDS = {
  system: 'system and developer text',
  user: 'user text',
  assistant: 'assistant text',
  tools: 'tool definitions',
  arguments: 'tool arguments',
  results: 'tool results',
  reasoning: 'reasoning',
  refusals: 'refusals',
  citations: 'citations',
  probabilities: 'log probabilities',
  bytes: 'token bytes',
  choices: 'every choice',
  structured: 'structured output',
  labels: 'stop sequences, metadata, user ids',
  unknown: 'strings in unknown fields',
  names: 'names of unknown fields',
  textFiles: 'attachments, text',
  otherFiles: 'attachments, others',
  kept: 'what the provider keeps',
  input: 'input of embeddings, moderations',
  events: 'unknown events',
  errors: 'errors of the provider',
} as const
export type FieldId = keyof typeof FIELDS
export const FIELD_IDS = Object.keys(FIELDS) as readonly FieldId[]

/** A body, or the events of a stream, with a text in the field that the probe is for. */
export type Probe = (text: string) => unknown

/** Nothing to probe, and why: the dialect has no such field there. */
export interface Absent {
  readonly why: string
}

/** All probes of a cell must come to the same. */
export type Cell = Absent | readonly Probe[]
export type Row = Readonly<Record<FieldId, Cell>>

export interface Surface {
  readonly title: string
  /** As callers write it. */
  readonly path: string
  /** Of the endpoint that streams, where it is another. */
  readonly streamPath?: string
  readonly model: string
  /** A request without the value: what is sent where an answer is probed. */
  readonly asking: unknown
  readonly askingStream: unknown
  readonly streamType: string
  /** The bytes of a stream of these events. */
  frame(events: readonly unknown[]): Buffer
  /** What a client reads in a stream. */
  parse(stream: Buffer): readonly unknown[]
  /** A stream of one call of a tool, whose arguments come in these pieces. */
  calls?(pieces: readonly string[]): readonly unknown[]
  /** A request with a file that says it is plain text. */
  attaching?(base64: string): unknown
  readonly request: Row
  readonly answer: Row
  readonly stream: Row
}

export function absent(why: string): Absent {
  return { why }
}

export function isAbsent(cell: Cell): cell is Absent {
  return 'why' in cell
}

/** No field of this direction is there. */
export function nothing(why: string): Row {
  return Object.fromEntries(FIELD_IDS.map((field) => [field, absent(why)])) as Record<FieldId, Cell>
}

/** A sentence around what is looked for. */
export function said(text: string): string {
  return `the key is ${text} and no other`
}

/** In three pieces, cut amid what is looked for. */
export function inThree(text: string): readonly [string, string, string] {
  const whole = said(text)
  const middle = whole.indexOf(text) + 6
  return [whole.slice(0, 14), whole.slice(14, middle), whole.slice(middle)]
}

/** Token by token, as a model says it. */
export function tokensOf(text: string): readonly string[] {
  return said(text).match(/.{1,4}/g) ?? []
}

export function bytesOf(token: string): readonly number[] {
  return [...Buffer.from(token)]
}

export function inBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** JSON of a tool's arguments, in which what is looked for hides its first letter behind an escape. */
export function argumentsOf(text: string): string {
  const letter = `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify({ key: said(text) }).replace(text, letter + text.slice(1))
}

/** In three pieces, cut amid what is looked for. */
export function argumentsInThree(text: string): readonly [string, string, string] {
  const json = argumentsOf(text)
  const middle = json.indexOf(text.slice(1)) + 4
  return [json.slice(0, 9), json.slice(9, middle), json.slice(middle)]
}
