import type { Role } from './part.js'

// A dialect as an operator declares it: paths in a configuration instead of code.

/** Names from the root on; `*` stands for any member or item. */
export type PathPattern = readonly string[]

/** Names from the root on, of one member. */
export type MemberPath = readonly string[]

/** What stands where in one kind of body. What is not listed is text. */
export interface DeclaredPaths {
  /** Whose text is there, and below. */
  readonly text: readonly { readonly at: PathPattern; readonly role: Role }[]
  /** Objects whose member `role` tells whose text is in them. */
  readonly speakers: readonly PathPattern[]
  /** Strings that hold JSON, so that text may hide behind its escapes. */
  readonly json: readonly PathPattern[]
  /** Strings that are no text, while they are spelt like what they are said to be. */
  readonly opaque: readonly { readonly at: PathPattern; readonly says: 'id' | 'enum' | 'blob' | 'url' }[]
  /** Pictures and the like: nobody sees what is there. */
  readonly uninspectable: readonly PathPattern[]
  /** What says the text again in another form, token by token say: `null` takes its place where the text may not stay. */
  readonly echoes: readonly PathPattern[]
}

export type DeclaredModel =
  /** The path names it, where it says `{model}`. */
  | { readonly kind: 'path' }
  | { readonly kind: 'member'; readonly at: MemberPath }
  /** The endpoint serves this one, by the name that callers would use. */
  | { readonly kind: 'fixed'; readonly name: string }

export interface DeclaredRequest extends DeclaredPaths {
  /** Members that bound the answer's tokens; the largest counts. */
  readonly maxTokens: readonly MemberPath[]
  /** An array of tools. */
  readonly tools: MemberPath | undefined
  /** A text that tells one conversation from another. */
  readonly conversation: MemberPath | undefined
  /** A member of the root for system text, where an operator's own may stand too. */
  readonly system: string | undefined
}

export interface DeclaredUsage {
  readonly input: MemberPath | undefined
  readonly output: MemberPath | undefined
}

export interface DeclaredAnswer extends DeclaredPaths {
  readonly usage: DeclaredUsage
}

export type DeclaredEnd =
  /** An event with this data and nothing else. */
  | { readonly kind: 'data'; readonly data: string }
  /** An event in which a member is one of these; none named: in which it is there, and not null. */
  | { readonly kind: 'member'; readonly at: MemberPath; readonly is: readonly (string | number | boolean)[] }
  /** The end of the body: one that was torn looks the same. */
  | { readonly kind: 'close' }

/** With an event in which a member is one of these, a block's texts below a path are over. */
export interface DeclaredBlockEnd {
  readonly at: MemberPath
  readonly is: readonly (string | number | boolean)[]
  readonly below: PathPattern
}

export interface DeclaredStream extends DeclaredAnswer {
  /** When a body asks for it: always, or where a member is true. */
  readonly asked: { readonly at: MemberPath; readonly byDefault: boolean } | undefined
  readonly framing: 'sse' | 'ndjson'
  /** In small letters, without parameters. */
  readonly contentType: string
  /** Names of events that can be judged; those without a name can be. */
  readonly events: readonly string[]
  /** Texts, there and below, that come at once. Any other goes on from event to event, and is judged as one. */
  readonly whole: readonly PathPattern[]
  /** Tells which block of the answer an event is about. */
  readonly index: MemberPath | undefined
  readonly ends: readonly DeclaredBlockEnd[]
  readonly end: DeclaredEnd
  /** A member that is there, and not null, where something broke. */
  readonly error: MemberPath | undefined
}

export interface DeclaredEndpoint {
  /** Below the dialect's prefix, with a leading slash. `{model}` stands for a name in one segment. */
  readonly path: string
  readonly upstreamPath: string
  readonly action: 'invoke' | 'embed'
  readonly model: DeclaredModel
  /** A call may do more than be answered. */
  readonly effects: boolean
  readonly request: DeclaredRequest
  readonly answer: DeclaredAnswer
  readonly stream: DeclaredStream | undefined
}

/** JSON whose strings may hold `{message}`, `{code}`, `{type}`, `{param}` and `{status}`. */
export type DeclaredRefusal = string | number | boolean | null | readonly DeclaredRefusal[] | DeclaredRefusalObject
interface DeclaredRefusalObject {
  readonly [name: string]: DeclaredRefusal
}

export interface DeclaredDialect {
  readonly name: string
  /** With a leading and a trailing slash. */
  readonly prefix: string
  readonly endpoints: readonly DeclaredEndpoint[]
  /** The header that shows our key, in small letters, and what stands in front of the key. */
  readonly credential: { readonly header: string; readonly before: string }
  readonly refusal: DeclaredRefusal
}
