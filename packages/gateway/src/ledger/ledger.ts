import {
  type Clock,
  type Ledger,
  type Principal,
  proceed,
  refuse,
  type Step,
  type Store,
  subjectOf,
} from '../spec/index.js'
import { Holder, SPACE } from './holder.js'
import type { Sessions } from './sessions.js'

export interface LedgerRules {
  /** How long a label counts after it was last gathered. */
  readonly ttlMs: number
  /** `session`: labels stay with the session that gathered them. */
  readonly scope: 'principal' | 'session'
  /** The outermost actor has labels of its own too: what it gathered for others. */
  readonly actors: boolean
}

export interface LedgerParts {
  readonly store: Store
  readonly clock: Clock
  /** Of the configuration in force. */
  readonly rules: () => LedgerRules
  readonly sessions: Sessions
  /** Somebody has a label that it had not: what lives on permits is to be decided again. */
  readonly onRisen: () => void
  /** The store went away, with a reason, or is back. */
  readonly onIll: (why: string | undefined) => void
}

export interface OpenLedger extends Ledger {
  /** Takes labels away from an identity, `<iss>#<sub>`, in all of its sessions. Effective once it is fulfilled. */
  lower(uid: string, labels: readonly string[]): Promise<void>
  /** Labels of an identity, sorted. */
  of(uid: string): readonly string[]
  /** Forgets whose labels have aged out; done each minute. */
  sweep(): void
  readonly size: number
  close(): void
}

const SWEEP_MS = 60_000

/** All labels of all identities, in memory: asked at every exchange. Follows the store, so that what others gather counts too. */
export async function openLedger(parts: LedgerParts): Promise<OpenLedger> {
  const { clock, rules, store } = parts
  const holders = new Map<string, Holder>()

  function holder(name: string): Holder {
    const held = holders.get(name)
    if (held !== undefined) return held
    const made = new Holder({ store, clock, onRisen: parts.onRisen }, name)
    holders.set(name, made)
    return made
  }

  function ownName(principal: Principal, session: string | undefined): string {
    const { uid } = subjectOf(principal)
    return rules().scope === 'session' && session !== undefined ? sessionName(uid, session) : subjectName(uid)
  }

  function namesOf(principal: Principal, session: string | undefined): readonly string[] {
    const { actors } = rules()
    const own = ownName(principal, session)
    // Of an actor for itself its labels are the subject's own.
    return actors && principal.onBehalfOf !== undefined ? [own, actorName(principal.actor.uid)] : [own]
  }

  /** Of an identity: its own, those of its sessions, and what it gathered for others. */
  function allOf(uid: string): readonly Holder[] {
    const names = new Set([subjectName(uid), actorName(uid)])
    return [...holders].filter(([name]) => names.has(name) || isSessionOf(name, uid)).map(([, one]) => one)
  }

  function sweep(): void {
    const nowMs = clock.now()
    for (const [name, one] of holders) if (one.isIdle(nowMs)) holders.delete(name)
  }

  const end = await store.follow(
    SPACE,
    (rows) => {
      for (const { key, value } of rows) {
        if (value !== undefined) holder(key).see(value)
        else holders.get(key)?.see(undefined)
      }
    },
    parts.onIll,
  )
  const sweeping = setInterval(sweep, SWEEP_MS).unref()

  return {
    sessionOf(principal, named) {
      // An empty header is none.
      if (!named || rules().scope === 'principal') return NO_SESSION
      return parts.sessions.isOf(principal, named) ? proceed(named) : FOREIGN
    },
    labelsOf(principal, session) {
      if (holders.size === 0) return NONE
      const nowMs = clock.now()
      const lists = namesOf(principal, session).map((name) => holders.get(name)?.list(nowMs) ?? NONE)
      const some = lists.filter((list) => list.length > 0)
      return some.length < 2 ? (some[0] ?? NONE) : [...new Set(some.flat())].sort()
    },
    readerLabelsOf(principal, session) {
      return holders.get(ownName(principal, session))?.list(clock.now()) ?? NONE
    },
    gather(principal, session, labels) {
      if (labels.length === 0) return undefined
      const { ttlMs } = rules()
      const writing: Promise<void>[] = []
      for (const name of namesOf(principal, session)) {
        const written = holder(name).gather(labels, ttlMs)
        if (written !== undefined) writing.push(written)
      }
      return writing.length === 0 ? undefined : Promise.all(writing).then(() => undefined)
    },
    async lower(uid, labels) {
      await Promise.all(allOf(uid).map((one) => one.lower(labels)))
    },
    of(uid) {
      const nowMs = clock.now()
      return [...new Set(allOf(uid).flatMap((one) => one.list(nowMs)))].sort()
    },
    sweep,
    get size() {
      return holders.size
    },
    close() {
      clearInterval(sweeping)
      end()
    },
  }
}

const NONE: readonly string[] = []
const NO_SESSION: Step<undefined> = proceed(undefined)
const FOREIGN = refuse('invalid_request', 'a session that was not minted for this principal', {
  message: 'The session was not made here for this caller: POST /v1/sessions makes one.',
  param: 'ostiary-session',
})

function subjectName(uid: string): string {
  return `subject ${uid}`
}

function actorName(uid: string): string {
  return `actor ${uid}`
}

function sessionName(uid: string, session: string): string {
  return `session ${session} ${uid}`
}

/** Ids of sessions have no blanks. */
function isSessionOf(name: string, uid: string): boolean {
  return name.startsWith('session ') && name.slice(name.indexOf(' ', 'session '.length) + 1) === uid
}
