import type { RecordedRead } from '../../exchange.js'
import { Counts } from '../../release/counts.js'
import { outcomeOf } from '../../release/transfer-answer.js'
import {
  type ChangedQuery,
  errorName,
  type Hold,
  NO_RETRY,
  type Outcome,
  proceed,
  type Refusal,
  type ResultPage,
  refuse,
  type Step,
  type VaultSession,
  type Verdict,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { type Life, overBy } from '../life.js'
import { resourceOf } from './asking.js'
import type { QueryCall, Shown, ShownColumn, ShownRows, Tables } from './call.js'
import { type ReadDesk, TOO_MANY } from './desk.js'
import { type KeptColumn, remembered, rowsToRemember } from './remembered.js'
import { takenIn } from './taken.js'
import { judgedTexts, keptIn, type TextWork, tokenized } from './texts.js'

/** What may be read, and on what terms. */
export interface ReadyRows {
  readonly recorded: RecordedRead<ChangedQuery>
  readonly verdict: Verdict
  /** Labels that it brings. */
  readonly brought: readonly string[]
  /** Where tokenized values go; undefined: nothing is to be tokenized. */
  readonly vault: VaultSession | undefined
  /** What policies let callers spend, set aside; undefined: nothing is counted. */
  readonly hold: Hold | undefined
}

/** Reads, page by page, for as long as it lives. */
export async function giveRows(
  desk: ReadDesk,
  entered: Entered,
  { dataset, sink }: QueryCall,
  source: Tables,
  life: Life,
  { brought, recorded, vault, verdict }: ReadyRows,
): Promise<Outcome> {
  const { content, facts } = recorded.sealed
  const { receipt } = recorded
  const { obligations } = verdict
  const [about] = facts.decided
  const resource = resourceOf(dataset, about?.classification ?? dataset.classification)
  const reading = { terms: obligations.reading, own: brought }
  life.livesOn([{ action: 'queryDataset', resource, routedFrom: undefined, verdict, reading }], obligations.output)
  const counts = new Counts()
  const work: TextWork = { acts: life.labels.withFlags(obligations.output), vault, counts, life }
  let rows = 0
  let isBegun = false
  const over = (how: Outcome['how'], refusal: Refusal | undefined, status: number): Outcome => ({
    ...outcomeOf(how, refusal, status, 0, counts),
    rows,
  })
  const ended = (refusal: Refusal): Outcome => {
    if (life.left) return over('left', undefined, isBegun ? 200 : 0)
    const why = desk.parts.ask.challenged(life.ended ?? refusal, entered.authenticated)
    return over('refused', why, sink.refuse(why, receipt))
  }
  const isOver = (): boolean => life.ended !== undefined || life.left

  const taking = desk.placeFor(entered, dataset, source, life)
  const leave = taking instanceof Promise ? await taking : taking
  try {
    if (isOver()) return ended(overBy(life))
    if (leave === undefined) return ended(TOO_MANY)
    for await (const page of content.read(life)) {
      if (page.kind === 'refuse') return ended(page)
      const showing = shownOf(desk, content, page.value, work)
      const shown = showing instanceof Promise ? await showing : showing
      if (shown.kind === 'refuse') return ended(shown)
      const { value: given } = shown
      const kept = rowsToRemember(dataset.lattice, keptColumns(content), () =>
        'pieces' in given ? page.value.rows : given,
      )
      const unremembered = kept.length === 0 ? undefined : await remembered(desk.parts.gathering.known, kept)
      if (unremembered !== undefined) return ended(unremembered)
      const gathering = life.labels.gather(counts, work.acts)
      const unwritten = gathering === undefined ? undefined : await gathering
      if (unwritten !== undefined) return ended(unwritten)
      if (isOver()) return ended(overBy(life))
      if (!isBegun) sink.begin({ columns: columnsOf(content), receipt, isChanged: isChanged(recorded, counts) })
      isBegun = true
      rows += 'pieces' in given ? given.count : given.length
      const taken = sink.rows(given)
      if (taken !== undefined && !(await takenIn(source.stallMs, taken, life)))
        return ended(refuse('request_timeout', 'the caller takes no more of its result', { message: NOT_TAKEN }))
      if (isOver()) return ended(overBy(life))
      if (!page.value.ended) continue
      sink.end(page.value.isTruncated)
      return over('done', undefined, 200)
    }
  } catch (error) {
    // Whatever was sent by now lacks the end's mark, and is told why.
    return ended(refuse('inspection_failed', `threw ${errorName(error)}`, { headers: NO_RETRY }))
  } finally {
    leave?.()
  }
  return ended(overBy(life))
}

const keptBy = new WeakMap<ChangedQuery['columns'], readonly KeptColumn[]>()

/** What stands there in its place is nobody's value. */
function keptColumns({ columns }: ChangedQuery): readonly KeptColumn[] {
  const held = keptBy.get(columns)
  if (held !== undefined) return held
  const kept = columns.map(({ act, classification }) => (act === undefined ? classification : undefined))
  keptBy.set(columns, kept)
  return kept
}

const shownColumns = new WeakMap<ChangedQuery['columns'], readonly ShownColumn[]>()

/** One list for one statement and what is changed about it, so that a door writes it once. */
function columnsOf({ columns }: ChangedQuery): readonly ShownColumn[] {
  const held = shownColumns.get(columns)
  if (held !== undefined) return held
  const shown = columns.map(
    ({ act, cells, classification, name, type }): ShownColumn => ({
      ...{ name, type, classification, isChanged: act !== undefined },
      // A placeholder is a text, whatever it stands for.
      cells: act === 'tokenize' ? 'text' : cells,
    }),
  )
  shownColumns.set(columns, shown)
  return shown
}

const NOT_TAKEN = 'The result was not taken in time.'

function isChanged({ sealed: { facts } }: RecordedRead<ChangedQuery>, { carriedOut }: Counts): boolean {
  for (const act in facts.carriedOut) if (!act.startsWith('flag:')) return true
  for (const act in carriedOut) if (!act.startsWith('flag:')) return true
  return false
}

/** Rows of a page as their reader may see them. */
function shownOf(
  desk: ReadDesk,
  { columns }: ChangedQuery,
  page: ResultPage,
  work: TextWork,
): Step<ShownRows> | Promise<Step<ShownRows>> {
  // Nothing is looked for in texts, and nothing is to be replaced.
  const isAsItIs = work.acts.size === 0 && work.vault === undefined
  return isAsItIs ? proceed(page.packed ?? page.rows) : workedOn(desk, columns, page, work)
}

async function workedOn(
  desk: ReadDesk,
  columns: ChangedQuery['columns'],
  page: ResultPage,
  work: TextWork,
): Promise<Step<ShownRows>> {
  const replaced = columns.map(({ act }) => act === 'tokenize')
  const judged = columns.map(
    ({ act, cells }) => work.acts.size > 0 && act !== 'tokenize' && (cells === 'text' || cells === 'json'),
  )
  if (!replaced.includes(true) && !judged.includes(true)) return proceed(page.packed ?? page.rows)
  const out = page.rows.map((row) => [...row])
  const { vault } = work
  const values = placesIn(out, replaced)
  if (vault !== undefined && values.length > 0) {
    const placeholders = await tokenized(
      vault,
      values.map(({ text }) => text),
    )
    if (placeholders.kind === 'refuse') return placeholders
    put(out, values, placeholders.value)
  }
  const texts = placesIn(out, judged).map((place) => ({ ...place, isJson: columns[place.column]?.cells === 'json' }))
  const edited = await judgedTexts(desk, texts, work)
  if (edited.kind === 'refuse') return edited
  put(
    out,
    texts,
    texts.map(({ isJson, text }, index) => {
      const now = edited.value[index] ?? text
      return isJson && now !== text && !isJsonText(now) ? JSON.stringify(now) : now
    }),
  )
  return (await keptIn(vault)) ?? proceed(out)
}

/** Words in the place of a number, outside of quotes, make a text of what was JSON. */
function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

interface Place {
  readonly row: number
  readonly column: number
  readonly text: string
}

function placesIn(rows: readonly (readonly Shown[])[], wanted: readonly boolean[]): readonly Place[] {
  return rows.flatMap((cells, row) =>
    cells.flatMap((text, column) => (text !== null && wanted[column] === true ? [{ row, column, text }] : [])),
  )
}

function put(rows: readonly Shown[][], places: readonly Place[], texts: readonly string[]): void {
  for (const [index, { column, row }] of places.entries()) {
    const text = texts[index]
    const cells = rows[row]
    if (text !== undefined && cells !== undefined) cells[column] = text
  }
}
