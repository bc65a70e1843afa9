import type { Clock, Store } from '../spec/index.js'
import { joined, type Labels, liveOf, NO_LABELS, readRow, rowText, untilOf } from './row.js'

export const SPACE = 'labels'

export interface HolderParts {
  readonly store: Store
  readonly clock: Clock
  /** Something holds that did not. */
  readonly onRisen: () => void
}

const TRIES = 100

/** Whoever has labels: one row, which each process writes over just what it has read. */
export class Holder {
  readonly #parts: HolderParts
  readonly #name: string
  /** As the row was last seen, here or at another process. */
  #stored: Labels = NO_LABELS
  #text: string | undefined
  /** What holds here and is not durable yet. */
  #pending: Labels = NO_LABELS
  #writing: Promise<void> | undefined
  #list: readonly string[] = NONE
  /** Until then the list is as it is. */
  #listUntilMs = Number.POSITIVE_INFINITY

  constructor(parts: HolderParts, name: string) {
    this.#parts = parts
    this.#name = name
  }

  /** Sorted. */
  list(nowMs: number): readonly string[] {
    if (nowMs >= this.#listUntilMs) this.#relist(nowMs)
    return this.#list
  }

  /** The row is this one now, whoever wrote it. */
  see(text: string | undefined): void {
    const labels = readRow(text)
    // Not written by anything that we know: what held goes on, and nothing is written over it.
    if (labels === undefined) return
    this.#text = text
    this.#stored = labels
    this.#relist(this.#parts.clock.now())
  }

  /** @returns undefined where all of them hold for long enough */
  gather(labels: readonly string[], ttlMs: number): Promise<void> | undefined {
    const nowMs = this.#parts.clock.now()
    const soonMs = nowMs + ttlMs / 2
    const isDue = (label: string, held: Labels): boolean => (held.get(label) ?? 0) < soonMs
    const due = labels.filter((label) => isDue(label, this.#stored))
    if (due.length === 0) return undefined
    const fresh = due.filter((label) => isDue(label, this.#pending))
    if (fresh.length > 0) {
      this.#pending = joined(this.#pending, new Map(fresh.map((label) => [label, nowMs + ttlMs])))
      this.#relist(nowMs)
    }
    // Under way already, or the store did not take them the last time.
    return this.#written()
  }

  /** Takes labels away. Effective once it is durable. */
  async lower(labels: readonly string[]): Promise<void> {
    await this.#writing
    await this.#put((now) => without(now, labels))
    this.#pending = without(this.#pending, labels)
    this.#relist(this.#parts.clock.now())
  }

  /** Nothing would be lost with it. */
  isIdle(nowMs: number): boolean {
    return this.#writing === undefined && this.list(nowMs).length === 0
  }

  #written(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  async #write(): Promise<void> {
    // What is gathered meanwhile goes with it.
    while (this.#pending.size > 0) {
      const pending = this.#pending
      await this.#put((now) => joined(now, pending))
      this.#pending = new Map([...this.#pending].filter(([label, until]) => pending.get(label) !== until))
    }
  }

  async #put(change: (now: Labels) => Labels): Promise<void> {
    const { clock, store } = this.#parts
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = this.#text
      const next = change(liveOf(this.#stored, clock.now()))
      const text = next.size === 0 ? undefined : rowText(next)
      if (text === before) return
      const only = before === undefined ? { onlyNew: true } : { onlyIf: before }
      const done = await store.put(
        SPACE,
        this.#name,
        text,
        text === undefined ? only : { ...only, expiresAtMs: untilOf(next) },
      )
      // Another may have written since, and been told of first: then the row is that one's.
      if (done && this.#text === before) this.see(text)
      if (done) return
      await this.#read()
    }
    throw new Error('others always write first')
  }

  async #read(): Promise<void> {
    const text = await this.#parts.store.get(SPACE, this.#name)
    if (readRow(text) === undefined) throw new Error('a row of the ledger cannot be read')
    this.see(text)
  }

  #relist(nowMs: number): void {
    const live = liveOf(joined(this.#stored, this.#pending), nowMs)
    const before = this.#list
    this.#list = live.size === 0 ? NONE : [...live.keys()].sort()
    this.#listUntilMs = Math.min(Number.POSITIVE_INFINITY, ...live.values())
    if (this.#list.some((label) => !before.includes(label))) this.#parts.onRisen()
  }
}

const NONE: readonly string[] = []

function without(labels: Labels, those: readonly string[]): Labels {
  return new Map([...labels].filter(([label]) => !those.includes(label)))
}
