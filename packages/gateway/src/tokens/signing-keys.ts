import type { Clock, Row, Store } from '../spec/index.js'
import { newKeyRow, readKeyRow, type SigningAlgorithm, type SigningKey } from './key.js'

/** The longest life that configuration may give a token of ours. */
export const TOKEN_LIFETIME_MAX_MS: number = 60 * 60_000
/** The longest that a verifier may keep our key set: before it has seen a key, none of our tokens may be signed with it. */
const PUBLISHED_AHEAD_MS = 10 * 60_000
/** After its successor signs a key is published until its last token has expired, on whatever clock. */
const PUBLISHED_AFTER_MS = TOKEN_LIFETIME_MAX_MS + 60_000
const SPACE = 'signing-keys'
const KEEP_MS = 60_000
const TRIES = 5

export interface SigningKeysParts {
  readonly store: Store
  readonly clock: Clock
  /** Of keys made from now on. */
  readonly algorithm: SigningAlgorithm
  /** How long a key signs. */
  readonly rotationMs: number
  /** The next key was made, or one removed: for the audit log. */
  readonly note: (what: Readonly<Record<string, unknown>>) => Promise<void>
  /** For the operator. Never a key. */
  readonly report: (text: string) => void
}

export interface SigningKeys {
  /** The key that signs at this moment. */
  current(): SigningKey
  /** A key that is published at this moment. */
  find(kid: string): SigningKey | undefined
  /** Public parts of all published keys, a JWK set. */
  jwks(): Buffer
  /** Calls back when keys were taken out before their time. */
  onRemoved(listener: () => void): () => void
  /**
   * Makes the next key now.
   *
   * @param compromised it signs at once and all others are taken out: every token of ours so far ends
   */
  rotate(compromised: boolean): Promise<Rotated>
  /** Makes the next key where one is due, and removes those whose last token has expired. Also done each minute. */
  keep(): Promise<void>
  close(): void
}

export interface Rotated {
  readonly made: SigningKey
  /** Ids of the keys that were taken out. */
  readonly removed: readonly string[]
}

/** Opens the keys that all replicas share, and makes the first where there is none. */
export async function openSigningKeys(parts: SigningKeysParts): Promise<SigningKeys> {
  const keys = new StoredKeys(parts)
  await keys.open()
  return keys
}

interface Numbered {
  readonly number: number
  readonly key: SigningKey
}

class StoredKeys implements SigningKeys {
  readonly #parts: SigningKeysParts
  /** By their number in the store. Undefined: a row that this version cannot read, whose number is taken all the same. */
  readonly #rows = new Map<number, SigningKey | undefined>()
  readonly #listeners = new Set<() => void>()
  #unfollow: () => void = () => undefined
  #timer: NodeJS.Timeout | undefined

  constructor(parts: SigningKeysParts) {
    this.#parts = parts
  }

