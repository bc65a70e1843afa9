import { type Container, type JsonObject, type Place, readLocated, type Splice, splice } from '../../json/located.js'
import type { TextGuard } from '../../spec/detector.js'
import type { StreamLens, Usage } from '../../spec/dialect.js'
import { type Refusal, refuse } from '../../spec/refusal.js'
import { Channel, choiceOf, nameOf, pathTo } from './channel.js'
import { CHUNK, CHUNK_CHOICE } from './formats.js'
import { echoesIn, Intervals, saysAt } from './parts.js'
import { isOpaque, type Says, type Shapes, shapesOf } from './shape.js'
import { type DataLine, dataOf, EventCutter, isEndMark, readEvent, type ServerEvent } from './sse.js'
import { type Slot, Template } from './template.js'
import { isError, usageOf } from './usage.js'

const EVENT_BYTES_MAX = 1 << 20
const TEMPLATES_MAX = 4
const SLOTS_MAX = 4
const NAMES_MAX = 1024
/** Each holds a guard: a provider must not make us hold any number of them. */
const CHANNELS_MAX = 4096
const NOTHING: Buffer = Buffer.alloc(0)
const LINE_FEED = 0x0a
const ERROR_NAME = Buffer.from('event: error\n')
/** Events of other names are not of this dialect: nobody can judge them. */
const EVENT_NAMES: ReadonlySet<string> = new Set(['', 'message', 'error'])

/** A text of the event in hand. */
interface Said {
  readonly channel: Channel
  readonly place: Place
  text: string
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
  usage: Usage | undefined
  dropped = 0
  readonly #guardFor: (channel: string) => TextGuard
  readonly #events = new EventCutter()
  readonly #channels = new Map<string, Channel>()
  readonly #finished = new Set<string>()
  readonly #names = new Set<string>()
  readonly #toolNames = new Map<string, string>()
  #templates: Template[] = []
  /** The last event read in full: ours are made in its likeness. */
  #like: JsonObject = {}
  #state: 'open' | 'erred' | 'ended' = 'open'
  #refusal: Refusal | undefined
  #first = true
  /** What leaves: pieces, and behind them a run of `#events.bytes` that nobody edited. */
  #pieces: Buffer[] = []
  #runStart = 0
  #runEnd = 0

  constructor(guardFor: (channel: string) => TextGuard) {
    this.#guardFor = guardFor
  }

  push(chunk: Buffer): Buffer | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    if (this.#state === 'ended') return NOTHING
    const events = this.#events
    events.feed(chunk)
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
      if (this.#isEnded()) break
    }
    const out = this.#take(events.bytes)
    events.keep()
    if (events.pending > EVENT_BYTES_MAX) {
      return this.#refused(refuse('upstream_failed', 'an event of the stream is too large'))
    }
    return out
  }

  end(): Buffer | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    if (this.#state === 'ended') return NOTHING
    const rest = this.#events.rest()
    if (rest.length > 0) {
      const refusal = this.#event(rest, 0, rest.length)
      if (refusal !== undefined) return this.#refused(refusal)
    }
    const out = this.#take(rest)
    if (this.#state === 'open') {
      return this.#refused(refuse('upstream_failed', 'the stream ended without its end mark'))
    }
    return out
  }

