import type { Container, JsonObject, Place, Splice } from '../json/located.js'
import type { Refusal } from '../spec/refusal.js'
import { Channel } from './channel.js'
import type { Channels } from './channels.js'
import { Intervals, saysAt } from './parts.js'
import { attachedAt, isOpaque, type Shapes } from './shape.js'
import type { StreamReading } from './stream-format.js'
import type { Slot } from './template.js'

/** Behind a member's name: a number that may be a counter. */
const COUNT = /\s*:\s*((?:0|[1-9]\d{0,14})(?![\d.eE]))/y

/** An event that was read in full. */
export interface EventRead {
  readonly root: JsonObject
  /** Its data. */
  readonly text: string
  /** That may be text. */
  readonly strings: readonly Place[]
  readonly shapes: Shapes
  /** What repeats its texts in another form. */
  readonly echoes: readonly Splice[]
}

/** A text of the event in hand. */
export interface Said {
  readonly channel: Channel
  readonly place: Place
  text: string
}

type Counter = Slot & { readonly counter: string }

/** A seal of the event in hand. */
interface Seal {
  readonly place: Place
  readonly group: string | undefined
}

/** What an event's strings came to, once each had passed its guard. */
export interface Judged {
  readonly said: readonly Said[]
  readonly slots: readonly Slot[]
  readonly counters: readonly Counter[]
  /** Edits of strings that are no pieces of a text. */
  readonly edited: readonly Splice[]
  readonly seals: readonly Seal[]
}

/** Each string through its guard. */
export function judgeEvent(
  { root, text, strings, shapes, echoes }: EventRead,
  channels: Channels,
  reading: StreamReading,
  counting: ReadonlySet<string> | undefined,
): Judged | Refusal {
  const echoed = new Intervals(echoes)
  const edited: Splice[] = []
  const said: Said[] = []
  const slots: Slot[] = []
  const counters: Counter[] = []
  const seals: Seal[] = []
  for (const place of strings) {
    const { inside, key, value, isName, start, end } = place
    if (inside === undefined || value === '') continue
    if (echoes.length > 0 && echoed.hold(start, end)) continue
    const says = saysAt(shapes, inside, key, isName)
    if (says === undefined) {
      const counter = counting?.has(value) === true ? counterAt(text, value, end) : undefined
      if (counter !== undefined) counters.push(counter)
      continue
    }
    if (isName) {
      const refusal = channels.name(value)
      if (refusal !== undefined) return refusal
      continue
    }
    const attached = attachedAt(shapes, inside, key, isName)
    if (attached !== undefined) {
      const out = channels.whole(shapes, inside, key, attached.isJson ? 'arguments' : 'text', attached.text)
      if (typeof out !== 'string') return out
      if (out !== attached.text) edited.push({ start, end, json: JSON.stringify(attached.encoded(out)) })
      continue
    }
    if (isOpaque(says, value)) {
      if (says === 'seal') seals.push({ place, group: reading.pieceOf(root, inside, key)?.group })
      if (says === 'padding') slots.push({ channel: undefined, counter: undefined, start, end })
      continue
    }
    const piece = says === 'label' || says === 'name' ? undefined : reading.pieceOf(root, inside, key)
    if (piece === undefined) {
      const out = channels.whole(shapes, inside, key, says, value)
      if (typeof out !== 'string') return out
      if (out !== value) edited.push({ start, end, json: JSON.stringify(out) })
      continue
    }
    const channel = channels.of(piece, shapes, inside, key, says)
    if (!(channel instanceof Channel)) return channel
    const out = channel.push(value)
    if (typeof out !== 'string') return out
    said.push({ channel, place, text: out })
    slots.push({ channel, counter: undefined, start, end })
  }
  return { said, slots, counters, edited, seals }
}

function counterAt(text: string, counter: string, nameEnd: number): Counter | undefined {
  COUNT.lastIndex = nameEnd
  const digits = COUNT.exec(text)?.[1]
  if (digits === undefined) return undefined
  const { lastIndex } = COUNT
  return { channel: undefined, counter, start: lastIndex - digits.length, end: lastIndex }
}

/** What takes the places of all that may not be said as it came, in order. */
export function splicesIn(
  { text, echoes }: EventRead,
  { said, counters, edited, seals }: Judged,
  channels: Channels,
  reading: StreamReading,
): readonly Splice[] {
  const splices: Splice[] = [...echoes, ...edited]
  for (const { counter, start, end } of counters) {
    const count = Number(text.slice(start, end))
    const now = reading.counted?.(counter, count) ?? count
    if (now !== count) splices.push({ start, end, json: String(now) })
  }
  for (const { place, text: now } of said) {
    if (now !== place.value) splices.push({ start: place.start, end: place.end, json: JSON.stringify(now) })
  }
  for (const seal of seals) {
    const { start, end } = seal.place
    if (isBroken(seal, edited, channels)) splices.push({ start, end, json: '""' })
  }
  return splices.sort((a, b) => a.start - b.start)
}

/** Whether what a seal vouches for was edited: in its group, or in the object that it stands in. */
function isBroken({ place, group }: Seal, edited: readonly Splice[], channels: Channels): boolean {
  if (group !== undefined && channels.isBroken(group)) return true
  const within = place.inside as Container
  return edited.some(({ start, end }) => within.start <= start && end <= within.end)
}
