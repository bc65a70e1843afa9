import type { Action, AttributeValue, Context, Identity, Principal, Question, Resource } from '../../spec/index.js'
import type { EntityReads, Reads } from './reads.js'
import { ageSeconds, principalValues } from './request.js'
import type { Shapes } from './shape.js'
import { contextIllness } from './shape.js'
import { CONTEXT_ATTRIBUTES } from './vocabulary.js'

/** What one action's questions come down to. */
export interface Inputs {
  /** Canonical JSON text of what the policies read. */
  readonly text: string
  /** Why no policy can be asked; part of the text too. */
  readonly illness: string | undefined
}

interface EntityPart {
  readonly illness: string | undefined
  readonly text: string
}

interface PrincipalPart extends EntityPart {
  readonly identity: Identity
}

type Write = (context: Context, ip: string) => string

/** Writes what the policies read of the questions about one action. On the hot path: what belongs to a token or to a model is written once. */
export class InputsWriter {
  readonly #action: Action
  readonly #shapes: Shapes
  readonly #reads: Reads
  readonly #start: string
  readonly #context: readonly Write[]
  readonly #authAge: boolean
  readonly #tokenAge: boolean
  /** Two a principal at most: an agent, and whom it acts for. */
  readonly #principals: WeakMap<Principal, readonly PrincipalPart[]> = new WeakMap()
  readonly #resources: WeakMap<Resource, EntityPart> = new WeakMap()

  constructor(action: Action, reads: Reads, shapes: Shapes) {
    this.#action = action
    this.#shapes = shapes
    this.#reads = reads
    this.#start = `{"action":${JSON.stringify(action)},"context":{`
    this.#context = contextWriters(reads.context)
    const { principal } = reads
    this.#authAge = principal.whole || principal.attributes.has('authAgeSeconds')
    this.#tokenAge = principal.whole || principal.attributes.has('tokenAgeSeconds')
  }

  /** @param ip what `cedarIp` made of the context's address */
  write(question: Question, ip: string | undefined): Inputs {
    const { context } = question
    const principal = this.#principalPart(question.principal, question.identity)
    const resource = this.#resourcePart(question.resource)
    const illness = principal.illness ?? resource.illness ?? contextIllness(context, ip)
    if (illness !== undefined || ip === undefined) {
      return {
        text: JSON.stringify({ action: this.#action, illness }),
        illness: illness ?? 'context `sourceIp` is no address',
      }
    }
    let text = this.#start
    for (const write of this.#context) text += write(context, ip)
    text += '},"principal":{'
    if (this.#authAge || this.#tokenAge) text += this.#ages(question.principal, context.timeMs)
    return { text: `${text}${principal.text}},"resource":{${resource.text}}}`, illness: undefined }
  }

  #ages({ authTime, issuedAt }: Principal, atMs: number): string {
    const auth = authTime === undefined ? 'null' : ageSeconds(authTime, atMs)
    const token = ageSeconds(issuedAt, atMs)
    if (!this.#tokenAge) return `"ages":{"authAgeSeconds":${auth}},`
    if (!this.#authAge) return `"ages":{"tokenAgeSeconds":${token}},`
    return `"ages":{"authAgeSeconds":${auth},"tokenAgeSeconds":${token}},`
  }

  #principalPart(principal: Principal, identity: Identity): PrincipalPart {
    const held = this.#principals.get(principal)
    if (held !== undefined) for (const part of held) if (part.identity === identity) return part
    const part: PrincipalPart = {
      identity,
      illness: this.#shapes.principal(principal, identity),
      text: entityText(
        this.#reads.principal,
        { type: identity.kind, id: identity.uid },
        principalValues(principal, identity),
        identity.groups,
      ),
    }
    this.#principals.set(principal, [part, ...(held ?? []).slice(0, 1)])
    return part
  }

  #resourcePart(resource: Resource): EntityPart {
    const held = this.#resources.get(resource)
    if (held !== undefined) return held
    const part: EntityPart = {
      illness: this.#shapes.resource(this.#action, resource),
      text: entityText(this.#reads.resource, resource, resource.attributes, []),
    }
    this.#resources.set(resource, part)
    return part
  }
}

/** One for each attribute that is read, in the order of names; what is absent is null. */
function contextWriters({ attributes, whole }: Reads['context']): readonly Write[] {
  return CONTEXT_ATTRIBUTES.map(([name]) => name.replace('?', ''))
    .filter((name) => whole || attributes.has(name))
    .flatMap((name, index) => contextWriter(name, `${index === 0 ? '' : ','}"${name}":`) ?? [])
}

function contextWriter(name: string, label: string): Write | undefined {
  switch (name) {
    case 'approvals':
      return ({ approvals }) => label + setText(approvals)
    case 'findings':
      return ({ findings }) => label + setText(findings)
    case 'hasSystemMessage':
      return ({ hasSystemMessage }) => label + hasSystemMessage
    case 'labels':
      return ({ labels }) => label + setText(labels)
    case 'maxTokens':
      return ({ maxTokens }) => label + maxTokens
    case 'promptTokens':
      return ({ promptTokens }) => label + promptTokens
    case 'purpose':
      return ({ purpose }) => label + (purpose === undefined ? 'null' : JSON.stringify(purpose))
    case 'sourceIp':
      return (_, ip) => `${label}"${ip}"`
    case 'stream':
      return ({ stream }) => label + stream
    case 'time':
      return ({ timeMs }) => label + timeMs
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
