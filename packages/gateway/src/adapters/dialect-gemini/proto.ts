import { type JsonObject, type JsonValue, pointer } from '../../json/located.js'
import { wrong } from '../../lens/lens.js'
import type { Seen } from '../../lens/parts.js'
import { isObject } from '../../lens/path.js'
import { type Field, listOf, type Shape, shape } from '../../lens/shape.js'
import { type Refusal, refuse } from '../../spec/refusal.js'

// The provider reads the JSON of protocol buffers: "Parsers accept both the lowerCamelCase name [...] and the original proto field
// name" (Protocol Buffers, ProtoJSON format).

const MESSAGES = new WeakSet<Shape['members']>()

/** A message, each field under both of its names. */
export function message(fields: Readonly<Record<string, Field>>, parts: Partial<Omit<Shape, 'members'>> = {}): Shape {
  const both: Record<string, Field> = {}
  for (const [name, field] of Object.entries(fields)) both[name] = both[snake(name)] = field
  const made = shape(both, parts)
  MESSAGES.add(made.members)
  return made
}

/** A repeated field: the provider takes a single item in place of an array. */
export function repeated(items: Shape): Shape {
  return {
    ...listOf(items),
    byType: new Map([[SINGLE, items], ...(items.byType ?? [])]),
    typeOf: (value) => items.typeOf?.(value) ?? SINGLE,
  }
}

const SINGLE = 'single'

/** A field of a message under either name; undefined where it is not set. */
export function fieldOf(of: JsonObject, name: string): JsonValue | undefined {
  const value = of[name] ?? of[snake(name)] ?? undefined
  return value === null ? undefined : value
}

/** Items of a repeated field of messages; undefined where something else stands there. */
export function itemsOf(value: JsonValue | undefined): readonly JsonObject[] | undefined {
  if (isObject(value)) return [value]
  return Array.isArray(value) && value.every(isObject) ? value : undefined
}

export function isMessage({ shapes }: Seen, index: number): boolean {
  const found = shapes.of[index]
  return found !== undefined && MESSAGES.has(found.members)
}

/** Bodies that the provider may read in another way than we do, or not at all. */
export function unclear(seen: Seen): Refusal | undefined {
  for (const container of seen.located.containers) {
    if (!isMessage(seen, container.index)) continue
    const { value } = container
    if (Array.isArray(value)) return wrong(pointer(container), 'an object')
    for (const name in value) {
      if (name.indexOf('_') > 0 && value[camel(name)] !== undefined) return twice(pointer(container, name))
    }
  }
  return undefined
}

function twice(param: string): Refusal {
  return refuse('invalid_request', 'a field under both of its names', {
    param,
    message: 'A field is there twice, in camelCase and in snake_case, and readers differ in which of them counts.',
  })
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
