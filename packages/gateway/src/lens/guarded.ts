import { type Container, type JsonObject, type Place, readLocated, type Splice, splice } from '../json/located.js'
import type { TextGuard } from '../spec/detector.js'
import type { ChannelKind, StreamLens, Usage } from '../spec/dialect.js'
import { type Refusal, refuse } from '../spec/refusal.js'
import { Channel } from './channel.js'
import type { Cutter, Frame } from './framing.js'
import { textPlaces } from './numbers.js'
import { Out } from './out.js'
import { echoesIn, Intervals, saysAt } from './parts.js'
import { isObject, nameOf, pathTo } from './path.js'
import { attachedAt, isOpaque, isSealedAt, roleAt, type Says, type Shapes, shapesOf } from './shape.js'
import { EVENT_BYTES, type Piece, type StreamFormat, type StreamReading, type Told } from './stream-format.js'
import { type Slot, Template } from './template.js'
import { Wholes } from './wholes.js'

const TEMPLATES_MAX = 4
const SLOTS_MAX = 8
const NAMES_MAX = 1024
/** Behind a member's name: a number that may be a counter. */
const COUNT = /\s*:\s*((?:0|[1-9]\d{0,14})(?![\d.eE]))/y
/** Each holds a guard: a provider must not make us hold any number of them. */
const CHANNELS_MAX = 4096
const NOTHING: Buffer = Buffer.alloc(0)
const SEALED = { isSealed: true } as const

/** A text of the event in hand. */
interface Said {
  readonly channel: Channel
  readonly place: Place
  text: string
}

type Counter = Slot & { readonly counter: string }

/** What an event's strings came to, once each had passed its guard. */
interface Judged {
  readonly said: readonly Said[]
  readonly slots: readonly Slot[]
  readonly counters: readonly Counter[]
  /** Edits of strings that are no pieces of a text. */
  readonly edited: readonly Splice[]
  readonly seals: readonly Seal[]
}

/** A seal of the event in hand. */
interface Seal {
  readonly place: Place
  readonly group: string | undefined
}

/**
 * A stream in which text obligations hold: every text goes through the guard of its channel, and nothing passes that no guard
 * has seen. What a guard holds back goes out with its channel's next event, or in an event of our own before the one that ends
 * the channel.
 *
 * Does not see text in numbers, in binary data (spoken answers lose their sound), or spread over several channels. A refusal
 * takes with it what was judged before it in the same chunk: the stream is torn anyhow.
 */
export class GuardedStream implements StreamLens {
  dropped = 0
  readonly #format: StreamFormat
  readonly #reading: StreamReading
  readonly #guardFor: (channel: ChannelKind) => TextGuard
  readonly #dropUsage: boolean
  readonly #eventBytes: number
  readonly #events: Cutter
  readonly #channels = new Map<string, Channel>()
  readonly #finished = new Set<string>()
  /** Groups of which something was edited that a seal vouches for. */
  readonly #broken = new Set<string>()
  readonly #names = new Set<string>()
  readonly #toolNames = new Map<string, string>()
  readonly #wholes = new Wholes()
  readonly #out = new Out()
  #templates: Template[] = []
  #state: Told['state'] = 'goes-on'
  #refusal: Refusal | undefined
  #isFirst = true

  constructor(format: StreamFormat, guardFor: (channel: ChannelKind) => TextGuard, dropUsage = false) {
    this.#format = format
    this.#reading = format.open()
    this.#events = format.framing.open()
    this.#guardFor = guardFor
    this.#dropUsage = dropUsage
    this.#eventBytes = format.eventBytes ?? EVENT_BYTES
  }

  get usage(): Usage | undefined {
    return this.#reading.usage
  }

