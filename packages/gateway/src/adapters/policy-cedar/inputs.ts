import type { Action, AttributeValue, Context, Identity, Principal, Question, Resource } from '../../spec/index.js'
import { type AttributeReads, bandsOf, type EntityReads, type Reads } from './reads.js'
import { ageSeconds, principalValues } from './request.js'
import type { Shapes } from './shape.js'
import { contextIllness } from './shape.js'
import { AGES, CONTEXT_ATTRIBUTES } from './vocabulary.js'

/** What one action's questions come down to. */
export interface Inputs {
  /** Two questions of one key get the same decision. Means nothing outside of its writer. */
  readonly key: string
  /** Whether all questions of this key have one text. */
  readonly keyTellsText: boolean
  /** Canonical JSON text of what the policies read. Put together at each call. */
  text(): string
  /** Why no policy can be asked; part of the text too. */
  readonly illness: string | undefined
}

interface EntityPart {
  readonly illness: string | undefined
  readonly text: string
  /** Equal numbers mean equal texts: a key of numbers is short, and is hashed at each request. */
  readonly number: number
}

interface PrincipalPart extends EntityPart {
  readonly identity: Identity
}

/** Texts of entities that were numbered. Beyond it they are numbered anew, and no number means two texts. */
const NUMBERED_MAX = 10_000

type Write = (context: Context, ip: string) => string
type WriteAges = (principal: Principal, atMs: number) => string

/** What changes from one exchange of a token to the next. */
interface Writers {
  readonly context: readonly Write[]
  readonly ages: WriteAges | undefined
}

/**
 * Writes what the policies read of the questions about one action. On the hot path: what belongs to a token or to a model is
 * written once.
 */
export class InputsWriter {
  readonly #action: Action
  readonly #shapes: Shapes
  readonly #reads: Reads
  readonly #start: string
  readonly #values: Writers
  /** Undefined where the text is the key. */
  readonly #bands: Writers | undefined
  /** Two a principal at most: an agent, and whom it acts for. */
  readonly #principals: WeakMap<Principal, readonly PrincipalPart[]> = new WeakMap()
  readonly #resources: WeakMap<Resource, EntityPart> = new WeakMap()
  readonly #numbers: Map<string, number> = new Map()
  #numbered = 0

  constructor(action: Action, reads: Reads, shapes: Shapes) {
    this.#action = action
    this.#shapes = shapes
    this.#reads = reads
    this.#start = `{"action":${JSON.stringify(action)},"context":{`
    this.#values = { context: contextWriters(reads.context, whole), ages: agesWriter(reads.principal, whole) }
    const banded = [...reads.context.attributes].some(
      (name) => NUMBERS.has(name) && bandsOf(reads.context, name) !== undefined,
    )
    const bandedAges = AGES.some(
      (name) => reads.principal.attributes.has(name) && bandsOf(reads.principal, name) !== undefined,
    )
    this.#bands =
      banded || bandedAges
        ? { context: contextWriters(reads.context, bands), ages: agesWriter(reads.principal, bands) }
        : undefined
  }

  /** @param ip what `cedarIp` made of the context's address */
  write(question: Question, ip: string | undefined): Inputs {
    const { context } = question
    const principal = this.#principalPart(question.principal, question.identity)
    const resource = this.#resourcePart(question.resource)
    const illness = principal.illness ?? resource.illness ?? contextIllness(context, ip)
    if (illness !== undefined || ip === undefined) {
      return ill(this.#action, illness ?? 'context `sourceIp` is no address')
    }
    const key = `${this.#write(this.#bands ?? this.#values, question, ip)}${principal.number} ${resource.number}`
    return {
      key,
      keyTellsText: this.#bands === undefined,
      text: () => `${this.#write(this.#values, question, ip)}${principal.text}},"resource":{${resource.text}}}`,
      illness: undefined,
    }
  }

  #number(text: string): number {
    const held = this.#numbers.get(text)
    if (held !== undefined) return held
    if (this.#numbers.size >= NUMBERED_MAX) this.#numbers.clear()
    this.#numbered++
    this.#numbers.set(text, this.#numbered)
    return this.#numbered
  }

  #write({ context, ages }: Writers, question: Question, ip: string): string {
    let text = this.#start
    for (const write of context) text += write(question.context, ip)
    text += '},"principal":{'
    return ages === undefined ? text : text + ages(question.principal, question.context.timeMs)
  }

  #principalPart(principal: Principal, identity: Identity): PrincipalPart {
    const held = this.#principals.get(principal)
    if (held !== undefined) for (const part of held) if (part.identity === identity) return part
    const text = entityText(
      this.#reads.principal,
      { type: identity.kind, id: identity.uid },
      principalValues(principal, identity),
      identity.groups,
    )
    const illness = this.#shapes.principal(principal, identity)
    const part: PrincipalPart = { identity, illness, text, number: this.#number(text) }
    this.#principals.set(principal, [part, ...(held ?? []).slice(0, 1)])
    return part
  }

