import { type Cell, type PackedRows, type Refusal, type ResultPage, refuse, type Step } from '../../spec/index.js'
import type { Caller } from './caller.js'
import { createPatience } from './patience.js'
import { isOfSchema, refusalOf } from './refusals.js'
import type { Server } from './server/server.js'
import { asRole } from './understand.js'
import type { Plan } from './understood.js'
import { ROW_GAP, rowsIn } from './wire/cells.js'
import { TypesChanged } from './wire/errors.js'
import type { Bound } from './wire/messages.js'
import type { RowsPage } from './wire/pages.js'
import type { Lease, Pool } from './wire/pool.js'
import { readRows } from './wire/rows.js'

export interface ReadParts {
  readonly dataset: string
  readonly server: Server
  readonly bytesMax: number
  /** All in all, of waiting for the reader. */
  readonly patienceMs: number
}

export interface ReadAsked {
  readonly plan: Plan
  readonly caller: Caller
  readonly values: readonly Bound[]
  readonly rowsMax: number
  readonly epoch: number
}

/** What did not fit a page when it last ran. */
const long = new WeakSet<Plan>()

/** Runs a plan and gives its rows as they are asked for. Whoever stops asking, or `ended`, ends the statement. */
export async function* readPlan(
  { dataset, server, bytesMax, patienceMs }: ReadParts,
  { plan, caller, values, rowsMax, epoch }: ReadAsked,
  ended: AbortSignal,
): AsyncGenerator<Step<ResultPage>, void, undefined> {
  const over = (): Refusal => refuse('forbidden_by_policy', `dataset \`${dataset}\`: nobody may see more`)
  const slow = (): Refusal =>
    refuse('upstream_timeout', `dataset \`${dataset}\`: the reader is too slow`, {
      message: 'The result was not taken in time.',
    })
  if (ended.aborted) {
    yield over()
    return
  }
  let leave: (() => void) | undefined
  let isSlow = false
  const patience = createPatience(patienceMs, () => {
    isSlow = true
    leave?.()
  })
  try {
    const lease = await taken(server.pool, ended)
    if (lease === undefined) {
      yield over()
      return
    }
    const { rewritten, types } = plan
    const key = `${epoch} ${caller.role} ${rewritten.text}`
    const asked = {
      ...{ asRole: asRole(caller), key, sql: rewritten.text, values, types, rowsMax, bytesMax },
      ...{ isShort: !long.has(plan), onLong: () => void long.add(plan) },
    }
    const rows = readRows(lease.session, asked, lease.free)
    leave = () => rows.leave()
    ended.addEventListener('abort', leave)
    for (;;) {
      const page = await rows.next()
      if (ended.aborted) {
        yield over()
        return
      }
      patience.begin()
      yield { kind: 'proceed', value: new Page(page, plan) }
      patience.end()
      if (page.ended) return
    }
  } catch (thrown) {
    yield ended.aborted ? over() : isSlow ? slow() : refusalOfRead(thrown)
  } finally {
    patience.end()
    leave?.()
    if (leave !== undefined) ended.removeEventListener('abort', leave)
  }

  function refusalOfRead(thrown: unknown): Refusal {
    // It was understood: the database has changed since.
    const changed = isOfSchema(thrown)
    if (changed) server.refresh().catch(() => {})
    return refusalOf(changed ? new TypesChanged() : thrown, dataset, (position) =>
      plan.rewritten.positionInOriginal(position),
    )
  }
}

/** Rows that stand where they came in, and are cut into texts where somebody asks for those. */
class Page implements ResultPage {
  readonly packed: PackedRows
  readonly ended: boolean
  readonly isTruncated: boolean
  readonly #plan: Plan
  #rows: readonly (readonly Cell[])[] | undefined

  constructor({ count, ended, isTruncated, pieces }: RowsPage, plan: Plan) {
    this.packed = { count, pieces, gap: ROW_GAP, places: plan.places }
    this.ended = ended
    this.isTruncated = isTruncated
    this.#plan = plan
  }

  get rows(): readonly (readonly Cell[])[] {
    this.#rows ??= this.#plan.finish(rowsIn(this.packed.pieces))
    return this.#rows
  }
}

/** A connection; undefined once nobody wants it any more. */
function taken(pool: Pool, ended: AbortSignal): Promise<Lease | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    ended.addEventListener('abort', stop)
    pool
      .take()
      .then((lease) => {
        if (ended.aborted) lease.free()
        else resolve(lease)
      }, reject)
      .finally(() => ended.removeEventListener('abort', stop))
  })
}