  push(chunk: Buffer): Buffer | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    if (this.#isOver()) return NOTHING
    const events = this.#events
    events.feed(chunk)
    this.#out.from(events.bytes)
    for (;;) {
      const fitted = this.#fast(events.bytes, events.at)
      if (typeof fitted !== 'number') return this.#refused(fitted)
      if (fitted >= 0) {
        events.at = fitted
        continue
      }
      const end = events.next()
      if (end < 0) break
      const refusal = this.#event(events.bytes, events.at, end)
      if (refusal !== undefined) return this.#refused(refusal)
      events.at = end
      if (this.#isOver()) break
    }
    const out = this.#out.take()
    events.keep()
    if (events.pending > this.#eventBytes) {
      return this.#refused(refuse('upstream_failed', 'an event of the stream is too large'))
    }
    return out
  }

  end(): Buffer | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    if (this.#isOver()) return NOTHING
    const rest = this.#events.rest()
    this.#out.from(rest)
    if (rest.length > 0) {
      const refusal = this.#event(rest, 0, rest.length)
      if (refusal !== undefined) return this.#refused(refusal)
    }
    if (this.#state === 'goes-on') {
      return this.#refused(refuse('upstream_failed', 'the stream ended without its end mark'))
    }
    const refusal = this.#finish(all, [])
    return refusal === undefined ? this.#out.take() : this.#refused(refusal)
  }

  tearFirst(refusal: Refusal): Buffer | undefined {
    return this.#reading.tornFirst?.(refusal)
  }

  tear(refusal: Refusal): Buffer {
    return Buffer.concat(this.#reading.torn(refusal).map((event) => this.#format.framing.write(event)))
  }

  #isOver(): boolean {
    return this.#state === 'ended'
  }

  #refused(refusal: Refusal): Refusal {
    this.#refusal = refusal
    return refusal
  }

