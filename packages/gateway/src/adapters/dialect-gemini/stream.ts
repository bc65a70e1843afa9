import type { Container, JsonObject, JsonValue } from '../../json/located.js'
import type { OwnEvent } from '../../lens/framing.js'
import { isObject, type Member, nameOf, pathTo, wholeNumber } from '../../lens/path.js'
import { fieldAt, isOpaque } from '../../lens/shape.js'
import { SSE } from '../../lens/sse.js'
import type { Piece, StreamFormat, StreamReading, Told } from '../../lens/stream-format.js'
import type { Usage } from '../../spec/dialect.js'
import type { Refusal } from '../../spec/refusal.js'
import { ANSWER, CANDIDATE, type Counts, countsOf, usageFrom } from './answer.js'
import { Calls } from './calls.js'
import { mayTell } from './marks.js'
import { PART } from './parts.js'
import { fieldOf } from './proto.js'
import { Thoughts } from './thoughts.js'
import { errorBody } from './wire.js'

/** Streams of `:streamGenerateContent?alt=sse`: each event an answer of its own, whose texts go on from event to event. */
export const GENERATE_STREAM: StreamFormat = {
  // Whole events alone: SDKs take half of one for JSON, and would throw that it is none in place of our error.
  framing: { ...SSE, mend: undefined },
  names: new Set(['', 'message']),
  shape: ANSWER,
  counters: new Set(['candidatesTokenCount', 'thoughtsTokenCount', 'totalTokenCount', 'tokenCount']),
  // A picture comes in one.
  eventBytes: 8 << 20,
  open: () => new GenerateReading(),
}

class GenerateReading implements StreamReading {
  #counts: Counts | undefined
  readonly #calls = new Calls()
  readonly #thoughts = new Thoughts()
  readonly #seen = new Set<number | string>()
  readonly #finished = new Set<number | string>()
  /** The provider refused the prompt: no candidate will come. */
  #refused = false
  #mayEnd = false
  /** The last event read in full: ours are made in its likeness. */
  #like: JsonObject = {}

