import type { Container, JsonArray, JsonObject } from '../json/located.js'
import type { Role } from '../spec/part.js'
import { type AttachedText, type Attachment, textOf } from './attached.js'

/**
 * What a string is.
 * - `text`: human text, or nobody knows what.
 * - `label`: text that a stream brings at once, never in pieces; the next one says something new.
 * - `name`: a label that comes once, since what follows hangs on it: a tool's name.
 * - `arguments`: JSON text inside the string, so that text may hide behind its escapes.
 * - `enum`, `id`: opaque where it looks like one, else text: a field for a word must not smuggle a sentence.
 * - `padding`: means nothing and is new in each event of a stream; opaque where it looks like an id.
 * - `token`: a piece of text that stands elsewhere as a whole; opaque where it is short.
 * - `url`: opaque where it carries its data itself, else text.
 * - `blob`: data or ciphertext; opaque while it is spelt like that;
 * - `seal`: a blob that vouches for the text beside it, in the same object or below: once that is edited it is emptied.
 * - `checked`: opaque always: a value that others compare with a list.
 * - `media`: a picture, say: opaque whatever it is, and uninspectable.
 * - `reference`: an id of what the provider keeps and the model will read: opaque like one, and uninspectable.
 */
export type Says =
  | 'text'
  | 'label'
  | 'name'
  | 'arguments'
  | 'enum'
  | 'id'
  | 'padding'
  | 'token'
  | 'url'
  | 'blob'
  | 'seal'
  | 'checked'
  | 'media'
  | 'reference'

/**
 * What becomes of a value that says again, in another form, what stands beside it, once that may not be said as it was:
 * JSON text that takes its place.
 */
export type Echo = 'null' | '[]' | '""'

export interface Field {
  readonly says: Says
  /** Of an object or array that stands there; undefined where the format has none there. */
  readonly shape: Shape | undefined
  readonly echo: Echo | undefined
  /** Whose text it is where it is a string; undefined: the same as beside it. */
  readonly role: Role | undefined
}

export interface Shape {
  /** Listed members. The name of any other is text. */
  readonly members: ReadonlyMap<string, Field>
  /** Members that are not listed, and an array's items; undefined: text all the way down. */
  readonly rest: Field | undefined
  /** Whose text is within; undefined: the same as outside. */
  readonly role: Role | undefined
  /** Members that are not listed are as much part of it as the others: a schema's keywords, say. */
  readonly open: boolean
  /** The member `role` tells whose text it is. */
  readonly speaks: boolean
  /** By which words it does, where they are not the usual ones; `''`: where it says none. */
  readonly speakers: ReadonlyMap<string, Role> | undefined
  /** Its member `type` tells which shape it has, or what `typeOf` says of it. */
  readonly byType: ReadonlyMap<string, Shape> | undefined
  readonly typeOf: ((value: JsonObject) => string | undefined) | undefined
  /** Carries something else than text, but for what is `attached`. */
  readonly uninspectable: boolean
  /** Data in it that may say it is text; undefined where it has none, or has something else that is no text. */
  readonly attached: ((value: JsonObject) => Attachment | undefined) | undefined
  /** Carries something else than text where it has a member of such a name (in small letters), whatever its `type` says. */
  readonly unlessPlain: RegExp | undefined
  /** Long numbers anywhere in it are text too: what a tool is given and gives back as JSON, where a string would be seen. */
  readonly numeric: boolean
  /** An array that carries something else than text where an item is no string: tokens, say. */
  readonly onlyStrings: boolean
  /** Its seal is over the items in front of it too that are of its shape, back to one that has a seal. */
  readonly closes: boolean
}

export function shape(fields: Readonly<Record<string, Field>>, parts: Partial<Omit<Shape, 'members'>> = {}): Shape {
  return {
    members: new Map(Object.entries(fields)),
    rest: parts.rest,
    role: parts.role,
    open: parts.open ?? false,
    speaks: parts.speaks ?? false,
    speakers: parts.speakers,
    byType: parts.byType,
    typeOf: parts.typeOf,
    uninspectable: parts.uninspectable ?? false,
    attached: parts.attached,
    unlessPlain: parts.unlessPlain,
    numeric: parts.numeric ?? false,
    onlyStrings: parts.onlyStrings ?? false,
    closes: parts.closes ?? false,
  }
}

export function field(says: Says, inner?: Shape, echo?: Echo): Field {
  return { says, shape: inner, echo, role: undefined }
}

/** The same field, with another speaker than what stands beside it. */
export function spokenBy(role: Role, of: Field): Field {
  return { ...of, role }
}

export function listOf(items: Shape | undefined, says: Says = 'text'): Shape {
  return shape({}, { rest: field(says, items), open: true })
}

