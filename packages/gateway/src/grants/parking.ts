import { hash } from 'node:crypto'
import {
  type Clock,
  type Principal,
  type Refusal,
  type Revocations,
  rowsOf,
  type Store,
  subjectOf,
  type Verdict,
} from '../spec/index.js'

export interface ParkingParts {
  readonly store: Store
  readonly clock: Clock
  readonly revocations: Revocations
}

/** A request that waits for somebody's approval. */
export interface Parked {
  readonly principal: Principal
  readonly action: string
  readonly resource: string
  /** Of the request as received. */
  readonly body: Buffer
  /** Ids of the policies whose challenge it is. */
  readonly policies: readonly string[]
  readonly policyDigest: string
  /** Who may approve. */
  readonly groups: readonly string[]
}

export interface Parking {
  /**
   * Gives the id of the parked request; the same request of the same principal has the same. Durable once it is fulfilled. Rejects
   * where it cannot be kept, and where too many requests of the principal wait already.
   */
  park(parked: Parked): Promise<string>
  /** Something was revoked: what waits on it waits no longer. */
  dropRevoked(): Promise<void>
}

/** What a request asked for, as its bracket knows it. */
export interface Asking {
  readonly principal: Principal
  readonly asked:
    | { readonly action: string; readonly resource: string; readonly verdict: Verdict | undefined }
    | undefined
  readonly body: Buffer
}

/**
 * A refusal for want of an approval, with the id under which the request waits; any other as it is. A request that cannot wait
 * is refused all the same.
 */
export async function waiting(
  park: Parking['park'],
  { principal, asked, body }: Asking,
  refusal: Refusal,
): Promise<Refusal> {
  const decision = asked?.verdict?.decision
  if (refusal.code !== 'approval_required' || decision?.kind !== 'challenge') return refusal
  const groups = decision.asks.flatMap((one) => (one.kind === 'approval' ? [one.group] : []))
  try {
    const id = await park({
      principal,
      action: asked?.action ?? '',
      resource: asked?.resource ?? '',
      body,
      policies: decision.determining,
      policyDigest: asked?.verdict?.policyDigest ?? '',
      groups,
    })
    return { ...refusal, forLog: `${refusal.forLog}, parked as ${id}`, headers: { 'ostiary-approval': id } }
  } catch (error) {
    return { ...refusal, forLog: `${refusal.forLog}, not parked: ${error instanceof Error ? error.name : 'threw'}` }
  }
}

const SPACE = 'parked'
const KEPT_MS = 15 * 60_000
/** Of one principal at a time, in one process: a caller that makes up requests must not fill the store. */
const WAITING_MAX = 100

/** What a row holds: enough to judge an approval by, and nothing of what was asked. */
interface Row extends Pick<Principal, 'issuedAt' | 'verifiedAtMs' | 'revocableBy'> {
  readonly actor: string
  readonly subject: string
  readonly action: string
  readonly resource: string
  readonly bodyDigest: string
  readonly policies: readonly string[]
  readonly policyDigest: string
  readonly groups: readonly string[]
  readonly parkedAtMs: number
}

/** Where requests wait for an approval. What is approved is bound to the very bytes, the policies and the principal. */
export function createParking({ store, clock, revocations }: ParkingParts): Parking {
  const places = new Places()
  return {
    async park({ principal, body, policies, ...asked }) {
      const { issuedAt, verifiedAtMs, revocableBy } = principal
      const row: Row = {
        ...asked,
        policies,
        issuedAt,
        verifiedAtMs,
        revocableBy,
        actor: principal.actor.uid,
        subject: subjectOf(principal).uid,
        bodyDigest: hash('sha256', body, 'hex'),
        parkedAtMs: clock.now(),
      }
      const id = idOf(row)
      const untilMs = row.parkedAtMs + KEPT_MS
      places.take(`${row.actor} ${row.subject}`, id, untilMs, row.parkedAtMs)
      await store.put(SPACE, id, JSON.stringify(row), { expiresAtMs: untilMs, onlyNew: true })
      return id
    },
    async dropRevoked() {
      for (const { key, value } of await rowsOf(store, SPACE)) {
        if (revocations.state(JSON.parse(value) as Row) === 'revoked') await store.put(SPACE, key, undefined)
      }
    },
  }
}

class TooManyWaiting extends Error {
  override readonly name: string = 'TooManyWaiting'
}

/** How many requests of each principal wait, as far as this process parked them. */
class Places {
  /** By principal: until when each id waits, milliseconds since the epoch. */
  readonly #taken = new Map<string, Map<string, number>>()
  #sweptMs = Number.NEGATIVE_INFINITY

  /** Throws `TooManyWaiting`. An id that waits already takes no other place. */
  take(who: string, id: string, untilMs: number, nowMs: number): void {
    if (nowMs - this.#sweptMs >= SWEEP_MS) this.#sweep(nowMs)
    const own = this.#taken.get(who) ?? new Map<string, number>()
    if ((own.get(id) ?? nowMs) > nowMs) return
    if (own.size >= WAITING_MAX) forget(own, nowMs)
    if (own.size >= WAITING_MAX) throw new TooManyWaiting()
    own.set(id, untilMs)
    this.#taken.set(who, own)
  }

  /** Who asks for nothing any more takes no memory either. */
  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs
    for (const [who, own] of this.#taken) {
      forget(own, nowMs)
      if (own.size === 0) this.#taken.delete(who)
    }
  }
}

const SWEEP_MS = 60_000

function forget(own: Map<string, number>, nowMs: number): void {
  for (const [id, untilMs] of own) if (untilMs <= nowMs) own.delete(id)
}

/** Whoever asks the same again and again asks nobody to approve it again and again. */
function idOf({ actor, subject, action, resource, bodyDigest, policies, policyDigest }: Row): string {
  const what = JSON.stringify([actor, subject, action, resource, bodyDigest, policies, policyDigest])
  return hash('sha256', what, 'base64url').slice(0, 22)
}
