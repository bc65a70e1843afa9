import {
  type Container,
  type JsonLimits,
  type JsonObject,
  type Located,
  type Place,
  pointer,
  readLocated,
  type Splice,
} from '../json/located.js'
import type { AnswerView, Change, Lens, Named, RequestView, SystemChange, Usage } from '../spec/dialect.js'
import { proceed, type Refusal, refuse, type Step } from '../spec/refusal.js'
import { spliced, splicesOf } from './edits.js'
import { GuardedStream } from './guarded.js'
import { added, isOn, mistakenIn, type Option, switchedOn } from './option.js'
import { Intervals, type Seen, see } from './parts.js'
import { isObject } from './path.js'
import { brokenSeals, emptySeals, itemsLeftOut, type LeftOut } from './seals.js'
import type { Shape } from './shape.js'
import type { StreamFormat } from './stream-format.js'
import { WatchedStream } from './watched.js'

/** What a body says beside its texts; the lens adds those. */
export type Facts = Omit<RequestView, 'parts' | 'uninspectable' | 'takesSystem' | 'saysUsage' | 'edit'>

/** Of a body that asks for no words in answer. */
export const QUIET: Omit<Facts, 'model'> = {
  stream: false,
  maxTokens: 0,
  hasSystemMessage: false,
  hasEffects: false,
  tools: 0,
  conversation: undefined,
}

/** Of a body that asks for something that lasts, and names no model. */
export const LASTING: Facts = { ...QUIET, model: '', hasEffects: true }

/**
 * Puts an operator's system text into a body.
 *
 * @param textAt what is to stand in a string's place, once it is edited
 */
export type SystemSplices = (seen: Seen, change: SystemChange, textAt: (place: Place) => string) => readonly Splice[]

/** The bodies of one endpoint, in the terms of its format. */
export interface LensFormat {
  readonly request: Shape
  /** Checks what must be there, and reads what the pipeline asks for. */
  readonly facts: (root: JsonObject, named: Named) => Facts | Refusal
  /**
   * Of containers whose members other readers may take for known ones where they differ in case alone, beside the body itself.
   * Such a body is refused: it would mean another thing to the provider than to us.
   */
  readonly strict?: ((seen: Seen, index: number) => boolean) | undefined
  /** Why such a body is refused, beside what its facts object to; asked once it was seen. */
  readonly objection?: ((seen: Seen) => Refusal | undefined) | undefined
  /** Whether the body names its model, in the member `model`. */
  readonly namesModel: boolean
  /** How an operator's system text is put in; undefined where the format has no place for one. */
  readonly system?: SystemSplices | undefined
  /** What names another model in a body that says it elsewhere or in other words. */
  readonly renamed?: ((seen: Seen, model: string) => readonly Splice[]) | undefined
  /** What the provider takes a request without, where its seal vouches for nothing (`Change.leaveOut`). Undefined: nothing. */
  readonly leftOut?: LeftOut
  /** What a stream is asked for its usage with. Undefined: it says it anyhow. */
  readonly usageOption?: Option
  readonly answer: Shape
  /** A whole answer may be a list, which says no usage. */
  readonly lists?: boolean
  readonly usage: (root: JsonObject) => Usage | undefined
  readonly stream: StreamFormat | undefined
  /** What the `content-type` of a stream begins with. */
  readonly streamType?: string
}

/** @param limits of a request's body */
export function createLens(format: LensFormat, limits: JsonLimits): Lens {
  const { stream } = format
  return {
    read: (body, named) => readRequest(format, body, limits, named),
    readAnswer: (body) => readAnswer(format, body),
    streamType: stream === undefined ? undefined : (format.streamType ?? 'text/event-stream'),
    openStream({ guard, dropUsage }) {
      if (stream === undefined) throw new TypeError('this endpoint never streams')
      return guard === undefined ? new WatchedStream(stream, dropUsage) : new GuardedStream(stream, guard, dropUsage)
    },
  }
}

function readRequest(format: LensFormat, body: Buffer, limits: JsonLimits, named: Named): Step<RequestView> {
  const located = readLocated(body, limits)
  if (located.kind === 'fault') {
    return refuse('invalid_request', `the body is refused as JSON: ${located.code}`, {
      message: `The request body is not acceptable JSON: ${located.why}.`,
    })
  }
  const root = located.value
  if (!isObject(root)) return wrong('the request body', 'an object')
  const facts = format.facts(root, named)
  if ('code' in facts) return facts
  const { usageOption } = format
  const mistaken = usageOption === undefined ? undefined : mistakenIn(root, usageOption)
  if (mistaken !== undefined) return wrong(...mistaken)
  const saysUsage = usageOption === undefined || !facts.stream || isOn(root, usageOption)
  const seen = see(located, format.request)
  const objection = format.objection?.(seen)
  if (objection !== undefined) return objection
  const lookalike = lookalikeIn(format, seen)
  if (lookalike !== undefined) {
    return refuse('invalid_request', 'a member name that differs from a known one in case alone', {
      param: lookalike,
      message:
        'A member name differs from a known one in its case alone, and other readers would take it for that one.',
    })
  }
  // One by one: of an object that is spread beside others V8 makes a hidden class at each call, which lies among the old objects.
  return proceed({
    model: facts.model,
    stream: facts.stream,
    maxTokens: facts.maxTokens,
    choices: facts.choices ?? 1,
    hasSystemMessage: facts.hasSystemMessage,
    hasEffects: facts.hasEffects,
    tools: facts.tools,
    conversation: facts.conversation,
    takesSystem: format.system !== undefined,
    parts: seen.parts,
    uninspectable: seen.uninspectable,
    saysUsage,
    edit(change) {
      const asked = change.askUsage === true && !saysUsage ? usageOption : undefined
      return edited(format, body, seen, facts.model, change, asked)
    },
  })
}

