import {
  type ChannelKind,
  type Edit,
  type FindingType,
  type Placeholder,
  type Refusal,
  type Restorable,
  type Restored,
  refuse,
  restorableBy,
  type Sink,
  stillRestorable,
  type TextGuard,
  type TextPart,
  type VaultSession,
  type Verdict,
} from '../spec/index.js'
import { JsonStrings } from './json-strings.js'
import { hostFollows, Surroundings } from './surroundings.js'

/** Decides about `detokenize` for values of these types. */
export type AskToRestore = (types: readonly FindingType[]) => Verdict

/**
 * Puts values back in the answer of one exchange, behind whatever else is done with it. Whether it may is asked when the first
 * placeholder is seen, for all types that the session holds, and again where the answer brings a type that it did not hold.
 */
export class Restoring {
  readonly #session: VaultSession
  #ask: AskToRestore
  #types: readonly FindingType[] = []
  #verdict: Verdict | undefined
  #may: Restorable | undefined
  readonly #restored: Record<string, number> = {}
  readonly #withheld: Record<string, number> = {}

  constructor(session: VaultSession, ask: AskToRestore) {
    this.#session = session
    this.#ask = ask
  }

  /** Undefined where no placeholder was seen. */
  get outcome(): Restored | undefined {
    if (this.#verdict === undefined) return undefined
    return { verdict: this.#verdict, restored: this.#restored, withheld: this.#withheld }
  }

  /** @param inner judges the text first: restored is what is left of what the model said */
  guard(channel: ChannelKind, inner: TextGuard = UNGUARDED): TextGuard {
    // Names of members are judged there, and cannot be edited. A signature would fit a restored text no more, and the placeholders
    // come back as they are.
    if (channel.name === 'names' || channel.isSealed === true) return inner
    return new Restorer(inner, channel, this.#session, (found, sinks) => this.#restores(found, sinks))
  }

  /** The edits of a whole answer, with values put back in what they leave. */
  edits(parts: readonly TextPart[], edits: readonly Edit[]): readonly Edit[] {
    const edited = new Map(edits.map(({ index, text }) => [index, text]))
    for (const [index, part] of parts.entries()) {
      if (part.isName) continue
      const text = edited.get(index) ?? part.text
      // Most parts hold none: their addresses need not be made.
      if (this.#session.scan(text, 0, true).found.length === 0 || part.isSealed === true) continue
      const guard = this.guard({ name: part.address, role: part.role, isJson: part.isJson })
      const restored = `${said(guard.push(text))}${said(guard.end())}`
      if (restored !== text) edited.set(index, restored)
    }
    return [...edited].map(([index, text]) => ({ index, text }))
  }

  /** By other policies, or at another moment. Gives why the answer ends where not all is restorable that was. */
  decideAgain(ask: AskToRestore): Refusal | undefined {
    this.#ask = ask
    if (this.#may === undefined) return undefined
    return stillRestorable(restorableBy(ask(this.#types), this.#types), this.#may)
      ? undefined
      : refuse('forbidden_by_policy', 'decided again: values that the answer restores may not be restored any more')
  }

  #restores({ type }: Placeholder, sinks: readonly Sink[]): boolean {
    // Of a type that the answer itself brought into the session nobody has decided yet.
    if (this.#may === undefined || !this.#types.includes(type)) {
      this.#types = [...new Set([...this.#session.types(), type])].sort()
      this.#verdict = this.#ask(this.#types)
      this.#may = restorableBy(this.#verdict, this.#types)
    }
    const { types, sinks: named } = this.#may
    const may = types.has(type) && sinks.every((sink) => sink === 'text' || named.has(sink))
    const counts = may ? this.#restored : this.#withheld
    const what = `${type}:${sinks.at(-1)}`
    counts[what] = (counts[what] ?? 0) + 1
    return may
  }
}

/** Of a whole text, which nothing blocks. */
function said(out: string | Refusal): string {
  if (typeof out !== 'string') throw new Error('a text that was judged is refused')
  return out
}

const UNGUARDED: TextGuard = { push: (text) => text, end: () => '', held: 0 }

/** As much of what was said as the vault needs to know where a word begins. */
const CONTEXT = 32
const DROP_MIN = 512

/**
 * The last stage of one channel. Holds text only from where a placeholder of the session may be coming, or what follows one may
 * make an address of it.
 */
class Restorer implements TextGuard {
  readonly #inner: TextGuard
  readonly #sink: Sink
  readonly #isJson: boolean
  readonly #session: VaultSession
  readonly #restores: (found: Placeholder, sinks: readonly Sink[]) => boolean
  readonly #around = new Surroundings()
  readonly #json = new JsonStrings()
  #text = ''
  #at = 0

  constructor(
    inner: TextGuard,
    { role, isJson }: ChannelKind,
    session: VaultSession,
    restores: (found: Placeholder, sinks: readonly Sink[]) => boolean,
  ) {
    this.#inner = inner
    this.#sink = role === 'tool-call' ? 'tool-arguments' : 'text'
    this.#isJson = isJson
    this.#session = session
    this.#restores = restores
  }

  get held(): number {
    return this.#inner.held + this.#text.length - this.#at
  }

  push(text: string): string | Refusal {
    const judged = this.#inner.push(text)
    return typeof judged === 'string' ? this.#advance(judged, false) : judged
  }

  end(): string | Refusal {
    const judged = this.#inner.end()
    return typeof judged === 'string' ? this.#advance(judged, true) : judged
  }

  #advance(more: string, ended: boolean): string {
    const text = this.#text + more
    this.#text = text
    const { found, hold } = this.#session.scan(text, this.#at, ended)
    let out = ''
    let until = hold
    for (const one of found) {
      const isHost = hostFollows(text, one.end, ended)
      if (isHost === 'open') {
        until = one.start
        break
      }
      out += this.#write(text.slice(this.#at, one.start)) + this.#write(this.#valueOf(one, isHost))
      this.#at = one.end
    }
    if (until > this.#at) {
      out += this.#write(text.slice(this.#at, until))
      this.#at = until
    }
    if (this.#at > DROP_MIN + CONTEXT) {
      this.#text = text.slice(this.#at - CONTEXT)
      this.#at = CONTEXT
    }
    return out
  }

  #write(text: string): string {
    this.#around.write(text)
    if (!this.#isJson) this.#json.write(text)
    return text
  }

  #valueOf(one: Placeholder, isHost: boolean): string {
    const sinks: Sink[] = [this.#sink]
    if (isHost || this.#around.isAddress) sinks.push('url')
    if (!this.#restores(one, sinks)) return this.#text.slice(one.start, one.end)
    if (this.#isJson) return escaped(one.value)
    return this.#json.inString && !fits(one.value) ? escaped(one.value) : one.value
  }
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

/** Whether a string of JSON may hold it as it is. A value that was found in JSON text has the escapes that it had there. */
function fits(value: string): boolean {
  try {
    JSON.parse(`"${value}"`)
    return true
  } catch {
    return false
  }
}
