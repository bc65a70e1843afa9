import { type Clock, type SecretKind, type SecretSource, SecretUnreadable } from '../spec/index.js'
import { HeldSecret } from './held-secret.js'
import { NoKey, ProviderKey, type ProviderKeys } from './provider-key.js'
import { turnsOf } from './turns.js'

/** A key as the configuration names it. */
export interface KeyEntry {
  /** The same for the same secret, through reloads. Not to be shown: it may be made of the secret. */
  readonly id: string
  /** A turn comes this often as that of a key with weight 1. */
  readonly weight: number
  readonly name: string | undefined
  readonly source: SecretSource
}

export interface KeyState {
  /** Place in the configuration, from 1, and the name it has there: nothing that is made of the key itself. */
  readonly key: string
  readonly source: SecretKind
  readonly weight: number
  readonly state: 'in_use' | 'backing_off' | 'out_of_use' | 'unreadable'
}

export interface KeyChange {
  readonly provider: string
  readonly key: string
  readonly what: 'key_out_of_use' | 'key_backing_off' | 'key_back_in_use' | 'key_unreadable'
  /** For the operator, where there is more to say. Never holds a secret. */
  readonly why?: string
}

export interface KeyRingParts {
  readonly provider: string
  readonly entries: readonly KeyEntry[]
  readonly clock: Clock
  readonly tell: (change: KeyChange) => void
}

interface BackOff {
  readonly key: Key
  delayMs: number
  nextTryMs: number
}

const BACK_OFF_FIRST_MS = 1000
const BACK_OFF_MOST_MS = 60_000

/**
 * The keys of one provider, used in turn by their weights.
 *
 * A key that the provider answered 401 to is out of use until its secret changes or an operator puts it back. The last one in
 * use stays: while it is refused, one call after 1 s, 2 s, 4 s and so on up to 60 s tries it, and the others fail at once.
 * A key that cannot be read is passed over while there are others.
 */
export class KeyRing implements ProviderKeys {
  readonly #parts: KeyRingParts
  #keys: readonly Key[] = []
  #inUse: readonly Key[] = []
  #out: readonly Key[] = []
  #turns: readonly Key[] = []
  #next = 0
  /** Set while the only key in use is one that was refused. */
  #backOff: BackOff | undefined

  constructor(parts: KeyRingParts) {
    this.#parts = parts
    this.use(parts.entries)
  }

  /** Other entries from now on. A key whose id is the same goes on in the state that it is in. */
  use(entries: readonly KeyEntry[]): void {
    const before = [...this.#keys]
    this.#keys = entries.map((entry, index) => {
      const at = before.findIndex((key) => key.entry.id === entry.id)
      const key = before.splice(at, at < 0 ? 0 : 1)[0] ?? new Key(entry, this.#parts.clock)
      key.entry = entry
      key.label = entry.name === undefined ? `#${index + 1}` : `#${index + 1} ${entry.name}`
      return key
    })
    this.#settle()
  }

  take(): ProviderKey | Promise<ProviderKey> {
    if (this.#out.length > 0) this.#lookForChanged()
    const key = this.#turns[this.#next]
    if (key === undefined) throw new NoKey('unreadable')
    this.#next = this.#next + 1 === this.#turns.length ? 0 : this.#next + 1
    return this.#takeFrom(key, this.#inUse.length - 1)
  }

  refused(given: ProviderKey): void {
    const key = this.#keys.find((one) => one.given === given)
    // Its secret has changed since, or another call was answered so before.
    if (key === undefined) return
    const isOut = this.#out.includes(key)
    key.refuse(given)
    if (isOut) return
    const backOff = this.#backOff
    if (backOff?.key === key) {
      backOff.delayMs = Math.min(2 * backOff.delayMs, BACK_OFF_MOST_MS)
      backOff.nextTryMs = this.#parts.clock.now() + backOff.delayMs
    } else this.#settle(key)
  }

  accepted(given: ProviderKey): void {
    const key = this.#backOff?.key
    if (key !== undefined && key.given === given) this.#putBack([key])
  }

  /** Reads every secret anew and puts every key back in use; true for each that could be read. */
  async rotate(): Promise<readonly boolean[]> {
    const read = await Promise.all(this.#keys.map((key) => this.#readNow(key)))
    this.#putBack(this.#keys.filter((key) => key.wasRefused))
    return read
  }

  /** Begins to read what takes time to read, so that the first call need not wait. What fails is told when a call needs it. */
  warm(): void {
    for (const key of this.#keys) peek(key)
  }

  states(): readonly KeyState[] {
    return this.#keys.map((key) => ({
      key: key.label,
      source: key.entry.source.kind,
      weight: key.entry.weight,
      state: this.#stateOf(key),
    }))
  }

  #stateOf(key: Key): KeyState['state'] {
    if (key === this.#backOff?.key) return 'backing_off'
    if (key.wasRefused) return 'out_of_use'
    return key.saidUnreadable ? 'unreadable' : 'in_use'
  }

