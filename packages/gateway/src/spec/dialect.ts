import type { TextGuard } from './detector.js'
import type { Edit, TextPart } from './part.js'
import type { Action } from './question.js'
import type { Refusal, Step } from './refusal.js'

export interface Endpoint {
  readonly method: string
  readonly path: string
  readonly action: Action
  /** Path at the provider, appended to its base URL. */
  readonly upstreamPath: string
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A request body seen through the lens. `parts` are all strings that are text, in document order. */
export interface RequestView {
  readonly model: string
  readonly stream: boolean
  /** 0 where the caller named none. */
  readonly maxTokens: number
  readonly hasSystemMessage: boolean
  /** The body asks for tools that the provider runs, or for storage: it has effects (contract, `audit.order`). */
  readonly hasEffects: boolean
  readonly parts: readonly TextPart[]
  /** Addresses of parts that are no text (images, audio, files). */
  readonly uninspectable: readonly string[]
  /** Carries out edits, each part at most once. `edit(undefined, [])` is the body itself, the same bytes. */
  edit(model: string | undefined, edits: readonly Edit[]): Buffer
}

/** A whole answer seen through the lens. */
export interface AnswerView {
  readonly parts: readonly TextPart[]
  readonly usage: Usage | undefined
  /** Carries out edits. `edit([])` is the body itself, the same bytes. */
  edit(edits: readonly Edit[]): Buffer
}

export interface StreamLensParts {
  /** A guard for a new channel, or undefined where no text obligation holds: then bytes pass as they came. */
  readonly guard: ((channel: string) => TextGuard) | undefined
}

/** A streamed answer seen through the lens. State of one stream; chunk-invariant in bytes as in text. */
export interface StreamLens {
  /** Bytes as they came in any cutting; gives the bytes that may leave now (perhaps none). */
  push(chunk: Buffer): Buffer | Refusal
  /** The provider's stream has ended. A stream without the dialect's end mark is a refusal (`upstream_failed`). */
  end(): Buffer | Refusal
  readonly usage: Usage | undefined
  /** Events that were not passed on because nobody could judge them. */
  readonly dropped: number
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A provider's wire format: a lens, not a translator. */
export interface Dialect {
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  /** Where the list of models is asked for. */
  readonly modelsPath: string
  /** Caller's headers that go on to the provider (lower case), and how their values are spelt: others are dropped. */
  readonly requestHeaders: ReadonlyMap<string, RegExp>
  /** Provider's headers that go back to the caller (lower case), and how their values are spelt: others are dropped. */
  readonly responseHeaders: ReadonlyMap<string, RegExp>
  /** The provider's own credential as a header. */
  credential(apiKey: string): readonly [name: string, value: string]
  read(body: Buffer): Step<RequestView>
  readAnswer(body: Buffer): Step<AnswerView>
  openStream(parts: StreamLensParts): StreamLens
  refusal(refusal: Refusal, requestId: string): WireAnswer
  /** The event that ends a torn stream: with the code, without the dialect's end mark. */
  errorEvent(refusal: Refusal): Buffer
  /** The list of models, for `GET /v1/models`. */
  models(names: readonly { readonly id: string; readonly ownedBy: string }[]): Buffer
}