  #isEnded(): boolean {
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
        const channel = template.slots[i]?.channel
        const text = template.texts[i] as string
        if (channel === undefined || text === '') continue
        const out = channel.push(text)
        if (typeof out !== 'string') return out
        if (out === text) continue
        this.#run(bytes, from, template.bounds[2 * i] as number)
        this.#piece(bytes, Buffer.from(JSON.stringify(out).slice(1, -1)))
        from = template.bounds[2 * i + 1] as number
      }
      this.#run(bytes, from, end)
      return end
    }
    return -1
  }

  #event(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.#first) {
      this.#first = false
      // "one leading U+FEFF BYTE ORDER MARK character must be stripped if any are present"
      if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3
    }
    const event = readEvent(bytes, start, end)
    const data = dataOf(bytes, event)
    if (data.length === 0) return undefined
    if (!EVENT_NAMES.has(event.name)) {
      this.dropped++
      return undefined
    }
    if (isEndMark(data)) {
      const refusal = this.#flush(bytes)
      if (refusal !== undefined) return refusal
      this.#state = 'ended'
      this.#pass(bytes, event, start, end)
      return undefined
    }
    if (this.#state === 'erred') {
      this.dropped++
      return undefined
    }
    return this.#json(bytes, event, start, end, data)
  }

  #json(bytes: Buffer, event: ServerEvent, start: number, end: number, data: Buffer): Refusal | undefined {
    const located = readLocated(data)
    if (located.kind === 'fault') return refuse('upstream_failed', `an event is refused as JSON: ${located.code}`)
    const { value: root, containers, strings, text } = located
    if (typeof root !== 'object' || root === null || Array.isArray(root)) {
      return refuse('upstream_failed', 'an event is not an object')
    }
    this.usage = usageOf(root) ?? this.usage
    this.#like = root

    const shapes = shapesOf(containers, CHUNK)
    const echoes = echoesIn(located, shapes)
    const echoed = new Intervals(echoes)
    const edited: Splice[] = []
    const said: Said[] = []
    const slots: Slot[] = []
    for (const place of strings) {
      const { inside, key, value, isName, start: from, end: to } = place
      if (inside === undefined || value === '') continue
      if (echoes.length > 0 && echoed.hold(from, to)) continue
      const says = saysAt(shapes, inside, key, isName)
      if (says === undefined) continue
      if (isName) {
        const refusal = this.#name(value)
        if (refusal !== undefined) return refusal
        continue
      }
      if (isOpaque(says, value)) {
        if (key === 'obfuscation' && inside.parent === undefined)
          slots.push({ channel: undefined, start: from, end: to })
        continue
      }
      if (isWhole(says, inside, key)) {
        const out = this.#whole(inside, key, says, value)
        if (typeof out !== 'string') return out
        if (out !== value) edited.push({ start: from, end: to, json: JSON.stringify(out) })
        continue
      }
      const channel = this.#channel(inside, key, says)
      if (!(channel instanceof Channel)) return channel
      const out = channel.push(value)
      if (typeof out !== 'string') return out
      said.push({ channel, place, text: out })
      slots.push({ channel, start: from, end: to })
    }

    const erred = event.name === 'error' || isError(root)
    const finished = finishedIn(containers, shapes)
    const ending = erred || finished.length > 0
    if (ending) {
      const ends = erred ? all : (one: Channel): boolean => one.delta !== undefined && finished.includes(one.delta)
      const refusal = this.#finish(bytes, ends, said)
      if (refusal !== undefined) return refusal
      for (const choice of finished) this.#finished.add(choice)
      if (this.#finished.size > CHANNELS_MAX) return tooMany()
      if (erred) this.#state = 'erred'
    }

    if (!ending && echoes.length + edited.length === 0) this.#learn(bytes, event, start, end, text, slots)
    for (const echo of echoes) if (echo.json !== 'null') this.dropped++
    const splices: Splice[] = [...echoes, ...edited]
    for (const { place, text: now } of said) {
      if (now !== place.value) splices.push({ start: place.start, end: place.end, json: JSON.stringify(now) })
    }
    if (splices.length === 0) this.#pass(bytes, event, start, end)
    else {
      splices.sort((a, b) => a.start - b.start)
      this.#write(bytes, event, start, end, splice(text, splices))
    }
    return undefined
  }

  #channel(inside: Container, key: string | number, says: Says): Channel | Refusal {
    const path = pathTo(inside, key)
    const name = nameOf(path)
    const known = this.#channels.get(name)
    if (known !== undefined) return known
    const channel = new Channel(name, path, this.#guardFor(name), says)
    // Its guard has ended: what began before the end and went on behind it would be seen by nobody as a whole.
    if (channel.delta !== undefined && this.#finished.has(channel.delta)) {
      return refuse('upstream_failed', 'text came for a choice that had finished')
    }
    if (this.#channels.size >= CHANNELS_MAX) return tooMany()
    this.#channels.set(name, channel)
    return channel
  }

  /** A text that is no piece of one: its guard begins and ends with it. */
  #whole(inside: Container, key: string | number, says: Says, text: string): string | Refusal {
    const name = nameOf(pathTo(inside, key))
    if (says === 'name') {
      // Some clients join names as they join texts: two halves would be judged by nobody as a whole.
      const known = this.#toolNames.get(name) ?? text
      if (known !== text) return refuse('upstream_failed', 'the name of a tool came in pieces')
      if (this.#toolNames.size >= CHANNELS_MAX) return tooMany()
      this.#toolNames.set(name, text)
    }
    return this.#judged(name, text)
  }

  #judged(channel: string, text: string): string | Refusal {
    const guard = this.#guardFor(channel)
    const out = guard.push(text)
    if (typeof out !== 'string') return out
    const rest = guard.end()
    return typeof rest === 'string' ? out + rest : rest
  }

  /** A name of no known field. It cannot be edited, so a guard that would is a refusal. */
  #name(name: string): Refusal | undefined {
    if (this.#names.has(name)) return undefined
    const out = this.#judged('names', name)
    if (typeof out !== 'string') return out
    if (out !== name) return refuse('obligation_failed', "a finding in a member's name cannot be edited")
    if (this.#names.size < NAMES_MAX) this.#names.add(name)
    return undefined
  }

  #flush(bytes: Buffer): Refusal | undefined {
    return this.#finish(bytes, all, [])
  }

  /** Ends channels: what their guards still hold goes into the event in hand where they speak there, else before it. */
  #finish(bytes: Buffer, ends: (channel: Channel) => boolean, said: readonly Said[]): Refusal | undefined {
    // They would push into guards that have ended.
    this.#templates = []
    for (const channel of this.#channels.values()) {
      if (!ends(channel)) continue
      const rest = channel.end()
      if (typeof rest !== 'string') return rest
      this.#channels.delete(channel.name)
      if (rest === '') continue
      const last = said.findLast((one) => one.channel === channel)
      if (last === undefined) this.#piece(bytes, Buffer.from(`data: ${channel.event(this.#like, rest)}\n\n`))
      else last.text += rest
    }
    return undefined
  }

  #learn(bytes: Buffer, event: ServerEvent, start: number, end: number, text: string, slots: readonly Slot[]): void {
    const [line] = event.data
    if (line === undefined || event.data.length !== 1 || !event.plain) return
    // Behind a CR a LF may follow that belongs to it.
    if (event.blank === end || bytes[end - 1] !== LINE_FEED) return
    const channel = slots.find((one) => one.channel !== undefined)?.channel
    if (channel === undefined || slots.length > SLOTS_MAX) return
    const before = bytes.subarray(start, line.valueStart)
    const after = bytes.subarray(line.valueEnd, end)
    // One for each channel that leads: a stream of several choices takes turns.
    const others = this.#templates.filter((one) => !one.slots.some((slot) => slot.channel === channel))
    this.#templates = [new Template(text, before, after, slots), ...others].slice(0, TEMPLATES_MAX)
  }

  /** The event as it came, but for comments, ids and unknown fields. */
  #pass(bytes: Buffer, event: ServerEvent, start: number, end: number): void {
    if (event.plain) {
      this.#run(bytes, start, end)
      return
    }
    this.#named(bytes, event)
    for (const line of event.data) this.#run(bytes, line.start, line.end)
    this.#run(bytes, event.blank, end)
  }

  #write(bytes: Buffer, event: ServerEvent, start: number, end: number, json: string): void {
    if (!event.plain) this.#named(bytes, event)
    const first = event.data[0] as DataLine
    const last = event.data.at(-1) as DataLine
    this.#run(bytes, event.plain ? start : first.start, first.valueStart)
    this.#piece(bytes, Buffer.from(json.replaceAll('\n', '\ndata: ')))
    this.#run(bytes, last.valueEnd, last.end)
    this.#run(bytes, event.blank, end)
  }

  #named(bytes: Buffer, event: ServerEvent): void {
    if (event.name === 'error') this.#piece(bytes, ERROR_NAME)
  }

  #run(bytes: Buffer, from: number, to: number): void {
    if (from !== this.#runEnd) {
      this.#close(bytes)
      this.#runStart = from
    }
    this.#runEnd = to
  }

  #piece(bytes: Buffer, piece: Buffer): void {
    this.#close(bytes)
    this.#pieces.push(piece)
  }

  #close(bytes: Buffer): void {
    if (this.#runEnd > this.#runStart) this.#pieces.push(bytes.subarray(this.#runStart, this.#runEnd))
    this.#runStart = this.#runEnd
  }

  #take(bytes: Buffer): Buffer {
    this.#close(bytes)
    this.#runStart = this.#runEnd = 0
    const pieces = this.#pieces
    if (pieces.length === 0) return NOTHING
    this.#pieces = []
    return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces)
  }
}

/** Only within choices does an answer come in pieces. */
function isWhole(says: Says, inside: Container, key: string | number): boolean {
  if (says === 'label' || says === 'name') return true
  let top: string | number = key
  for (let at: Container | undefined = inside; at?.parent !== undefined; at = at.parent) top = at.key
  return top !== 'choices'
}

function tooMany(): Refusal {
  return refuse('upstream_failed', 'the stream has too many texts side by side')
}

function all(): boolean {
  return true
}

/** Choices whose `finish_reason` the event brings. */
function finishedIn(containers: readonly Container[], shapes: Shapes): readonly string[] {
  const found: string[] = []
  for (const { index, parent, key, value } of containers) {
    if (shapes.of[index] !== CHUNK_CHOICE || Array.isArray(value) || parent === undefined) continue
    // An empty reason is none: some servers send it with every piece.
    if (typeof value['finish_reason'] === 'string' && value['finish_reason'] !== '')
      found.push(choiceOf(pathTo(parent, key).at(-1)))
  }
  return found
}
