import type { RecordedTransfer, TransferDecided } from '../../exchange.js'
import type { Kept } from '../../files/shelf.js'
import type { HeldAnswer } from '../../release/transfer-answer.js'
import {
  type ActsByType,
  joinObligations,
  type KeptPage,
  type Obligation,
  proceed,
  type Refusal,
  refuse,
  type Step,
} from '../../spec/index.js'
import type { AskParts } from '../ask.js'
import type { Entered } from '../call.js'
import type { Life } from '../life.js'
import { type Again, decideAgain } from './again.js'
import { at, type Desk, type TransferCall } from './desk.js'

/** Of one list: then the rest is asked for again, behind what was given. */
const PAGES_MAX = 20
const PAGE = 20
const PAGE_MAX = 100

/** What is kept for the caller under the id of the path. */
export async function ownOf(
  desk: Desk,
  { authenticated }: Entered,
  { id, provider, route }: TransferCall,
): Promise<Step<Kept>> {
  const row = id === undefined ? undefined : await desk.parts.shelf.own(provider, id, authenticated.principal)
  if (row === undefined || row.kind !== route.kept) return refuse('file_not_found', "unknown, or another caller's")
  return proceed(row)
}

export function again(
  parts: AskParts,
  desk: Desk,
  { authenticated }: Entered,
  { models }: TransferCall,
  { situations }: Kept,
): Step<Again> {
  return decideAgain(situations, { more: [], use: false }, authenticated, {
    ...parts,
    models,
    nowMs: desk.parts.clock.now(),
  })
}

/** Writes down whose the files are that a job has made. */
export async function keepMade(
  desk: Desk,
  { authenticated }: Entered,
  { provider, transfers }: TransferCall,
  made: readonly string[],
  { endpoint, situations }: Kept,
): Promise<Refusal | undefined> {
  for (const id of made) {
    if (!transfers.id.test(id)) return refuse('upstream_failed', 'the provider names a file by what is no id')
    const kept: Kept = { kind: 'file', purpose: undefined, endpoint, situations }
    if (!(await desk.parts.shelf.put(provider, id, authenticated.principal, kept)))
      return refuse('upstream_failed', "the provider names a file of somebody else's")
  }
  return undefined
}

export interface Page {
  readonly held: HeldAnswer
  readonly body: Buffer
  readonly acts: ActsByType
}

export interface Mine {
  readonly recorded: RecordedTransfer
  readonly again: (kept: Kept) => Step<Again>
}

/**
 * A page of what is the caller's own, out of the provider's of everybody's. Where it is found is nobody's business: only the caller's
 * own ids are told, and only those are good to go on from.
 */
export async function pageOf(
  desk: Desk,
  entered: Entered,
  call: TransferCall,
  life: Life,
  mine: Mine,
): Promise<Page | Refusal> {
  const { transfers, route, query } = call
  const limit = Math.min(Number(query.get('limit') ?? PAGE), PAGE_MAX)
  const items: KeptPage['items'][number][] = []
  const obligations: Obligation[] = []
  let after = query.get(transfers.after)
  let hasMore = true
  for (let pages = 0; ; pages += 1) {
    const asked = new Map([...query, ['limit', String(PAGE_MAX)] as const])
    if (after !== undefined) asked.set(transfers.after, after)
    const held = await desk.ask(mine.recorded, at(route, undefined, asked), entered.bracket, life)
    if ('kind' in held) return held
    const page = held.status === 200 ? transfers.pageIn(held.body) : undefined
    if (page === undefined) {
      // An error of the provider is judged as the answer that it is; anything else is none.
      if (held.status >= 400) return { held, body: held.body, acts: joinObligations(obligations).output }
      return refuse('upstream_failed', 'the provider gave no list')
    }
    for (const item of page.items) {
      if (items.length === limit) return written(held, true)
      const kept = await desk.parts.shelf.own(call.provider, item.id, entered.authenticated.principal)
      if (kept === undefined || kept.kind !== route.kept) continue
      const now = mine.again(kept)
      // What the caller may not have any more is not told of.
      if (now.kind === 'refuse') continue
      const foreign = await keepMade(desk, entered, call, item.made, kept)
      if (foreign !== undefined) return foreign
      for (const { verdict } of now.value.decided) obligations.push(...permittedBy(verdict))
      items.push(item)
    }
    after = page.items.at(-1)?.id
    hasMore = page.hasMore && after !== undefined
    if (!hasMore || pages === PAGES_MAX || items.length === limit) return written(held, hasMore && items.length > 0)
  }

  function written(held: HeldAnswer, more: boolean): Page {
    return { held, body: transfers.writePage(items, more), acts: joinObligations(obligations).output }
  }
}

function permittedBy({ decision }: TransferDecided['verdict']): readonly Obligation[] {
  return decision.kind === 'permit' ? decision.obligations : []
}
