import { type Container, type Located, type Place, pointer, type Splice } from '../json/located.js'
import type { Role, TextPart } from '../spec/part.js'
import { unhide } from './escapes.js'
import { textPlaces } from './numbers.js'
import {
  attachedAt,
  type Field,
  fieldAt,
  isOpaque,
  isSealedAt,
  roleAt,
  type Shape,
  type Shapes,
  shapesOf,
} from './shape.js'

/** A document seen through the lens, and where each part stands. */
export interface Seen {
  readonly located: Located
  readonly shapes: Shapes
  readonly parts: readonly TextPart[]
  /** Beside `parts`, by the same index. */
  readonly places: readonly Place[]
  readonly uninspectable: readonly string[]
}

/** Its address is made when somebody asks: in a deep body the addresses of all parts are many times the body. */
class Part implements TextPart {
  readonly role: Role
  readonly text: string
  readonly isName: boolean
  readonly isJson: boolean
  readonly #inside: Container
  readonly #key: string | number
  readonly #shapes: Shapes

  constructor(shapes: Shapes, place: Place, inside: Container, text: string, isJson: boolean) {
    this.role = roleAt(shapes, inside, place.key)
    this.#shapes = shapes
    this.#inside = inside
    this.#key = place.key
    this.text = text
    this.isName = place.isName
    this.isJson = isJson
  }

  get isSealed(): boolean {
    return isSealedAt(this.#shapes, this.#inside)
  }

  get address(): string {
    return pointer(this.#inside, this.#key)
  }
}

export function see(located: Located, root: Shape): Seen {
  const { containers } = located
  const shapes = shapesOf(containers, root)
  const parts: TextPart[] = []
  const places: Place[] = []
  const uninspectable = uninspectableIn(containers, shapes)
  for (const place of textPlaces(located, shapes)) {
    const { inside, key, value, isName } = place
    // An empty string says nothing.
    if (inside === undefined || value === '') continue
    const says = saysAt(shapes, inside, key, isName)
    if (says === undefined) continue
    if (says === 'reference' || says === 'media') uninspectable.push(pointer(inside, key))
    const attached = attachedAt(shapes, inside, key, isName)
    if (attached === undefined ? isOpaque(says, value) : attached.text === '') continue
    const isJson = attached?.isJson ?? says === 'arguments'
    const plain = attached?.text ?? value
    const text = isJson ? unhide(plain) : plain
    parts.push(new Part(shapes, place, inside, text, isJson))
    places.push(place)
  }
  return { located, shapes, parts, places, uninspectable }
}

/** Undefined: a name of the format. */
export function saysAt(
  shapes: Shapes,
  inside: Container,
  key: string | number,
  isName: boolean,
): Field['says'] | undefined {
  const within = shapes.of[inside.index]
  if (within === undefined) return 'text'
  if (isName) return typeof key === 'string' && within.members.has(key) ? undefined : 'text'
  return fieldAt(within, key)?.says ?? 'text'
}

function uninspectableIn(containers: readonly Container[], shapes: Shapes): string[] {
  const found: string[] = []
  for (const one of containers) if (isUninspectable(one, shapes)) found.push(pointer(one))
  return found
}

function isUninspectable(one: Container, { of, attached }: Shapes): boolean {
  const within = of[one.index]
  if (within === undefined) return false
  if (within.uninspectable && attached?.by.has(one.index) !== true) return true
  if (within.unlessPlain !== undefined && hasMedia(one, within.unlessPlain)) return true
  return within.onlyStrings && Array.isArray(one.value) && one.value.some((item) => typeof item !== 'string')
}

/** A member that is null is none: some clients send all that the format has. */
function hasMedia({ value }: Container, names: RegExp): boolean {
  if (Array.isArray(value)) return false
  for (const name in value) {
    // By way of the capital, as in `lookalikeIn`: some servers read names without regard to case.
    if (value[name] !== null && names.test(name.toUpperCase().toLowerCase())) return true
  }
  return false
}

/** Many intervals asked about many times: by search, since a provider decides how many there are. */
export class Intervals {
  readonly #starts: readonly number[]
  /** Greatest end among the intervals up to each one. */
  readonly #ends: readonly number[]

  constructor(of: readonly { readonly start: number; readonly end: number }[]) {
    const sorted = [...of].sort((a, b) => a.start - b.start)
    this.#starts = sorted.map((one) => one.start)
    let furthest = 0
    this.#ends = sorted.map((one) => {
      furthest = Math.max(furthest, one.end)
      return furthest
    })
  }

  /** Whether one of them reaches from `start` or before to `end` or behind. JSON values nest, so none only overlaps. */
  hold(start: number, end: number): boolean {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] as number) <= start) low = middle + 1
      else high = middle
    }
    return low > 0 && (this.#ends[low - 1] as number) >= end
  }
}

/** Where the document repeats its text in another form (`Echo`). */
export function echoesIn(located: Located, shapes: Shapes): Splice[] {
  const found: Splice[] = []
  for (const { parent, key, value, start, end } of located.containers) {
    // What is empty repeats nothing.
    if (!Array.isArray(value) || value.length > 0) add(found, shapes, parent, key, start, end)
  }
  for (const { inside, key, start, end, isName, value } of located.strings) {
    if (!isName && value !== '') add(found, shapes, inside, key, start, end)
  }
  return found
}

function add(
  found: Splice[],
  shapes: Shapes,
  parent: Container | undefined,
  key: string | number,
  start: number,
  end: number,
): void {
  const within = parent === undefined ? undefined : shapes.of[parent.index]
  const echo = within === undefined ? undefined : fieldAt(within, key)?.echo
  if (echo !== undefined) found.push({ start, end, json: echo })
}
