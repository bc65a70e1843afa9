import { type Container, type Located, pointer, type Splice } from '../json/located.js'
import type { AnswerView, Change, Lens, RequestView } from '../spec/dialect.js'
import type { Edit, Role, TextPart } from '../spec/part.js'
import { proceed, type Step } from '../spec/refusal.js'
import { spliced, splicesOf } from './edits.js'
import { type Seen, see } from './parts.js'
import type { Shape } from './shape.js'

/** A document of JSON that holds another one, which a lens of its own sees: a line of a batch, and what it asks. */
export interface Enclosed {
  readonly located: Located
  /** What is around the other document. */
  readonly around: Shape
  readonly inner: Container
  readonly lens: Lens
}

/** A request within another document: one view of both. */
export function enclosedRequest(enclosed: Enclosed, document: Buffer): Step<RequestView> {
  const bytes = innerBytes(enclosed)
  const read = enclosed.lens.read(bytes, { model: undefined, query: '' })
  if (read.kind === 'refuse') return read
  const inner = read.value
  const both = new Both(enclosed, inner.parts)
  return proceed({
    // One by one, as in `readRequest`.
    model: inner.model,
    stream: inner.stream,
    maxTokens: inner.maxTokens,
    choices: inner.choices ?? 1,
    hasSystemMessage: inner.hasSystemMessage,
    hasEffects: inner.hasEffects,
    tools: inner.tools,
    conversation: inner.conversation,
    takesSystem: inner.takesSystem,
    saysUsage: inner.saysUsage,
    parts: both.parts,
    uninspectable: [...both.outer.uninspectable, ...inner.uninspectable.map((address) => both.prefix + address)],
    edit(change: Change) {
      const { askUsage = false, leaveOut, model, system } = change
      const edits = both.innerEdits(change.edits)
      const edited = inner.edit(
        leaveOut === undefined ? { model, edits, system, askUsage } : { model, edits, system, askUsage, leaveOut },
      )
      return both.written(document, bytes, edited, change.edits)
    },
  })
}

/** An answer within another document. */
export function enclosedAnswer(enclosed: Enclosed, document: Buffer): Step<AnswerView> {
  const bytes = innerBytes(enclosed)
  const read = enclosed.lens.readAnswer(bytes)
  if (read.kind === 'refuse') return read
  const inner = read.value
  const both = new Both(enclosed, inner.parts)
  return proceed({
    parts: both.parts,
    usage: inner.usage,
    edit: (edits) => both.written(document, bytes, inner.edit(both.innerEdits(edits)), edits),
  })
}

function innerBytes({ located, inner }: Enclosed): Buffer {
  return Buffer.from(located.text.slice(inner.start, inner.end))
}

/** The texts around a document, then those in it, and the way back of each. */
class Both {
  readonly parts: readonly TextPart[]
  readonly outer: Seen
  readonly prefix: string
  readonly #enclosed: Enclosed
  /** Of the parts around it, where each is among those of the whole. */
  readonly #around: readonly number[]

  constructor(enclosed: Enclosed, inner: readonly TextPart[]) {
    this.#enclosed = enclosed
    this.outer = see(enclosed.located, enclosed.around)
    this.prefix = pointer(enclosed.inner)
    const { start, end } = enclosed.inner
    this.#around = this.outer.places.flatMap((place, index) =>
      place.start >= start && place.end <= end ? [] : [index],
    )
    const around = this.#around.map((index) => this.outer.parts[index] as TextPart)
    this.parts = [...around, ...inner.map((part) => new Within(part, this.prefix))]
  }

  innerEdits(edits: readonly Edit[]): readonly Edit[] {
    const { length } = this.#around
    return edits.flatMap(({ index, text }) => (index < length ? [] : [{ index: index - length, text }]))
  }

  /** The document itself where nothing in it changes. */
  written(document: Buffer, before: Buffer, after: Buffer, edits: readonly Edit[]): Buffer {
    const { inner, located } = this.#enclosed
    const { length } = this.#around
    const around = edits.flatMap(({ index, text }) =>
      index < length ? [{ index: this.#around[index] as number, text }] : [],
    )
    const splices: Splice[] = splicesOf(this.outer, around)
    if (after !== before) splices.push({ start: inner.start, end: inner.end, json: after.toString('utf8') })
    return splices.length === 0 ? document : spliced(located.text, splices)
  }
}

class Within implements TextPart {
  readonly role: Role
  readonly text: string
  readonly isName: boolean
  readonly isJson: boolean
  readonly #part: TextPart
  readonly #prefix: string

  constructor(part: TextPart, prefix: string) {
    this.role = part.role
    this.text = part.text
    this.isName = part.isName
    this.isJson = part.isJson
    this.#part = part
    this.#prefix = prefix
  }

  get isSealed(): boolean {
    return this.#part.isSealed === true
  }

  get address(): string {
    return this.#prefix + this.#part.address
  }
}