  /** @param others how many keys may be taken in its place where it cannot be read */
  #takeFrom(key: Key, others: number): ProviderKey | Promise<ProviderKey> {
    const instead = (error: unknown): ProviderKey | Promise<ProviderKey> => {
      this.#cannot(key, error)
      const next = this.#inUse[(this.#inUse.indexOf(key) + 1) % this.#inUse.length]
      if (others <= 0 || next === undefined) throw new NoKey('unreadable')
      return this.#takeFrom(next, others - 1)
    }
    let text: string | Promise<string>
    try {
      text = key.held.text()
    } catch (error) {
      return instead(error)
    }
    return typeof text === 'string' ? this.#give(key, text) : text.then((read) => this.#give(key, read), instead)
  }

  #give(key: Key, text: string): ProviderKey {
    key.saidUnreadable = false
    const backOff = this.#backOff
    if (backOff?.key === key) {
      const now = this.#parts.clock.now()
      if (key.changedTo(text)) this.#putBack([key])
      else if (now < backOff.nextTryMs) throw new NoKey('backing_off')
      // Whether it will be answered at all nobody knows: after the same time the next one may try.
      else backOff.nextTryMs = now + backOff.delayMs
    }
    return key.give(text)
  }

  async #readNow(key: Key): Promise<boolean> {
    try {
      await key.held.readNow()
      key.saidUnreadable = false
      return true
    } catch (error) {
      this.#cannot(key, error)
      return false
    }
  }

  #cannot(key: Key, error: unknown): void {
    if (key.saidUnreadable) return
    key.saidUnreadable = true
    // Anything else than this could quote what it was about.
    this.#tell(key, 'key_unreadable', error instanceof SecretUnreadable ? error.message : 'cannot be read')
  }

  #lookForChanged(): void {
    const changed = this.#out.filter((key) => {
      const text = peek(key)
      return text !== undefined && key.changedTo(text)
    })
    this.#putBack(changed)
  }

  #putBack(keys: readonly Key[]): void {
    if (keys.length === 0) return
    for (const key of keys) key.restore()
    this.#settle()
    for (const key of keys) this.#tell(key, 'key_back_in_use')
  }

  /**
   * After any change: who is in use, and whose turns come.
   *
   * @param refused the key that has just been refused
   */
  #settle(refused?: Key): void {
    const last = this.#backOff?.key
    const sound = this.#keys.filter((key) => !key.wasRefused)
    const out: Key[] = []
    if (sound.length > 0) {
      this.#backOff = undefined
      // The one that backed off is the last one no longer.
      for (const key of [last, refused]) if (key?.wasRefused === true && this.#keys.includes(key)) out.push(key)
    } else if (last === undefined || !this.#keys.includes(last)) {
      this.#backOff = this.#backOffOf(refused)
    }
    this.#inUse = this.#backOff === undefined ? sound : [this.#backOff.key]
    this.#out = this.#keys.filter((key) => !this.#inUse.includes(key))
    this.#turns = turnsOf(this.#inUse)
    this.#next = 0
    for (const key of out) this.#tell(key, 'key_out_of_use')
    if (this.#backOff !== undefined && this.#backOff.key !== last) this.#tell(this.#backOff.key, 'key_backing_off')
  }

  /** Where a reload took away the last sound one, a call may try what is left at once. */
  #backOffOf(refused: Key | undefined): BackOff | undefined {
    const key = refused ?? this.#keys[0]
    const waitMs = refused === undefined ? 0 : BACK_OFF_FIRST_MS
    return key && { key, delayMs: BACK_OFF_FIRST_MS, nextTryMs: this.#parts.clock.now() + waitMs }
  }

  #tell(key: Key, what: KeyChange['what'], why?: string): void {
    this.#parts.tell({ provider: this.#parts.provider, key: key.label, what, ...(why === undefined ? {} : { why }) })
  }
}

class Key {
  entry: KeyEntry
  label = ''
  readonly held: HeldSecret
  saidUnreadable = false
  /** What calls have now: another object once the text changed, or after an answer refused it. */
  given: ProviderKey | undefined
  #refused: ProviderKey | undefined

  constructor(entry: KeyEntry, clock: Clock) {
    this.entry = entry
    this.held = new HeldSecret(entry.source, clock)
  }

  get weight(): number {
    return this.entry.weight
  }

  get wasRefused(): boolean {
    return this.#refused !== undefined
  }

  changedTo(text: string): boolean {
    return this.#refused !== undefined && this.#refused.reveal() !== text
  }

  give(text: string): ProviderKey {
    if (this.given?.reveal() !== text) this.given = new ProviderKey(text)
    return this.given as ProviderKey
  }

  refuse(given: ProviderKey): void {
    this.#refused = given
    this.given = undefined
  }

  restore(): void {
    this.#refused = undefined
    this.given = undefined
  }
}

/** Its text where that is at hand. A reading that takes time is begun, and looked at the next time. */
function peek(key: Key): string | undefined {
  try {
    const text = key.held.text()
    if (typeof text === 'string') return text
    text.catch(() => undefined)
  } catch {
    // Told where a call needs it.
  }
  return undefined
}