  #resourcePart(resource: Resource): EntityPart {
    const held = this.#resources.get(resource)
    if (held !== undefined) return held
    const text = entityText(this.#reads.resource, resource, resource.attributes, [])
    const part: EntityPart = {
      illness: this.#shapes.resource(this.#action, resource),
      text,
      number: this.#number(text),
    }
    this.#resources.set(resource, part)
    return part
  }
}

/** Inputs of a question that no policy can be asked. */
export function ill(action: string, illness: string): Inputs {
  const text = JSON.stringify({ action, illness })
  return { key: text, keyTellsText: true, text: () => text, illness }
}

/** How a number is written: as it is, or by its band. */
type Scale = (reads: AttributeReads, name: string) => (value: number) => number

const whole: Scale = () => (value) => value

const bands: Scale = (reads, name) => {
  const constants = bandsOf(reads, name)
  if (constants === undefined) return (value) => value
  // Twice the constants below, and one more on a constant: so all comparisons with them are told by the band.
  return (value) => {
    let band = 0
    for (const constant of constants) {
      if (value < constant) return band
      if (value === constant) return band + 1
      band += 2
    }
    return band
  }
}

/** Attributes of the context that are compared as numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['maxTokens', 'promptTokens', 'time'])

/** One for each attribute that is read, in the order of names; what is absent is null. */
function contextWriters(reads: AttributeReads, scale: Scale): readonly Write[] {
  return CONTEXT_ATTRIBUTES.map(([name]) => name.replace('?', ''))
    .filter((name) => reads.whole || reads.attributes.has(name))
    .flatMap((name, index) => contextWriter(name, `${index === 0 ? '' : ','}"${name}":`, scale(reads, name)) ?? [])
}

function agesWriter(reads: AttributeReads, scale: Scale): WriteAges | undefined {
  const authAge = reads.whole || reads.attributes.has('authAgeSeconds')
  const tokenAge = reads.whole || reads.attributes.has('tokenAgeSeconds')
  const authScale = scale(reads, 'authAgeSeconds')
  const tokenScale = scale(reads, 'tokenAgeSeconds')
  const auth = ({ authTime }: Principal, atMs: number): string =>
    `"authAgeSeconds":${authTime === undefined ? 'null' : authScale(ageSeconds(authTime, atMs))}`
  const token = ({ issuedAt }: Principal, atMs: number): string =>
    `"tokenAgeSeconds":${tokenScale(ageSeconds(issuedAt, atMs))}`
  if (authAge && tokenAge) return (principal, atMs) => `"ages":{${auth(principal, atMs)},${token(principal, atMs)}},`
  if (authAge) return (principal, atMs) => `"ages":{${auth(principal, atMs)}},`
  return tokenAge ? (principal, atMs) => `"ages":{${token(principal, atMs)}},` : undefined
}

function contextWriter(name: string, label: string, scale: (value: number) => number): Write | undefined {
  switch (name) {
    case 'approvals':
      return ({ approvals }) => label + setText(approvals)
    case 'findings':
      return ({ findings }) => label + setText(findings)
    case 'hasEffects':
      return ({ hasEffects }) => label + hasEffects
    case 'hasSystemMessage':
      return ({ hasSystemMessage }) => label + hasSystemMessage
    case 'labels':
      return ({ labels }) => label + setText(labels)
    case 'maxTokens':
      return ({ maxTokens }) => label + scale(maxTokens)
    case 'promptTokens':
      return ({ promptTokens }) => label + scale(promptTokens)
    case 'purpose':
      return ({ purpose }) => label + (purpose === undefined ? 'null' : JSON.stringify(purpose))
    case 'sourceIp':
      return (_, ip) => `${label}"${ip}"`
    case 'stream':
      return ({ stream }) => label + stream
    case 'time':
      return ({ timeMs }) => label + scale(timeMs)
    case 'uninspectable':
      return ({ uninspectable }) => label + uninspectable
    default:
      return undefined
  }
}

/** The members of an entity that are read, without braces, in the order of names. */
function entityText(
  reads: EntityReads,
  { type, id }: { readonly type: string; readonly id: string },
  values: Readonly<Record<string, AttributeValue>>,
  groups: readonly string[],
): string {
  const read = Object.entries(values)
    .filter(([name]) => reads.whole || reads.attributes.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) =>
        `${JSON.stringify(name)}:${typeof value === 'object' ? setText(value) : JSON.stringify(value)}`,
    )
  let text = `"attributes":{${read.join(',')}}`
  if (reads.whole || reads.id) text += `,"id":${JSON.stringify(id)}`
  // Only the groups that policies ask for: a membership that nobody asks for changes nothing.
  const asked = reads.whole ? groups : groups.filter((group) => reads.groups.has(group))
  if (reads.whole || reads.groups.size > 0) text += `,"in":${setText(asked)}`
  if (reads.whole || reads.type) text += `,"type":${JSON.stringify(type)}`
  return text
}

/** A set as JSON: sorted, each member once, so that equal sets are equal texts. */
function setText(members: readonly string[]): string {
  if (members.length === 0) return '[]'
  for (let index = 1; index < members.length; index++) {
    if ((members[index - 1] ?? '') >= (members[index] ?? '')) return JSON.stringify([...new Set(members)].sort())
  }
  return JSON.stringify(members)
}