  /** End of the event at `at` where it fits a template; else -1. */
  #fast(bytes: Buffer, at: number): number | Refusal {
    for (const template of this.#templates) {
      const end = template.fit(bytes, at)
      if (end < 0) continue
      let from = at
      for (let i = 0; i < template.slots.length; i++) {
        const slot = template.slots[i] as Slot
        const now = slot.counter === undefined ? said(slot, template, i) : this.#recounted(slot.counter, template, i)
        if (now === undefined) continue
        if (typeof now !== 'string') return now
        this.#out.run(from, template.bounds[2 * i] as number)
        this.#out.piece(Buffer.from(now))
        from = template.bounds[2 * i + 1] as number
      }
      this.#out.run(from, end)
      return end
    }
    return -1
  }

  /** The digits that take the place of a counter's; undefined where it stays. */
  #recounted(counter: string, template: Template, i: number): string | undefined {
    const count = template.counts[i] as number
    const now = this.#reading.counted?.(counter, count) ?? count
    return now === count ? undefined : String(now)
  }

  #event(bytes: Buffer, start: number, end: number): Refusal | undefined {
    const frame = this.#format.framing.read(bytes, start, end, this.#isFirst)
    this.#isFirst = false
    if (frame === undefined) return undefined
    if ('code' in frame) return frame
    if (!this.#format.names.has(frame.name)) {
      this.dropped++
      return undefined
    }
    if (this.#reading.isEndMark(frame.data)) {
      const refusal = this.#finish(all, [])
      if (refusal !== undefined) return refusal
      this.#state = 'ended'
      frame.pass(this.#out)
      return undefined
    }
    if (this.#state === 'erred') {
      this.dropped++
      return undefined
    }
    return this.#json(frame)
  }

  #json(frame: Frame): Refusal | undefined {
    const located = readLocated(frame.data)
    if (located.kind === 'fault') return refuse('upstream_failed', `an event is refused as JSON: ${located.code}`)
    const { value: root, containers, text } = located
    if (!isObject(root)) return refuse('upstream_failed', 'an event is not an object')
    if (!this.#reading.knows(frame.name, root)) {
      this.dropped++
      return undefined
    }
    const told = this.#reading.see(frame.name, root)
    if (this.#dropUsage && this.#reading.isUsageAlone?.(root) === true) return undefined
    const shapes = shapesOf(containers, this.#format.shape)
    const echoes = echoesIn(located, shapes)
    const judged = this.#judge(root, text, textPlaces(located, shapes), shapes, echoes)
    if ('code' in judged) return judged
    const { said, slots, counters, edited, seals } = judged
    const ending = told.state === 'erred' || told.state === 'ended' || told.ends.length > 0
    if (ending) {
      const refusal = this.#end(told, said)
      if (refusal !== undefined) return refusal
    }
    this.#state = told.state

    if (!ending && echoes.length + edited.length + seals.length === 0) this.#learn(frame, text, slots, counters)
    for (const echo of echoes) if (echo.json === '""') this.dropped++
    const splices: Splice[] = [...echoes, ...edited]
    for (const { counter, start, end } of counters) {
      const count = Number(text.slice(start, end))
      const now = this.#reading.counted?.(counter, count) ?? count
      if (now !== count) splices.push({ start, end, json: String(now) })
    }
    for (const { place, text: now } of said) {
      if (now !== place.value) splices.push({ start: place.start, end: place.end, json: JSON.stringify(now) })
    }
    for (const seal of seals) {
      const { start, end } = seal.place
      if (this.#isBroken(seal, edited)) splices.push({ start, end, json: '""' })
    }
    if (splices.length === 0) frame.pass(this.#out)
    else {
      splices.sort((a, b) => a.start - b.start)
      frame.write(this.#out, splice(text, splices))
    }
    return undefined
  }

  /** Each string through its guard. */
  #judge(
    root: JsonObject,
    text: string,
    strings: readonly Place[],
    shapes: Shapes,
    echoes: readonly Splice[],
  ): Judged | Refusal {
    const { counters: counting } = this.#format
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
        if (counting?.has(value) !== true) continue
        COUNT.lastIndex = end
        const digits = COUNT.exec(text)?.[1]
        if (digits === undefined) continue
        const { lastIndex } = COUNT
        counters.push({ channel: undefined, counter: value, start: lastIndex - digits.length, end: lastIndex })
        continue
      }
      if (isName) {
        const refusal = this.#name(value)
        if (refusal !== undefined) return refusal
        continue
      }
      const attached = attachedAt(shapes, inside, key, isName)
      if (attached !== undefined) {
        const out = this.#whole(shapes, inside, key, attached.isJson ? 'arguments' : 'text', attached.text)
        if (typeof out !== 'string') return out
        if (out !== attached.text) edited.push({ start, end, json: JSON.stringify(attached.encoded(out)) })
        continue
      }
      if (isOpaque(says, value)) {
        if (says === 'seal') seals.push({ place, group: this.#reading.pieceOf(root, inside, key)?.group })
        if (says === 'padding') slots.push({ channel: undefined, counter: undefined, start, end })
        continue
      }
      const piece = says === 'label' || says === 'name' ? undefined : this.#reading.pieceOf(root, inside, key)
      if (piece === undefined) {
        const out = this.#whole(shapes, inside, key, says, value)
        if (typeof out !== 'string') return out
        if (out !== value) edited.push({ start, end, json: JSON.stringify(out) })
        continue
      }
      const channel = this.#channel(piece, shapes, inside, key, says)
      if (!(channel instanceof Channel)) return channel
      const out = channel.push(value)
      if (typeof out !== 'string') return out
      said.push({ channel, place, text: out })
      slots.push({ channel, counter: undefined, start, end })
    }
    return { said, slots, counters, edited, seals }
  }

  /** Whether what a seal vouches for was edited: in its group, or in the object that it stands in. */
  #isBroken({ place, group }: Seal, edited: readonly Splice[]): boolean {
    if (group !== undefined && this.#broken.has(group)) return true
    const within = place.inside as Container
    return edited.some(({ start, end }) => within.start <= start && end <= within.end)
  }

  #channel(piece: Piece, shapes: Shapes, inside: Container, key: string | number, says: Says): Channel | Refusal {
    const known = this.#channels.get(piece.name)
    if (known !== undefined) return known
    // Its guard has ended: what began before the end and went on behind it would be seen by nobody as a whole.
    if (piece.group !== undefined && this.#finished.has(piece.group)) {
      return refuse('upstream_failed', 'text came for what had finished')
    }
    if (this.#channels.size >= CHANNELS_MAX) return tooMany()
    const isJson = says === 'arguments'
    const role = roleAt(shapes, inside, key)
    const guard = this.#guardFor({ name: piece.name, role, isJson, ...(piece.isSealed === true ? SEALED : {}) })
    const channel = new Channel(piece, guard, isJson)
    this.#channels.set(piece.name, channel)
    return channel
  }

  /** A text that is no piece of one: its guard begins and ends with it. */
  #whole(shapes: Shapes, inside: Container, key: string | number, says: Says, text: string): string | Refusal {
    const name = nameOf(pathTo(inside, key))
    if (says === 'name') {
      // Some clients join names as they join texts: two halves would be judged by nobody as a whole.
      const known = this.#toolNames.get(name) ?? text
      if (known !== text) return refuse('upstream_failed', 'the name of a tool came in pieces')
      if (this.#toolNames.size >= CHANNELS_MAX) return tooMany()
      this.#toolNames.set(name, text)
    }
    const isJson = says === 'arguments'
    const role = roleAt(shapes, inside, key)
    const isSealed = isSealedAt(shapes, inside)
    const known = isSealed ? undefined : this.#wholes.get(text, role, isJson)
    if (known !== undefined) return known
    const channel = new Channel(
      { name, group: undefined, event: () => ({ name: '', json: '' }) },
      this.#guardFor({ name, role, isJson, ...(isSealed ? SEALED : {}) }),
      isJson,
    )
    const out = judgedWhole(channel, text)
    if (typeof out === 'string' && !isSealed) this.#wholes.add(text, role, isJson, out)
    return out
  }

  /** A name of no known field. It cannot be edited, so a guard that would is a refusal. */
  #name(name: string): Refusal | undefined {
    if (this.#names.has(name)) return undefined
    const out = judgedWhole(this.#guardFor({ name: 'names', role: 'unknown', isJson: false }), name)
    if (typeof out !== 'string') return out
    if (out !== name) return refuse('obligation_failed', "a finding in a member's name cannot be edited")
    if (this.#names.size < NAMES_MAX) this.#names.add(name)
    return undefined
  }

  #end(told: Told, said: readonly Said[]): Refusal | undefined {
    const endsAll = told.state === 'erred' || told.state === 'ended'
    const ends = endsAll ? all : ({ group }: Piece): boolean => group !== undefined && told.ends.includes(group)
    const refusal = this.#finish(ends, said)
    if (refusal !== undefined) return refusal
    for (const group of told.ends) this.#finished.add(group)
    return this.#finished.size > CHANNELS_MAX ? tooMany() : undefined
  }

  /** Ends channels: what their guards still hold goes into the event in hand where they speak there, else before it. */
  #finish(ends: (piece: Piece) => boolean, said: readonly Said[]): Refusal | undefined {
    // They would push into guards that have ended.
    this.#templates = []
    for (const channel of this.#channels.values()) {
      if (!ends(channel.piece)) continue
      const rest = channel.end()
      if (typeof rest !== 'string') return rest
      this.#channels.delete(channel.piece.name)
      if (channel.isEdited && channel.piece.group !== undefined) this.#broken.add(channel.piece.group)
      if (rest === '') continue
      const last = said.findLast((one) => one.channel === channel)
      if (last === undefined) this.#out.piece(this.#format.framing.write(channel.piece.event(rest)))
      else last.text += rest
    }
    return undefined
  }

  #learn(frame: Frame, text: string, strings: readonly Slot[], counters: readonly Slot[]): void {
    const channel = strings.find((one) => one.channel !== undefined)?.channel
    if (channel === undefined || strings.length + counters.length > SLOTS_MAX) return
    const { around } = frame
    if (around === undefined) return
    const slots = counters.length === 0 ? strings : [...strings, ...counters].sort((a, b) => a.start - b.start)
    // One for each channel that leads: a stream of several choices takes turns.
    const others = this.#templates.filter((one) => !one.slots.some((slot) => slot.channel === channel))
    this.#templates = [new Template(text, around.before, around.after, slots), ...others].slice(0, TEMPLATES_MAX)
  }
}

function judgedWhole(guard: Pick<TextGuard, 'push' | 'end'>, text: string): string | Refusal {
  const out = guard.push(text)
  if (typeof out !== 'string') return out
  const rest = guard.end()
  return typeof rest === 'string' ? out + rest : rest
}

/** The inside of the string that takes the place of a slot's; undefined where it stays. */
function said({ channel }: Slot, template: Template, i: number): string | Refusal | undefined {
  const text = template.texts[i] as string
  if (channel === undefined || text === '') return undefined
  const out = channel.push(text)
  if (typeof out !== 'string') return out
  return out === text ? undefined : JSON.stringify(out).slice(1, -1)
}

function tooMany(): Refusal {
  return refuse('upstream_failed', 'the stream has too many texts side by side')
}

function all(): boolean {
  return true
}