const UNKNOWN: Shape = shape({}, { role: 'unknown' })
const FREE: Shape = shape({}, { open: true })

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/** Undefined: the format has no such field. */
export function fieldAt(within: Shape, key: string | number): Field | undefined {
  return typeof key === 'string' ? (within.members.get(key) ?? within.rest) : within.rest
}

/** Of each container of a document, by its index. */
export interface Shapes {
  readonly of: readonly Shape[]
  readonly roles: readonly Role[]
  /** Undefined where nothing is. */
  readonly attached: Attached | undefined
  /** The outermost containers whose numbers are text; undefined where none is. */
  readonly numeric: readonly Container[] | undefined
}

/** Texts that were found attached. */
interface Attached {
  /** By the object that holds the data. */
  readonly texts: Map<JsonArray | JsonObject, AttachedText>
  /** Indices of containers whose attachment is such a text. */
  readonly by: Set<number>
}

/** One pass: a parent's index is below its children's. */
export function shapesOf(containers: readonly Container[], root: Shape): Shapes {
  const of: Shape[] = []
  const roles: Role[] = []
  let attached: Attached | undefined
  let numeric: Container[] | undefined
  for (const container of containers) {
    const { index, parent, key, value } = container
    let found = root
    let role: Role = 'unknown'
    if (parent !== undefined) {
      const above = of[parent.index] ?? UNKNOWN
      found = fieldAt(above, key)?.shape ?? (above.open ? FREE : UNKNOWN)
      role = roles[parent.index] ?? 'unknown'
    }
    if (!Array.isArray(value)) {
      if (found.byType !== undefined) {
        const type = found.typeOf === undefined ? value['type'] : found.typeOf(value)
        found = (typeof type === 'string' ? found.byType.get(type) : undefined) ?? found
      }
      if (found.speaks) {
        const said = value['role'] ?? ''
        role = (typeof said === 'string' ? (found.speakers ?? ROLES).get(said) : undefined) ?? 'unknown'
      }
      const attachment = found.attached?.(value)
      const text = attachment === undefined ? undefined : textOf(attachment)
      if (attachment !== undefined && text !== undefined) {
        attached ??= { texts: new Map(), by: new Set() }
        attached.texts.set(attachment.inside, text)
        attached.by.add(index)
      }
    }
    if (found.numeric && container.start >= (numeric?.at(-1)?.end ?? 0)) {
      numeric ??= []
      numeric.push(container)
    }
    of.push(found)
    roles.push(found.role ?? role)
  }
  return { of, roles, attached, numeric }
}

/** The text that is attached there, as what stands there says it; undefined where none is. */
export function attachedAt(
  { attached }: Shapes,
  inside: Container,
  key: string | number,
  isName: boolean,
): AttachedText | undefined {
  if (attached === undefined || isName) return undefined
  const text = attached.texts.get(inside.value)
  return text?.key === key ? text : undefined
}

export function roleAt(shapes: Shapes, inside: Container, key: string | number): Role {
  const within = shapes.of[inside.index] ?? UNKNOWN
  const here = fieldAt(within, key)
  if (!within.open && here === undefined) return 'unknown'
  return here?.role ?? shapes.roles[inside.index] ?? 'unknown'
}

const SEALED = new WeakMap<Shape['members'], boolean>()

/** Whether the format has a seal there, beside a string or further up. */
export function isSealedAt({ of }: Shapes, inside: Container): boolean {
  for (let one: Container | undefined = inside; one !== undefined; one = one.parent) {
    const members = of[one.index]?.members
    if (members !== undefined && hasSeal(members)) return true
  }
  return false
}

function hasSeal(members: Shape['members']): boolean {
  let has = SEALED.get(members)
  if (has === undefined) {
    has = [...members.values()].some(({ says }) => says === 'seal')
    SEALED.set(members, has)
  }
  return has
}

const ENUM = /^(?:[a-z][a-z0-9_.-]{0,47}|[A-Z_]{1,32})$/
const ID = /^[\w.:/-]{0,128}$/
/** Ciphertext and signatures as they are spelt; prose there is text. */
const BLOB = /^[A-Za-z0-9+/=_.:-]*$/
const DATA = /^data:[A-Za-z0-9!#$&^_.+/-]*(?:;[A-Za-z0-9=._-]*)*;base64,[A-Za-z0-9+/=_-]*$/

/** Longer than the words a tokenizer knows tend to be. */
const TOKEN_MAX = 32

export function isOpaque(says: Says, value: string): boolean {
  switch (says) {
    case 'text':
    case 'label':
    case 'name':
    case 'arguments':
      return false
    case 'enum':
      return ENUM.test(value)
    case 'id':
    case 'padding':
    case 'reference':
      return ID.test(value)
    case 'token':
      return value.length <= TOKEN_MAX
    case 'url':
      return DATA.test(value)
    case 'blob':
      return BLOB.test(value) || DATA.test(value)
    case 'seal':
      return BLOB.test(value)
    case 'checked':
    case 'media':
      return true
  }
}