  async open(): Promise<void> {
    const { store, clock, algorithm, report } = this.#parts
    this.#unfollow = await store.follow(
      SPACE,
      (rows) => this.#take(rows),
      (why) => report(why === undefined ? 'signing keys: followed again' : `signing keys: cannot be followed (${why})`),
    )
    try {
      const newest = this.#newest()
      if (newest === undefined) await this.#make(clock.now())
      // At the start alone: while two replicas differ in this, they must not make keys in turn.
      else if (newest.key.algorithm !== algorithm) await this.#make(clock.now() + PUBLISHED_AHEAD_MS)
      await this.keep()
    } catch (error) {
      this.#unfollow()
      throw error
    }
    this.#timer = setInterval(() => {
      this.keep().catch((error: unknown) => report(`signing keys: ${error instanceof Error ? error.name : 'failed'}`))
    }, KEEP_MS).unref()
  }

  current(): SigningKey {
    const nowMs = this.#parts.clock.now()
    const all = this.#sorted()
    const key = (all.findLast((one) => one.key.signsFromMs <= nowMs) ?? all[0])?.key
    if (key === undefined) throw new Error('there is no signing key')
    return key
  }

  find(kid: string): SigningKey | undefined {
    return this.#published().find(({ key }) => key.kid === kid)?.key
  }

  jwks(): Buffer {
    return Buffer.from(JSON.stringify({ keys: this.#published().map(({ key }) => key.jwk) }))
  }

  onRemoved(listener: () => void): () => void {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async rotate(compromised: boolean): Promise<Rotated> {
    const { clock, store, note } = this.#parts
    if (!compromised) return { made: (await this.#make(clock.now() + PUBLISHED_AHEAD_MS)).key, removed: [] }
    const removed: string[] = []
    const made = await this.#make(clock.now())
    // The new one is there by now: killed in between, this leaves keys too many, never none.
    for (const [number, key] of this.#rows) {
      if (number >= made.number) continue
      await store.put(SPACE, nameOf(number), undefined)
      this.#take([{ key: nameOf(number), value: undefined }])
      if (key !== undefined) removed.push(key.kid)
      await note({ did: 'signing-key-removed', kid: key?.kid, why: 'compromised' })
    }
    return { made: made.key, removed }
  }

  async keep(): Promise<void> {
    const { clock, rotationMs, store, note } = this.#parts
    const newest = this.#newest()
    const nowMs = clock.now()
    if (newest !== undefined && nowMs >= newest.key.signsFromMs + rotationMs - PUBLISHED_AHEAD_MS) {
      await this.#make(Math.max(newest.key.signsFromMs + rotationMs, nowMs + PUBLISHED_AHEAD_MS))
    }
    const published = new Set(this.#published().map(({ number }) => number))
    for (const { number, key } of this.#sorted()) {
      if (published.has(number)) continue
      await store.put(SPACE, nameOf(number), undefined)
      this.#take([{ key: nameOf(number), value: undefined }])
      await note({ did: 'signing-key-removed', kid: key.kid, why: 'expired' })
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#unfollow()
    this.#listeners.clear()
  }

  /** Puts the next key into the store, or takes the one that another replica put there at the same moment. */
  async #make(signsFromMs: number): Promise<Numbered> {
    const { algorithm, store, note } = this.#parts
    for (let tries = 0; tries < TRIES; tries += 1) {
      const number = Math.max(0, ...this.#rows.keys()) + 1
      const row = newKeyRow(algorithm, signsFromMs)
      const isOurs = await store.put(SPACE, nameOf(number), row, { onlyNew: true })
      const held = isOurs ? row : await store.get(SPACE, nameOf(number))
      this.#take([{ key: nameOf(number), value: held }])
      const key = this.#rows.get(number)
      // Theirs serves as well, where it signs no later than ours would.
      if (key === undefined || key.signsFromMs > signsFromMs) continue
      // The first is made with the installation, like the key of the log: nothing was before it that it could take the place of.
      if (isOurs && number > 1)
        await note({ did: 'signing-key-made', kid: key.kid, algorithm, signs_from: signsFromMs })
      return { number, key }
    }
    throw new Error('the next signing key could not be made')
  }

  #take(rows: readonly Row[]): void {
    let removed = false
    for (const { key: name, value } of rows) {
      const number = Number(name)
      if (!Number.isSafeInteger(number)) continue
      if (value === undefined) removed = this.#rows.delete(number) || removed
      else if (!this.#rows.has(number)) {
        const key = readKeyRow(value)
        if (key === undefined) this.#parts.report(`signing keys: row ${name} holds no key`)
        this.#rows.set(number, key)
      }
    }
    if (removed) for (const listener of this.#listeners) listener()
  }

  #sorted(): readonly Numbered[] {
    const all: Numbered[] = []
    for (const [number, key] of this.#rows) if (key !== undefined) all.push({ number, key })
    return all.sort((a, b) => a.number - b.number)
  }

  #newest(): Numbered | undefined {
    return this.#sorted().at(-1)
  }

  #published(): readonly Numbered[] {
    const nowMs = this.#parts.clock.now()
    const all = this.#sorted()
    return all.filter((_, at) => {
      const next = all[at + 1]
      return next === undefined || nowMs < next.key.signsFromMs + PUBLISHED_AFTER_MS
    })
  }
}

function nameOf(number: number): string {
  return String(number).padStart(8, '0')
}
