import type { Container, JsonArray, JsonObject, JsonValue } from '../../json/located.js'
import type { OwnEvent } from '../../lens/framing.js'
import { NDJSON } from '../../lens/ndjson.js'
import { isObject, type Member, nameOf, pathTo } from '../../lens/path.js'
import { fieldAt, isOpaque, type Shape, shape as shapeFor } from '../../lens/shape.js'
import { SSE } from '../../lens/sse.js'
import type { Piece, StreamFormat, StreamReading, Told } from '../../lens/stream-format.js'
import type {
  DeclaredBlockEnd,
  DeclaredRefusal,
  DeclaredStream,
  MemberPath,
  PathPattern,
} from '../../spec/declared-dialect.js'
import type { Usage } from '../../spec/dialect.js'
import type { Refusal } from '../../spec/refusal.js'
import { memberAt } from './member.js'
import { refusalBody } from './refusal.js'
import { shapeOf } from './shape.js'
import { usageOf } from './usage.js'

/** What a server calls an event that it gives no name. */
const NAMELESS = ['', 'message']

export function streamOf(declared: DeclaredStream, refusal: DeclaredRefusal): StreamFormat {
  const { usage, whole } = declared
  const telling = tellingIn(declared)
  const counted = [usage.input, usage.output].filter((path) => path !== undefined)
  const shape = shapeOf(declared, [...telling, ...counted])
  // An event that is like one before it but for its texts is not looked at again: what tells something must be none of them.
  const wholes = [...whole, ...telling]
  const comesWhole = (path: readonly Member[]): boolean => wholes.some((one) => isBelow(path, one))
  const parts = { shape, refusal, marks: marksOf(declared), comesWhole }
  return {
    framing: declared.framing === 'sse' ? SSE : NDJSON,
    names: new Set([...NAMELESS, ...declared.events]),
    shape,
    open: () => new DeclaredReading(declared, parts),
  }
}

/** Members by which an event tells of the stream. */
function tellingIn({ end, ends, error, index }: DeclaredStream): readonly MemberPath[] {
  const told = [end.kind === 'member' ? end.at : undefined, error, index, ...ends.map((rule) => rule.at)]
  return told.filter((path) => path !== undefined)
}

interface Parts {
  readonly shape: Shape
  readonly comesWhole: (path: readonly Member[]) => boolean
  readonly refusal: DeclaredRefusal
  readonly marks: readonly Buffer[] | undefined
}

/** What an event holds that tells something; undefined: any may. */
function marksOf({ end, error, usage }: DeclaredStream): readonly Buffer[] | undefined {
  if (end.kind === 'close') return undefined
  const named = [end.kind === 'member' ? end.at : undefined, error, usage.input, usage.output]
  const names = named.flatMap((path) => path?.at(-1) ?? [])
  // A name may be spelt with escapes: then nothing is found by its letters.
  if (names.some((name) => JSON.stringify(name) !== `"${name}"`)) return undefined
  const marks = names.map((name) => Buffer.from(`"${name}"`))
  return [...marks, ...(end.kind === 'data' ? [Buffer.from(end.data)] : []), BACKSLASH]
}

const BACKSLASH = Buffer.from('\\u')

class DeclaredReading implements StreamReading {
  usage: Usage | undefined
  readonly #declared: DeclaredStream
  readonly #parts: Parts
  /** The last event read in full in which each text spoke: ours are made in its likeness. */
  readonly #like = new Map<string, Like>()
  #name = ''

  constructor(declared: DeclaredStream, parts: Parts) {
    this.#declared = declared
    this.#parts = parts
  }

  watches(event: Buffer): boolean {
    return this.#parts.marks?.some((mark) => event.includes(mark)) ?? true
  }

  isEndMark(data: Buffer): boolean {
    const { end } = this.#declared
    return end.kind === 'data' && data.toString().trim() === end.data
  }

  knows(): boolean {
    return true
  }

