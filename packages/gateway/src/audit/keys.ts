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
/** Callers seen lately; one who is not here costs a read of the store. */
const HELD = 20_000
/** Clients and actors of one caller whose names are kept; more are reckoned anew. */
const NAMES_HELD = 16

/** A subject in one period. */
interface SubjectKey {
  readonly key: Buffer
  /** What its entries call it. */
  readonly name: string
  /** What they call others that come with it again and again, by kind and id. */
  readonly others: Map<string, string>
}

/**
 * Keyed identifiers. A subject has a key of its own for each period (a calendar month, UTC), made at first sight and kept in
 * the store under a name that says nothing: erasing the row erases what the log says of that subject in that period.
 */
export class AuditKeys {
  readonly #secret: Buffer
  readonly #store: Store
  /** Of this period, by the subject's uid. */
  readonly #bySubject = new Map<string, SubjectKey>()
  readonly #pseudonyms = new WeakMap<Principal, { readonly period: string; readonly value: Pseudonyms }>()
  readonly #making = new Map<string, Promise<SubjectKey>>()
  #hour = -1
  #period = ''
  #periodKey: Buffer = Buffer.alloc(0)
  #periodKeyHex = ''

  /** @param secret 32 random bytes of this installation */
  constructor(secret: Buffer, store: Store) {
    this.#secret = secret
    this.#store = store
  }

  /** Synchronous for a subject seen before in this period. Rejects where the store does not answer. */
  of(principal: Principal, nowMs: number): Pseudonyms | Promise<Pseudonyms> {
    const period = this.#enter(nowMs)
    const held = this.#pseudonyms.get(principal)
    if (held !== undefined && held.period === period) return held.value
    const subject = this.#subjectKey(subjectOf(principal).uid)
    return subject instanceof Promise
      ? subject.then((it) => this.#make(principal, period, it))
      : this.#make(principal, period, subject)
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
    // Of these the id is public.
    const isOpen = what.kind === 'key' || what.kind === 'signing-key'
    const id = own
      ? (await this.#subjectKey(`${issuer}#${what.id}`)).name
      : isOpen
        ? what.id
        : nameBy(this.#periodKey, what.kind, what.id)
    return { revoked: what.kind, id, ...(issuer === undefined ? {} : { issuer }) }
  }

  /** What entries call a subject, by `<iss>#<sub>`. */
  async subjectName(uid: string, nowMs: number): Promise<string> {
    this.#enter(nowMs)
    return (await this.#subjectKey(uid)).name
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

  #make(principal: Principal, period: string, subject: SubjectKey): Pseudonyms {
    const { key } = subject
    const { actor, clientId, tokenDigest, tokenId } = principal
    const names = {
      subject: subject.name,
      actor: principal.onBehalfOf === undefined ? subject.name : nameOfOther(subject, 'subject', actor.uid),
      actors: principal.actors.map((one) => nameOfOther(subject, 'subject', `${one.issuer}#${one.subject}`)),
      tokenId: tokenId === undefined ? undefined : nameBy(key, 'token', tokenId),
      tokenDigest: nameBy(key, 'digest', tokenDigest),
      clientId: clientId === undefined ? undefined : nameOfOther(subject, 'client', clientId),
      sourceIp: cachedByLast((address) => nameBy(key, 'address', address)),
    }
    const value: Pseudonyms = { ...names, text: actorText(principal, names) }
    this.#pseudonyms.set(principal, { period, value })
    return value
  }

  #subjectKey(uid: string): SubjectKey | Promise<SubjectKey> {
    const held = this.#bySubject.get(uid)
    if (held !== undefined) return held
    // The row's name is keyed too: the store alone does not say who was here.
    const name = `${this.#period} ${hash('sha256', Buffer.concat([this.#periodKey, Buffer.from(uid)]), 'hex')}`
    const making = this.#making.get(name) ?? this.#load(name, uid).finally(() => this.#making.delete(name))
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

  async #load(name: string, uid: string): Promise<SubjectKey> {
    const period = this.#period
    const key = Buffer.from((await this.#store.get(SPACE, name)) ?? (await this.#make32(name)), 'base64')
    const subject = { key, name: nameBy(key, 'subject', uid), others: new Map<string, string>() }
    // A key of the month that ended meanwhile is none of this one's.
    if (period !== this.#period) return subject
    if (this.#bySubject.size >= HELD) this.#bySubject.clear()
    this.#bySubject.set(uid, subject)
    return subject
  }
}

function nameOfOther({ key, others }: SubjectKey, kind: 'subject' | 'client', id: string): string {
  const what = `${kind} ${id}`
  const held = others.get(what)
  if (held !== undefined) return held
  if (others.size >= NAMES_HELD) others.clear()
  const name = nameBy(key, kind, id)
  others.set(what, name)
  return name
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
