import {
  type Cell,
  type Ending,
  type PackedRows,
  type Refusal,
  type ResultPage,
  refuse,
  type Step,
} from '../../spec/index.js'
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
  ended: Ending,
): AsyncGenerator<Step<ResultPage>, void, undefined> {
  if (ended.aborted) {
    yield over(dataset)
    return
  }
  let leave: (() => void) | undefined
  let isSlow = false
  const patience = createPatience(patienceMs, () => {
    isSlow = true
    leave?.()
  })
  try {
    const lease = server.pool.takeFree() ?? (await taken(server.pool, ended))
    if (lease === undefined) {
      yield over(dataset)
      return
    }
    const rows = readRows(
      lease.session,
      {
        asRole: asRole(caller),
        key: keyOf(plan, caller, epoch),
        sql: plan.rewritten.text,
        values,
        types: plan.types,
        rowsMax,
        bytesMax,
        isShort: !long.has(plan),
        onLong: () => void long.add(plan),
      },
      lease.free,
    )
    leave = () => rows.leave()
    ended.addEventListener('abort', leave)
    for (;;) {
      const page = await rows.next()
      if (ended.aborted) {
        yield over(dataset)
        return
      }
      // Behind the last one no connection waits.
      if (!page.ended) patience.begin()
      yield { kind: 'proceed', value: new Page(page, plan) }
      if (page.ended) return
      patience.end()
    }
  } catch (thrown) {
    yield ended.aborted ? over(dataset) : isSlow ? slow(dataset) : refusalOfRead(thrown)
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

function over(dataset: string): Refusal {
  return refuse('forbidden_by_policy', `dataset \`${dataset}\`: nobody may see more`)
}

function slow(dataset: string): Refusal {
  return refuse('upstream_timeout', `dataset \`${dataset}\`: the reader is too slow`, {
    message: 'The result was not taken in time.',
  })
}

function keyOf({ keys, rewritten }: Plan, { role }: Caller, epoch: number): string {
  const held = keys.get(role)
  if (held !== undefined) return held
  const key = `${epoch} ${role} ${rewritten.text}`
  keys.set(role, key)
  return key
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
function taken(pool: Pool, ended: Ending): Promise<Lease | undefined> {
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
