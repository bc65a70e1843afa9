import { createHmac, hash, randomBytes } from 'node:crypto'
import { type Principal, type Revocable, type Store, subjectOf } from '../spec/index.js'
import { type ActorNames, actorText } from './actor.js'

/** What the log says of a principal: nothing in it can be linked or guessed without the subject's key. */
export interface Pseudonyms extends ActorNames {
  readonly sourceIp: (address: string) => string
  /** All that entries say of the principal: canonical JSON text. */
  readonly text: string
}

const SPACE = 'audit-subject-keys'
/** Keys of callers seen lately; a caller who is not here costs one read of the store. */
const HELD = 20_000

/**
 * Keyed identifiers. A subject has a key of its own for each period (a calendar month, UTC), made at first sight and kept in
 * the store under a name that says nothing: erasing the row erases what the log says of that subject in that period.
 */
export class AuditKeys {
  readonly #secret: Buffer
  readonly #store: Store
  readonly #bySubject = new Map<string, Buffer>()
  readonly #pseudonyms = new WeakMap<Principal, { readonly period: string; readonly value: Pseudonyms }>()
  readonly #making = new Map<string, Promise<Buffer>>()
  #hour = -1
  #period = ''
  #periodKey: Buffer = Buffer.alloc(0)
  #periodKeyHex = ''

  /** @param secret 32 random bytes of this installation */
  constructor(secret: Buffer, store: Store) {
    this.#secret = secret
    this.#store = store
  }

  /** Synchronous for a principal seen before in this period. Rejects where the store does not answer. */
  of(principal: Principal, nowMs: number): Pseudonyms | Promise<Pseudonyms> {
    const period = this.#enter(nowMs)
    const held = this.#pseudonyms.get(principal)
    if (held !== undefined && held.period === period) return held.value
    return this.#make(principal, period)
  }

  /**
   * The key of one entry's content digests, hexadecimal, from the period's key and the entry's id: opening one entry opens no
   * other. A plain hash with the key in front is a sound MAC here since all inputs have one length; HMAC would cost four
   * times as much, at four a request.
   */
  entryKey(entryId: string, nowMs: number): string {
    this.#enter(nowMs)
    return hash('sha256', this.#periodKeyHex + entryId, 'hex')
  }

  /** What an entry says of what was revoked: a subject by the name that its own entries have, else by the period's key. */
  async revocationText(what: Revocable, nowMs: number): Promise<Readonly<Record<string, unknown>>> {
    this.#enter(nowMs)
    if (what.kind === 'all') return { revoked: 'all' }
    const issuer = 'issuer' in what ? what.issuer : undefined
    const own = what.kind === 'subject' && issuer !== undefined
    const key = own ? await this.#subjectKey(`${issuer}#${what.id}`) : this.#periodKey
    // Of these the id is public.
    const isOpen = what.kind === 'key' || what.kind === 'signing-key'
    const id = isOpen ? what.id : nameBy(key, what.kind, own ? `${issuer}#${what.id}` : what.id)
    return { revoked: what.kind, id, ...(issuer === undefined ? {} : { issuer }) }
  }

  #enter(nowMs: number): string {
    // Within the same hour nothing can have changed, and asking a calendar at each request shows.
    const hour = Math.floor(nowMs / 3_600_000)
    if (hour === this.#hour) return this.#period
    this.#hour = hour
    const period = monthOf(nowMs)
    if (period !== this.#period) {
      this.#period = period
      this.#periodKey = createHmac('sha256', this.#secret).update(`period ${period}`).digest()
      this.#periodKeyHex = this.#periodKey.toString('hex')
      this.#bySubject.clear()
    }
    return period
  }

  async #make(principal: Principal, period: string): Promise<Pseudonyms> {
    const key = await this.#subjectKey(subjectOf(principal).uid)
    const keyed = (kind: string, value: string): string => nameBy(key, kind, value)
    const names = {
      subject: keyed('subject', subjectOf(principal).uid),
      actor: keyed('subject', principal.actor.uid),
      actors: principal.actors.map((one) => keyed('subject', `${one.issuer}#${one.subject}`)),
      tokenId: principal.tokenId === undefined ? undefined : keyed('token', principal.tokenId),
      tokenDigest: keyed('digest', principal.tokenDigest),
      clientId: principal.clientId === undefined ? undefined : keyed('client', principal.clientId),
      sourceIp: cachedByLast((address) => keyed('address', address)),
    }
    const value: Pseudonyms = { ...names, text: actorText(principal, names) }
    this.#pseudonyms.set(principal, { period, value })
    return value
  }

  #subjectKey(uid: string): Buffer | Promise<Buffer> {
    // The row's name is keyed too: the store alone does not say who was here.
    const name = `${this.#period} ${hash('sha256', Buffer.concat([this.#periodKey, Buffer.from(uid)]), 'hex')}`
    const held = this.#bySubject.get(name)
    if (held !== undefined) return held
    const making = this.#making.get(name) ?? this.#load(name).finally(() => this.#making.delete(name))
    this.#making.set(name, making)
    return making
  }

  async #make32(name: string): Promise<string> {
    const made = randomBytes(32).toString('base64')
    if (await this.#store.put(SPACE, name, made, { onlyNew: true })) return made
    // Another replica was first.
    const theirs = await this.#store.get(SPACE, name)
    if (theirs === undefined) throw new Error('a key that was there a moment ago is gone')
    return theirs
  }

  async #load(name: string): Promise<Buffer> {
    const key = Buffer.from((await this.#store.get(SPACE, name)) ?? (await this.#make32(name)), 'base64')
    if (this.#bySubject.size >= HELD) this.#bySubject.clear()
    this.#bySubject.set(name, key)
    return key
  }
}

function nameBy(key: Buffer, kind: string, value: string): string {
  return createHmac('sha256', key).update(`${kind} ${value}`).digest('hex').slice(0, 32)
}

function monthOf(nowMs: number): string {
  const at = new Date(nowMs)
  return `${at.getUTCFullYear()}-${String(at.getUTCMonth() + 1).padStart(2, '0')}`
}

function cachedByLast(make: (value: string) => string): (value: string) => string {
  let last: string | undefined
  let made = ''
  return (value) => {
    if (value !== last) {
      made = make(value)
      last = value
    }
    return made
  }
}
