import { isUtf8 } from 'node:buffer'
import type { Channel } from './channel.js'
import { isOpaque } from './shape.js'

/** What differs from one event to the next: a string, or a number that counts. A string without a channel is padding. */
export interface Slot {
  readonly channel: Channel | undefined
  /** Of a number: the name of its member (`StreamFormat.counters`). */
  readonly counter: string | undefined
  /** UTF-16 offsets in the event's data, a string's quotes included. */
  readonly start: number
  readonly end: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const DIGITS_MAX = 15
const HALF_PAIR = /[\uD800-\uDFFF]/u

/**
 * An event that was read in full, as bytes with holes where its texts stood.
 *
 * An event whose bytes are the same but for what fills the holes, each filled with the inside of a valid JSON string or with
 * digits, has the same members at the same places: what was found out about the first (names judged, what is opaque, which channel) holds for it,
 * so only its texts need a look.
 */
export class Template {
  readonly slots: readonly Slot[]
  /** Of the last event that fitted, one for each slot. */
  readonly texts: string[] = []
  readonly counts: number[] = []
  /** In that event's bytes: where each slot's text or digits begin and end. */
  readonly bounds: number[] = []
  readonly #fixed: readonly Buffer[]
  #escaped = false
  #wide = false

  /** @param data the event's data as text; @param before, after: its bytes around the data, blank line included */
  constructor(data: string, before: Buffer, after: Buffer, slots: readonly Slot[]) {
    const fixed: Buffer[] = []
    let from = 0
    for (const { counter, start, end } of slots) {
      const quote = counter === undefined ? 1 : 0
      fixed.push(Buffer.from(data.slice(from, start + quote)))
      from = end - quote
    }
    const last = Buffer.from(data.slice(from))
    fixed.push(Buffer.concat([last, after]))
    fixed[0] = Buffer.concat([before, fixed[0] ?? last])
    this.slots = slots
    this.#fixed = fixed
  }

  /** End of the event that begins at `at` where it fits; else -1. */
  fit(bytes: Buffer, at: number): number {
    const { slots, bounds } = this
    const fixed = this.#fixed
    let here = at
    for (let i = 0; i < fixed.length; i++) {
      const part = fixed[i] as Buffer
      if (!isAt(bytes, here, part)) return -1
      here += part.length
      const slot = slots[i]
      if (slot === undefined) break
      const end = slot.counter === undefined ? this.#text(bytes, here, slot, i) : this.#count(bytes, here, i)
      if (end < 0) return -1
      bounds[2 * i] = here
      bounds[2 * i + 1] = end
      here = end
    }
    return here
  }

  /** Where the text ends that fills the slot; -1 where it does not. */
  #text(bytes: Buffer, from: number, { channel }: Slot, i: number): number {
    const end = this.#stringEnd(bytes, from)
    if (end < 0) return -1
    const text = this.#decoded(bytes, from, end)
    if (text === undefined || (channel === undefined && !isOpaque('padding', text))) return -1
    this.texts[i] = text
    return end
  }

  #count(bytes: Buffer, from: number, i: number): number {
    let at = from
    let count = 0
    for (; at < bytes.length; at++) {
      const digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) break
      count = count * 10 + digit
    }
    // "leading zeros are not allowed" (RFC 8259 section 6); and beyond that many digits a double counts no more.
    if (at === from || at - from > DIGITS_MAX || (at - from > 1 && bytes[from] === ZERO)) return -1
    this.counts[i] = count
    return at
  }

  #stringEnd(bytes: Buffer, from: number): number {
    this.#escaped = false
    this.#wide = false
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) return at
      if (byte === BACKSLASH) {
        this.#escaped = true
        at++
      } else if (byte >= 0x80) this.#wide = true
      else if (byte < 0x20) return -1
    }
    return -1
  }

  #decoded(bytes: Buffer, from: number, to: number): string | undefined {
    if (this.#wide && !isUtf8(bytes.subarray(from, to))) return undefined
    const raw = bytes.toString(this.#wide ? 'utf8' : 'latin1', from, to)
    if (!this.#escaped) return raw
    try {
      const text: unknown = JSON.parse(`"${raw}"`)
      return typeof text === 'string' && !HALF_PAIR.test(text) ? text : undefined
    } catch {
      return undefined
    }
  }
}

/** From the end: that is where events that do not fit differ first. */
function isAt(bytes: Buffer, at: number, part: Buffer): boolean {
  if (at + part.length > bytes.length) return false
  for (let i = part.length - 1; i >= 0; i--) if (bytes[at + i] !== part[i]) return false
  return true
}
