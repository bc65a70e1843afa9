import type { Container } from '../json/located.js'
import type { TextGuard } from '../spec/detector.js'
import type { ChannelKind } from '../spec/dialect.js'
import { type Refusal, refuse } from '../spec/refusal.js'
import { Channel } from './channel.js'
import { nameOf, pathTo } from './path.js'
import { isSealedAt, roleAt, type Says, type Shapes } from './shape.js'
import type { Piece } from './stream-format.js'
import { Wholes } from './wholes.js'

const NAMES_MAX = 1024
/** Each holds a guard: a provider must not make us hold any number of them. */
const CHANNELS_MAX = 4096
const SEALED = { isSealed: true } as const

/** A channel that has ended, and what its guard still held. */
export interface Rest {
  readonly channel: Channel
  readonly text: string
}

/** All texts of one stream, each with the guard that it passes: those that come in pieces, and those that come whole. */
export class Channels {
  readonly #guardFor: (channel: ChannelKind) => TextGuard
  readonly #open = new Map<string, Channel>()
  readonly #finished = new Set<string>()
  /** Groups of which something was edited that a seal vouches for. */
  readonly #broken = new Set<string>()
  readonly #names = new Set<string>()
  readonly #toolNames = new Map<string, string>()
  readonly #wholes = new Wholes()

  constructor(guardFor: (channel: ChannelKind) => TextGuard) {
    this.#guardFor = guardFor
  }

  /** The channel of a text that comes in pieces. */
  of(piece: Piece, shapes: Shapes, inside: Container, key: string | number, says: Says): Channel | Refusal {
    const known = this.#open.get(piece.name)
    if (known !== undefined) return known
    // Its guard has ended: what began before the end and went on behind it would be seen by nobody as a whole.
    if (piece.group !== undefined && this.#finished.has(piece.group)) {
      return refuse('upstream_failed', 'text came for what had finished')
    }
    if (this.#open.size >= CHANNELS_MAX) return tooMany()
    const isJson = says === 'arguments'
    const role = roleAt(shapes, inside, key)
    const guard = this.#guardFor({ name: piece.name, role, isJson, ...(piece.isSealed === true ? SEALED : {}) })
    const channel = new Channel(piece, guard, isJson)
    this.#open.set(piece.name, channel)
    return channel
  }

  /** A text that is no piece of one: its guard begins and ends with it. */
  whole(shapes: Shapes, inside: Container, key: string | number, says: Says, text: string): string | Refusal {
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
  name(name: string): Refusal | undefined {
    if (this.#names.has(name)) return undefined
    const out = judgedWhole(this.#guardFor({ name: 'names', role: 'unknown', isJson: false }), name)
    if (typeof out !== 'string') return out
    if (out !== name) return refuse('obligation_failed', "a finding in a member's name cannot be edited")
    if (this.#names.size < NAMES_MAX) this.#names.add(name)
    return undefined
  }

  /** Ends channels. Gives what their guards still held. */
  end(ends: (piece: Piece) => boolean): readonly Rest[] | Refusal {
    const rests: Rest[] = []
    for (const channel of this.#open.values()) {
      if (!ends(channel.piece)) continue
      const text = channel.end()
      if (typeof text !== 'string') return text
      this.#open.delete(channel.piece.name)
      if (channel.isEdited && channel.piece.group !== undefined) this.#broken.add(channel.piece.group)
      if (text !== '') rests.push({ channel, text })
    }
    return rests
  }

  /** No more text may come for these groups. */
  close(groups: readonly string[]): Refusal | undefined {
    for (const group of groups) this.#finished.add(group)
    return this.#finished.size > CHANNELS_MAX ? tooMany() : undefined
  }

  isBroken(group: string): boolean {
    return this.#broken.has(group)
  }
}

function judgedWhole(guard: Pick<TextGuard, 'push' | 'end'>, text: string): string | Refusal {
  const out = guard.push(text)
  if (typeof out !== 'string') return out
  const rest = guard.end()
  return typeof rest === 'string' ? out + rest : rest
}

function tooMany(): Refusal {
  return refuse('upstream_failed', 'the stream has too many texts side by side')
}