  see(name: string, root: JsonObject): Told {
    this.#name = name
    const { end, ends, error, index, usage } = this.#declared
    this.usage = usageOf(usage, root) ?? this.usage
    const block = blockOf(root, index)
    const over = block === undefined ? [] : ends.filter((rule) => isOneOf(memberAt(root, rule.at), rule.is))
    return { state: stateOf(root, end, error), ends: over.map((rule) => groupOf(rule, block)) }
  }

  pieceOf(root: JsonObject, inside: Container, key: string | number): Piece | undefined {
    const path = pathTo(inside, key)
    if (this.#parts.comesWhole(path)) return undefined
    const block = blockOf(root, this.#declared.index)
    const rule = block === undefined ? undefined : this.#declared.ends.find(({ below }) => isBelow(path, below))
    const name = `${block ?? ''}/${nameOf(path)}`
    this.#like.set(name, { name: this.#name, root, path })
    return { name, group: rule && groupOf(rule, block), event: (text) => this.#event(name, text) }
  }

  torn(refusal: Refusal): readonly OwnEvent[] {
    return [{ name: '', json: refusalBody(this.#parts.refusal, refusal) }]
  }

  /** An event that says `text`, and else only what tells which text that is. */
  #event(of: string, text: string): OwnEvent {
    const { name, root, path } = this.#like.get(of) as Like
    return { name, json: JSON.stringify(saying(root, this.#parts.shape, path, text)) }
  }
}

const NONE: Shape = shapeFor({})

interface Like {
  readonly name: string
  readonly root: JsonObject
  readonly path: readonly Member[]
}

function stateOf(root: JsonObject, end: DeclaredStream['end'], error: MemberPath | undefined): Told['state'] {
  if (error !== undefined && (memberAt(root, error) ?? null) !== null) return 'erred'
  switch (end.kind) {
    case 'data':
      return 'goes-on'
    case 'member':
      return isOneOf(memberAt(root, end.at), end.is) ? 'ended' : 'goes-on'
    case 'close':
      return 'may-end'
  }
}

/** None named: anything but null. */
function isOneOf(value: JsonValue | undefined, is: readonly JsonValue[]): boolean {
  return is.length === 0 ? (value ?? null) !== null : value !== undefined && is.includes(value)
}

function blockOf(root: JsonObject, index: MemberPath | undefined): string | undefined {
  const value = index === undefined ? undefined : memberAt(root, index)
  return typeof value === 'number' || typeof value === 'string' ? String(value) : undefined
}

function groupOf({ below }: DeclaredBlockEnd, block: string | undefined): string {
  return `${block} ${below.join('/')}`
}

function isBelow(path: readonly Member[], pattern: PathPattern): boolean {
  return pattern.length <= path.length && pattern.every((name, at) => name === '*' || name === path[at]?.key)
}

/**
 * The event once more, with another text at `path`. Beside the way there only what says nothing is kept: numbers, and strings that
 * are opaque. Other texts have been said already, and what holds them would be taken for new.
 */
function saying(value: JsonObject, shape: Shape, [step, ...rest]: readonly Member[], text: string): JsonObject {
  const copy: JsonObject = {}
  for (const [name, one] of Object.entries(value)) {
    if (name === step?.key) copy[name] = within(one, fieldAt(shape, name)?.shape, rest, text)
    else if (saysNothing(one, shape, name)) copy[name] = one
  }
  return copy
}

function within(value: JsonValue, shape: Shape | undefined, path: readonly Member[], text: string): JsonValue {
  const [step, ...rest] = path
  if (step === undefined) return text
  const here = shape ?? NONE
  if (isObject(value)) return saying(value, here, path, text)
  if (!Array.isArray(value) || typeof step.key !== 'number') return text
  const item = within(value[step.key] ?? null, fieldAt(here, step.key)?.shape, rest, text)
  return step.index === undefined ? padded(step.key, item) : [item]
}

/** Items that say their own place need none in the array. */
function padded(before: number, item: JsonValue): JsonArray {
  return [...new Array<null>(before).fill(null), item]
}

function saysNothing(value: JsonValue, shape: Shape, name: string): boolean {
  if (typeof value === 'string') return value === '' || isOpaque(fieldAt(shape, name)?.says ?? 'text', value)
  return typeof value !== 'object' || value === null
}