  get usage(): Usage | undefined {
    return usageFrom(this.#counts)
  }

  watches(event: Buffer): boolean {
    return this.#mayEnd || mayTell(event)
  }

  isEndMark(): boolean {
    return false
  }

  knows(_name: string, root: JsonObject): boolean {
    for (const name in root) if (ANSWER.members.has(name)) return true
    return false
  }

  see(_name: string, root: JsonObject): Told {
    this.#counts = countsOf(root) ?? this.#counts
    this.#like = root
    if ((root['error'] ?? null) !== null) return { state: 'erred', ends: [] }
    const feedback = fieldOf(root, 'promptFeedback')
    if (isObject(feedback) && isSaid(fieldOf(feedback, 'blockReason'))) this.#refused = true
    this.#calls.begin()
    this.#thoughts.begin()
    const ends: string[] = []
    const candidates = root['candidates']
    for (const [at, candidate] of Array.isArray(candidates) ? candidates.entries() : []) {
      if (!isObject(candidate)) continue
      const index = wholeNumber(candidate['index']) ?? at
      const group = groupOf(index)
      if (this.#seen.size <= CANDIDATES_MAX) this.#seen.add(index)
      ends.push(...this.#calls.see(group, candidate['content']), ...this.#thoughts.see(group, candidate['content']))
      if (!isSaid(fieldOf(candidate, 'finishReason'))) continue
      if (this.#finished.size < CANDIDATES_MAX) this.#finished.add(index)
      ends.push(group, this.#thoughts.last(group), ...this.#calls.finish(group))
    }
    const isOver = this.#finished.size === this.#seen.size
    this.#mayEnd = isOver && (this.#refused || this.#finished.size > 0)
    return { state: this.#mayEnd ? 'may-end' : 'goes-on', ends }
  }

  /** Told of events that `see` is not: what was used grows with each. */
  counted(name: string, value: number): number {
    const counts = this.#counts
    if (counts !== undefined && name === 'candidatesTokenCount') counts.answered = value
    if (counts !== undefined && name === 'thoughtsTokenCount') counts.thought = value
    return value
  }

  /** Only what the model says comes in pieces; what else the format has comes whole, and what it has not may be either. */
  pieceOf(_root: JsonObject, inside: Container, key: string | number): Piece | undefined {
    const path = pathTo(inside, key)
    const [first, candidate, member] = path
    if (first?.key !== 'candidates' || candidate === undefined || typeof member?.key !== 'string') return undefined
    const group = groupOf(candidate.index ?? candidate.key)
    const said = this.#calls.pieceOf(path, inside)
    if (said !== undefined) {
      return { name: said.group, group: said.group, event: (text) => this.#event(candidate, said.part(text)) }
    }
    const run = isPart(path) ? this.#thoughts.runOf(inside.value) : undefined
    if (run !== undefined && path.length === 6 && THOUGHT_SAYS.has(key)) {
      return {
        name: `${run}/${key}`,
        group: run,
        isSealed: key === 'text',
        event: (text) => this.#event(candidate, { [key]: text, thought: true }),
      }
    }
    if (isText(path)) {
      return { name: `${group}/text`, group, event: (text) => this.#event(candidate, { text }) }
    }
    if (isKnown(path)) return undefined
    return { name: nameOf(path), group, event: (text) => this.#write(candidate, nested(path.slice(2), text)) }
  }

  /** The provider's own errors come so, in the middle of a stream, and most of its SDKs look for them there alone. */
  tornFirst(refusal: Refusal): Buffer {
    return Buffer.from(`${errorBody(refusal)}\n\n`)
  }

  torn(refusal: Refusal): readonly OwnEvent[] {
    return [{ name: '', json: errorBody(refusal) }]
  }

  #event(candidate: Member, part: JsonObject): OwnEvent {
    return this.#write(candidate, { content: { parts: [part], role: 'model' } })
  }

  #write({ key, index }: Member, candidate: JsonObject): OwnEvent {
    const candidates = [{ ...candidate, index: index ?? key }]
    return { name: '', json: JSON.stringify({ candidates, ...this.#envelope() }) }
  }

  /** Opaque members alone: others are text, and have been said already. */
  #envelope(): JsonObject {
    const copy: JsonObject = {}
    for (const name of ENVELOPE) {
      const value = this.#like[name]
      const says = fieldAt(ANSWER, name)?.says ?? 'text'
      if (typeof value === 'string' && isOpaque(says, value)) copy[name] = value
    }
    return copy
  }
}

/** Members of a thought that come in pieces, and what vouches for them. */
const THOUGHT_SAYS: ReadonlySet<string | number> = new Set(['text', 'thoughtSignature', 'thought_signature'])
/** Of more nobody can say whether all have finished. */
const CANDIDATES_MAX = 1024
const ENVELOPE = ['modelVersion', 'createTime', 'responseId'] as const
const UNSAID = /^(?:|[A-Z_]+_UNSPECIFIED)$/

/** A reason that is none is left out, or is the first of the enumeration. */
function isSaid(reason: JsonValue | undefined): boolean {
  return typeof reason === 'string' && !UNSAID.test(reason)
}

function groupOf(index: number | string): string {
  return `candidates/${index}`
}

/** Whether the path is `candidates/I/content/parts/J/text`. */
function isText(path: readonly Member[]): boolean {
  return path.length === 6 && isPart(path) && path[5]?.key === 'text'
}

function isPart(path: readonly Member[]): boolean {
  return path[2]?.key === 'content' && path[3]?.key === 'parts' && typeof path[4]?.key === 'number'
}

/** Whether the format has what stands there: of a candidate, of its content, of a part. */
function isKnown(path: readonly Member[]): boolean {
  const own = path[2]?.key
  if (own !== 'content') return CANDIDATE.members.has(String(own))
  return path[3]?.key === 'role' || (isPart(path) && PART.members.has(String(path[5]?.key)))
}

/** An object that has `text` at `path` and nothing else. */
function nested(path: readonly Member[], text: string): JsonObject {
  let inner: JsonValue = text
  for (const { key } of path.toReversed()) {
    if (typeof key === 'string') inner = { [key]: inner }
    else inner = [...Array.from({ length: key }, (): JsonObject => ({})), inner]
  }
  return isObject(inner) ? inner : {}
}
