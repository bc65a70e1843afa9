import type { TextGuard } from './detector.js'
import type { Edit, Role, TextPart } from './part.js'
import type { Action } from './question.js'
import type { Refusal, Step } from './refusal.js'

/** What a request's path says, beside its body. */
export interface Named {
  /** Of the model, decoded; undefined where the endpoint's path has no place for one: the body names it. */
  readonly model: string | undefined
  /** The part after `?`, or empty. */
  readonly query: string
}

export interface Endpoint {
  readonly method: string
  /** As callers write it. `{model}` stands for a name in one segment: there the caller names the model, percent-encoded. */
  readonly path: string
  readonly action: Action
  readonly lens: Lens
  /** Nothing is made there that anybody pays for: counts, judgements. Left out: it costs. */
  readonly isFree?: boolean
  /** Path and query at the provider, appended to its base URL. Nothing of the caller's but what the dialect lists is in it. */
  upstreamPath(model: string, query: string): string
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface Change {
  /** The provider's name for the model; undefined leaves the body's own. */
  readonly model: string | undefined
  /** Each part at most once. Those of texts that are dropped do nothing. */
  readonly edits: readonly Edit[]
  /** Undefined: what the caller sends as system text stays as it is. */
  readonly system?: SystemChange | undefined
  /** A stream that would not say its usage is asked for it: see `RequestView.saysUsage`, and `StreamLensParts.dropUsage`. */
  readonly askUsage?: boolean
  /**
   * What is left out of a body because its provider takes one without it, and would refuse it as it is: `edited`, what a signature
   * vouches for and is edited now; `emptied`, that too of which a signature came back empty, as it leaves beside text that was
   * edited in an answer. Undefined: nothing is, and the signature beside edited text is emptied.
   */
  readonly leaveOut?: 'edited' | 'emptied'
}

/** What the operator says to the model, around what callers say to it as system text. */
export interface SystemChange {
  /** In front of all that is said; empty: nothing. */
  readonly before: string
  /** Behind the caller's own system text; empty: nothing. */
  readonly after: string
  readonly callers: 'keep' | 'drop'
}

/** A request body seen through the lens. `parts` are all strings that are text, in document order. */
export interface RequestView {
  readonly model: string
  readonly stream: boolean
  /** 0 where the caller named none. */
  readonly maxTokens: number
  /** Answers asked for, each of at most `maxTokens`. Left out: one. */
  readonly choices?: number
  readonly hasSystemMessage: boolean
  /** The format has a place for system text, so that a `SystemChange` can be carried out. */
  readonly takesSystem: boolean
  /** The body asks for tools that the provider runs, or for storage: it has effects (contract, `audit.order`). */
  readonly hasEffects: boolean
  /** Tools that the body defines. */
  readonly tools: number
  /** The conversation that the dialect's own field names; undefined where there is none. */
  readonly conversation: string | undefined
  readonly parts: readonly TextPart[]
  /** Addresses of parts that are no text (images, audio, files). */
  readonly uninspectable: readonly string[]
  /** The answer says its usage, as far as the body tells. Where it does not, only `Change.askUsage` makes it. */
  readonly saysUsage: boolean
  /** Where nothing changes it is the body itself, the same bytes. */
  edit(change: Change): Buffer
}

/** A whole answer seen through the lens. */
export interface AnswerView {
  readonly parts: readonly TextPart[]
  readonly usage: Usage | undefined
  /** Carries out edits. `edit([])` is the body itself, the same bytes. */
  edit(edits: readonly Edit[]): Buffer
}

/** One text of a stream, that comes in pieces or at once. */
export interface ChannelKind {
  /** Where it stands: what is in one channel is one text. */
  readonly name: string
  readonly role: Role
  /** JSON text within a string: what is put there must be escaped as in JSON. */
  readonly isJson: boolean
  /** A signature may vouch for it, so that it is worth something only as it was said. */
  readonly isSealed?: boolean
}

export interface StreamLensParts {
  /** A guard for a new channel, or undefined where no text obligation holds: then bytes pass as they came. */
  readonly guard: ((channel: ChannelKind) => TextGuard) | undefined
  /** Usage was asked for, and not by the caller (`Change.askUsage`): what was sent for that alone is read and not passed on. */
  readonly dropUsage?: boolean
}

/** A streamed answer seen through the lens. State of one stream; chunk-invariant in bytes as in text. */
export interface StreamLens {
  /** Bytes as they came in any cutting; gives the bytes that may leave now (perhaps none). */
  push(chunk: Buffer): Buffer | Refusal
  /** The provider's stream has ended. A stream without the dialect's end mark is a refusal (`upstream_failed`). */
  end(): Buffer | Refusal
  /**
   * What ends the stream where it is torn: the dialect's error event, with the code and without the end mark. Nothing may be
   * pushed afterwards.
   */
  tear(refusal: Refusal): Buffer
  /**
   * What goes out in front of `tear`, in a write of its own: some clients see an error only in a piece that is nothing else.
   * Undefined: nothing does.
   */
  tearFirst?(refusal: Refusal): Buffer | undefined
  readonly usage: Usage | undefined
  /** Events that were not passed on because nobody could judge them. */
  readonly dropped: number
}

/** Bodies of one endpoint: the request's, a whole answer's, a stream's. */
export interface Lens {
  read(body: Buffer, named: Named): Step<RequestView>
  readAnswer(body: Buffer): Step<AnswerView>
  /** What a stream's `content-type` begins with, lower case; undefined where the endpoint never streams. */
  readonly streamType: string | undefined
  openStream(parts: StreamLensParts): StreamLens
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A call to a provider that is about to be sent: what a credential may have to sign. */
export interface UpstreamCall {
  readonly method: string
  readonly origin: string
  /** With its query. */
  readonly path: string
  /** As they will stand on the wire: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /** Where the provider is, by the operator's word; undefined where there is none. */
  readonly region?: string | undefined
}

/** A provider's wire format: a lens, not a translator. */
export interface Dialect {
  readonly name: string
  /** What its paths begin with: refusals below it are worded in its shape. */
  readonly prefix: string
  readonly endpoints: readonly Endpoint[]
  /** Caller's headers that go on to the provider (lower case), and how their values are spelt: others are dropped. */
  readonly requestHeaders: ReadonlyMap<string, RegExp>
  /** Provider's headers that go back to the caller (lower case), and how their values are spelt: others are dropped. */
  readonly responseHeaders: ReadonlyMap<string, RegExp>
  /** Names under which answers carry our request id, lower case. */
  readonly idHeaders: readonly string[]
  /** Our own credential as header lines: name, value. Throws where the secret is not of the form that it must have. */
  credential(secret: string, call: UpstreamCall): readonly string[]
  /** What of the secret no answer may hold; left out: the whole of it. */
  confidential?(secret: string): readonly string[]
  /** Whether the provider's answer says that it does not take our credential, in another way than by a 401. */
  refusesKey?(status: number, headers: { get(name: string): string | undefined }): boolean
  refusal(refusal: Refusal, requestId: string): WireAnswer
  /** Where the models are listed, of every dialect, and how; undefined where this dialect has no such list. */
  readonly modelList: ModelList | undefined
}

export interface ModelList {
  readonly path: string
  write(names: readonly { readonly id: string; readonly ownedBy: string }[]): Buffer
}