/**
 * Where a member is spelt like a known one but for its case. Some servers read names without regard to case, and the last one
 * wins: they would serve another model than the one that was decided on.
 */
function lookalikeIn({ strict }: LensFormat, seen: Seen): string | undefined {
  for (const { inside, key, isName } of seen.located.strings) {
    if (!isName || inside === undefined || typeof key !== 'string') continue
    if (inside.index !== 0 && strict?.(seen, inside.index) !== true) continue
    const known = seen.shapes.of[inside.index]?.members
    if (known === undefined || known.has(key)) continue
    if (foldedNames(known).has(folded(key))) return pointer(inside, key)
  }
  return undefined
}

/** Both ways: `ſ` folds to `s` by its capital, the Kelvin sign to `k` by its small letter. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase()
}

const FOLDED = new WeakMap<Shape['members'], ReadonlySet<string>>()

function foldedNames(members: Shape['members']): ReadonlySet<string> {
  let names = FOLDED.get(members)
  if (names === undefined) {
    names = new Set([...members.keys()].map(folded))
    FOLDED.set(members, names)
  }
  return names
}

function edited(
  format: LensFormat,
  body: Buffer,
  seen: Seen,
  model: string,
  change: Change,
  asked: Option | undefined,
): Buffer {
  const own =
    change.system === undefined ? [] : (format.system?.(seen, change.system, editedText(seen, change)) ?? noPlace())
  const others = [...own, ...left(format, seen, change, own)]
  const splices = [...splicesOf(seen, change.edits, others), ...others]
  if (change.model !== undefined && change.model !== model) {
    if (format.namesModel) splices.push(modelIn(seen.located, change.model))
    splices.push(...(format.renamed?.(seen, change.model) ?? []))
  }
  if (asked !== undefined) splices.push(switchedOn(seen.located, asked))
  return splices.length === 0 ? body : spliced(seen.located.text, splices)
}

const NONE: readonly Splice[] = []

function left(format: LensFormat, seen: Seen, { edits, leaveOut }: Change, own: readonly Splice[]): readonly Splice[] {
  const { leftOut } = format
  if (leftOut === undefined || leaveOut === undefined) return NONE
  const broken = edits.length === 0 ? [] : brokenSeals(seen, edits)
  const seals = leaveOut === 'emptied' ? [...broken, ...emptySeals(seen)] : broken
  return seals.length === 0 ? NONE : itemsLeftOut(seen, seals, leftOut, new Intervals(own))
}

function editedText({ places }: Seen, { edits }: Change): (place: Place) => string {
  const texts = new Map(edits.map(({ index, text }) => [places[index], text]))
  return (place) => texts.get(place) ?? place.value
}

function noPlace(): never {
  throw new TypeError('this endpoint takes no system text')
}

/** What names the model, where the body does and where it left that to the provider. */
function modelIn({ strings, containers }: Located, model: string): Splice {
  const place = strings.find((one) => one.inside?.index === 0 && one.key === 'model' && !one.isName)
  const json = JSON.stringify(model)
  if (place === undefined) return added(containers[0] as Container, 'model', json)
  return { start: place.start, end: place.end, json }
}

/** A whole answer, or the body of an error: both are JSON objects, else the provider did not speak this dialect. */
function readAnswer({ answer, lists, usage }: LensFormat, body: Buffer): Step<AnswerView> {
  const located = readLocated(body)
  if (located.kind === 'fault') return refuse('upstream_failed', `the answer is refused as JSON: ${located.code}`)
  const { value } = located
  const isList = lists === true && Array.isArray(value)
  if (!isObject(value) && !isList) return refuse('upstream_failed', 'the answer is not an object')
  const seen = see(located, answer)
  return proceed({
    parts: seen.parts,
    usage: isObject(value) ? usage(value) : undefined,
    edit: (edits) => (edits.length === 0 ? body : spliced(located.text, splicesOf(seen, edits))),
  })
}

/** The refusal of a body in which something is not what it must be. */
export function wrong(param: string, expected: string): Refusal {
  const message = `Invalid type for \`${param}\`: ${expected} is expected.`
  return refuse('invalid_request', `\`${param}\` is not ${expected}`, { message, param })
}
