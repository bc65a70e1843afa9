import {
  type Act,
  type ActsByType,
  type ChannelKind,
  type Finding,
  type FindingType,
  type Lens,
  type PartFindings,
  type Refusal,
  type Role,
  refuse,
  type StreamLens,
  type TextGuard,
  type TextPart,
  type Usage,
  type VaultSession,
} from '../spec/index.js'
import { Editor } from '../spec/replacement.js'
import { ANSWERED_MAX, tokenizerOf, withoutPlaceholders } from '../spec/tokenizer.js'
import type { KnownInAnswer } from './known.js'
import type { Restoring } from './restoring.js'

// A stream whose texts a detector elsewhere looks at is released late: such a detector judges whole texts, and what it would find
// in half of one says nothing of what it finds in all of it. So the whole stream is kept, heard once for its texts, and said once
// more with what was found in them: the same for every cutting.

type Opens = Pick<Lens, 'openStream'>

/** Each is kept, and shown elsewhere. */
const TEXTS_MAX = 16_384

/** What an answer says. */
export interface Heard {
  /** Of a stream, one for every guard that the lens asked for, in that order. */
  readonly parts: readonly TextPart[]
  readonly usage: Usage | undefined
}

/** Hears a whole stream. A refusal where it is none. */
export function hear(seen: Opens, stream: Buffer, dropUsage = false): Heard | Refusal {
  const ears: Ear[] = []
  const lens = seen.openStream({
    dropUsage,
    guard: (channel) => {
      if (ears.length >= TEXTS_MAX) return DEAF
      const ear = new Ear(channel)
      ears.push(ear)
      return ear
    },
  })
  const out = through(lens, stream)
  return Buffer.isBuffer(out) ? { parts: ears, usage: lens.usage } : out
}

export interface Saying {
  readonly parts: readonly TextPart[]
  /** In them. */
  readonly found: readonly PartFindings[]
  readonly acts: ActsByType
  /** See `StreamLensParts`. */
  readonly dropUsage?: boolean
  readonly onFinding: (type: FindingType, act: Act) => void
  /** What is tokenized goes there. */
  readonly vault?: VaultSession | undefined
  /** Puts values back, behind all else. */
  readonly restoring?: Restoring | undefined
  /** Looks at what leaves. */
  readonly known?: KnownInAnswer | undefined
}

export interface Said {
  readonly usage: Usage | undefined
  readonly dropped: number
  readonly out: Buffer | Refusal
}

/** Says the same stream as it may leave. */
export function say(seen: Opens, stream: Buffer, saying: Saying): Said {
  const { parts, found, acts, dropUsage = false, known, onFinding, restoring, vault } = saying
  const findings = new Map(found.map((one) => [one.index, one.findings]))
  const heardAt = new Map<string, Map<string, Known>>()
  const heardOf = new Map<string, Known>()
  for (const [index, { address, role, isJson, text }] of parts.entries()) {
    const at = placeOf({ name: address, role, isJson })
    const known = { text, findings: withoutPlaceholders(vault, text, findings.get(index) ?? []) }
    const here = heardAt.get(at)
    if (here === undefined) heardAt.set(at, new Map([[text, known]]))
    else here.set(text, known)
    heardOf.set(text, known)
  }
  const heardBy = (channel: ChannelKind, begin: string): Known | undefined => {
    const here = heardAt.get(placeOf(channel))
    const whole = here?.get(begin)
    if (whole !== undefined) return whole
    for (const [text, known] of here ?? []) if (text.startsWith(begin)) return known
    // A lens that remembers whole texts may have asked about this one at another place.
    return heardOf.get(begin)
  }
  const lens = seen.openStream({
    dropUsage,
    guard: (channel) => {
      const tokenizer = vault === undefined ? undefined : tokenizerOf(vault, channel.isJson, ANSWERED_MAX)
      const guard = new Knowing((begin) => heardBy(channel, begin), new Editor(acts, onFinding, tokenizer))
      const restored = restoring?.guard(channel, guard) ?? guard
      return known?.guard(restored) ?? restored
    },
  })
  const out = through(lens, stream)
  return { usage: lens.usage, dropped: lens.dropped, out }
}

function placeOf({ name, role, isJson }: ChannelKind): string {
  return `${role} ${isJson} ${name}`
}

/** A text that was heard, and what is in it. */
interface Known {
  readonly text: string
  /** Sorted by where they begin. */
  readonly findings: readonly Finding[]
}

function through(lens: StreamLens, stream: Buffer): Buffer | Refusal {
  const most = lens.push(stream)
  if (!Buffer.isBuffer(most)) return most
  const rest = lens.end()
  return Buffer.isBuffer(rest) ? Buffer.concat([most, rest]) : rest
}

const TOO_MANY = refuse('upstream_failed', 'the stream has too many texts')
const DEAF: TextGuard = { held: 0, push: () => TOO_MANY, end: () => TOO_MANY }

/** Lets everything pass, since nothing of it leaves, and keeps it. */
class Ear implements TextGuard, TextPart {
  readonly held = 0
  readonly role: Role
  readonly address: string
  readonly isJson: boolean
  readonly isName = false
  text = ''

  constructor({ name, role, isJson }: ChannelKind) {
    this.role = role
    this.address = name
    this.isJson = isJson
  }

  push(text: string): string {
    this.text += text
    return text
  }

  end(): string {
    return ''
  }
}

/**
 * The guard of a text that was heard. A channel that comes in pieces was heard once in its place; of texts that come whole several
 * were, perhaps, and the lens need not ask about each of them as often as the first time: so it is what is pushed that tells which.
 */
class Knowing implements TextGuard {
  readonly #heard: (begin: string) => Known | undefined
  readonly #editor: Editor
  #of: Known = NOTHING
  #added = 0
  #known = 0

  constructor(heard: (begin: string) => Known | undefined, editor: Editor) {
    this.#heard = heard
    this.#editor = editor
  }

  get held(): number {
    return Math.max(0, this.#known - this.#editor.settled)
  }

  push(text: string): string | Refusal {
    if (text === '') return ''
    if (this.#known === 0) this.#of = this.#heard(text) ?? NOTHING
    const { text: whole } = this.#of
    // Heard and said are two passes over the same bytes: what is new the second time nobody has judged.
    if (!whole.startsWith(text, this.#known)) return other()
    this.#known += text.length
    // Half a character is not given out: its other half comes with the next push.
    const isHalf = isHighSurrogate(whole.charCodeAt(this.#known - 1))
    return this.#advance(isHalf ? this.#known - 1 : this.#known, false)
  }

  end(): string | Refusal {
    return this.#known === this.#of.text.length ? this.#advance(this.#known, true) : other()
  }

  #advance(judged: number, ended: boolean): string | Refusal {
    const { text, findings } = this.#of
    const from = this.#added
    while ((findings[this.#added]?.start ?? judged) < judged) this.#added++
    this.#editor.add(findings.slice(from, this.#added))
    const out = this.#editor.advance(text, judged, ended)
    const { blocked } = this.#editor
    return blocked === undefined ? out : refuse('content_blocked', `${blocked} in a stream`)
  }
}

const NOTHING: Known = { text: '', findings: [] }

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function other(): Refusal {
  return refuse('inspection_failed', 'a stream was not the same the second time')
}
