import type { Container, JsonArray, JsonObject, JsonValue } from '../../json/located.js'
import type { TextGuard } from '../../spec/detector.js'
import type { Refusal } from '../../spec/refusal.js'
import { Unhider } from './escapes.js'
import { CHUNK } from './formats.js'
import { Mender } from './mender.js'
import { fieldAt, isOpaque, type Says } from './shape.js'

/** One member on the way to a string; `index` where the array's item says its own place in the whole answer. */
interface Member {
  readonly key: string | number
  readonly index: number | undefined
}

/** One text of a stream, that comes in pieces: a JSON path, with `index` members in place of array positions. */
export class Channel {
  readonly name: string
  /** `choices/0/` and the like: the part of a choice that ends when the choice does. */
  readonly delta: string | undefined
  readonly #path: readonly Member[]
  readonly #guard: TextGuard
  readonly #unhider: Unhider | undefined
  readonly #mender: Mender | undefined

  constructor(name: string, path: readonly Member[], guard: TextGuard, says: Says) {
    this.name = name
    this.delta = path[0]?.key === 'choices' && path[2]?.key === 'delta' ? choiceOf(path[1]) : undefined
    this.#path = path
    this.#guard = guard
    this.#unhider = says === 'arguments' ? new Unhider() : undefined
    this.#mender = says === 'arguments' ? new Mender() : undefined
  }

  push(piece: string): string | Refusal {
    const text = this.#unhider === undefined ? piece : this.#unhider.push(piece)
    const out = text === '' ? '' : this.#guard.push(text)
    return this.#mender === undefined || typeof out !== 'string' ? out : this.#mender.push(out)
  }

  end(): string | Refusal {
    const begun = this.#unhider?.end() ?? ''
    const last = begun === '' ? '' : this.#guard.push(begun)
    if (typeof last !== 'string') return last
    const rest = this.#guard.end()
    if (typeof rest !== 'string') return rest
    const out = last + rest
    return this.#mender === undefined ? out : this.#mender.push(out) + this.#mender.end()
  }

  /** Data of an event that holds `text` in this channel and nothing else; what tells the stream is as in `like`. */
  event(like: JsonObject, text: string): string {
    let inner: JsonValue = text
    for (let i = this.#path.length - 1; i >= 0; i--) {
      const { key, index } = this.#path[i] as Member
      if (typeof key === 'string') inner = { [key]: inner }
      else if (index !== undefined) inner = [{ index, ...(inner as JsonObject) }]
      else inner = [...new Array<null>(key).fill(null), inner]
    }
    const event: JsonObject = { ...envelope(like), choices: [], ...(inner as JsonObject) }
    const [choice] = event['choices'] as JsonArray
    if (typeof choice === 'object' && choice !== null && !Array.isArray(choice)) {
      event['choices'] = [{ delta: {}, ...choice, finish_reason: null }]
    }
    return JSON.stringify(event)
  }
}

export function choiceOf(
  member: { readonly index: number | undefined; readonly key: string | number } | undefined,
): string {
  return `choices/${member?.index ?? member?.key ?? ''}`
}

export function pathTo(inside: Container, key: string | number): Member[] {
  const path = inside.parent === undefined ? [] : pathTo(inside.parent, inside.key)
  path.push({ key, index: typeof key === 'number' ? indexOf(inside.value, key) : undefined })
  return path
}

/** Position in the array, or where the item says that it stands. */
function indexOf(value: JsonArray | JsonObject, at: number): number | undefined {
  const item = Array.isArray(value) ? value[at] : undefined
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const index = item['index']
  return typeof index === 'number' && Number.isSafeInteger(index) ? index : undefined
}

export function nameOf(path: readonly Member[]): string {
  let name = ''
  for (const { key, index } of path) {
    const step = String(index ?? key)
      .replaceAll('~', '~0')
      .replaceAll('/', '~1')
    name += name === '' ? step : `/${step}`
  }
  return name
}

const ENVELOPE = ['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier'] as const

/** Opaque members alone: others are text, and have been said already. */
function envelope(like: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const name of ENVELOPE) {
    const value = like[name]
    const opaque = typeof value === 'string' && isOpaque(fieldAt(CHUNK, name)?.says ?? 'text', value)
    if (opaque || typeof value === 'number') copy[name] = value
  }
  return copy
}
