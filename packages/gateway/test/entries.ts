import { expect } from 'vitest'
import type { IndexedEntry } from '../src/adapters/audit-fs/entries.js'

export interface Entry {
  readonly index: number
  readonly text: string
  readonly bytes: number
  readonly id: string
  /** Without `ai.ostiary.`. */
  readonly type: string
  /** The gateway's own members. */
  readonly own: Readonly<Record<string, unknown>>
  readonly data: Readonly<Record<string, unknown>>
}

export interface Exchange {
  readonly intent: Entry | undefined
  readonly outcome: Entry
}

export function entryOf({ index, entry }: IndexedEntry): Entry {
  const text = entry.toString('utf8')
  const event = JSON.parse(text) as { id: string; type: string; data: Record<string, unknown> }
  const own = event.data['unmapped'] as Record<string, unknown>
  return {
    index,
    text,
    bytes: entry.length,
    id: event.id,
    type: event.type.replace('ai.ostiary.', ''),
    own,
    data: event.data,
  }
}

/** Undefined as long as there is no outcome. Fails where there are two, or where the two entries do not belong together. */
export function exchangeOf(entries: readonly Entry[], requestId: string): Exchange | undefined {
  const [outcome, ...more] = entries.filter((one) => one.id === `${requestId}o`)
  if (outcome === undefined) return undefined
  const intents = entries.filter((one) => one.id === `${requestId}i`)
  expect(more).toEqual([])
  expect(intents.length).toBeLessThanOrEqual(1)
  const [intent] = intents
  expect(outcome.own['intent']).toBe(intent?.index)
  if (intent !== undefined) expect(intent.index).toBeLessThan(outcome.index)
  return { intent, outcome }
}

/** What holds of every log once all exchanges are over: each intent is closed by one outcome, and no exchange has two. */
export function expectWhole(entries: readonly Entry[]): void {
  const outcomes = entries.filter((one) => one.type === 'outcome')
  const closed = outcomes.map((one) => one.own['intent']).filter((one) => one !== undefined)
  expect(closed.toSorted(byNumber)).toEqual(entries.filter((one) => one.type === 'intent').map((one) => one.index))
  expect(new Set(outcomes.map((one) => one.id)).size).toBe(outcomes.length)
  expect(entries.map((one) => one.index)).toEqual(entries.map((_one, index) => index))
}

function byNumber(a: unknown, b: unknown): number {
  return Number(a) - Number(b)
}
