import { hash } from 'node:crypto'
import { Counts } from '../../release/counts.js'
import {
  type ChangedQuery,
  joinedOf,
  NO_RETRY,
  type Obligations,
  type Outcome,
  proceed,
  type Refusal,
  refuse,
  type Step,
  subjectOf,
  type TableSource,
  type Verdict,
  withLabels,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { contextOf } from '../context.js'
import type { Life } from '../life.js'
import { type Ask, createAsk, labelsOfRead, mayRead, PURPOSE_NEEDED, purposeOf } from './asking.js'
import type { QueryCall, Tables } from './call.js'
import { changesOf, classificationsOf } from './changes.js'
import { type Question, type ReadDesk, settled } from './desk.js'
import { undoable } from './obliged.js'
import { giveRows, type ReadyRows } from './rows.js'

/** A statement over tables: inspect, understand, decide, change, record, read, release. */
export async function query(desk: ReadDesk, entered: Entered, call: QueryCall, source: Tables): Promise<Outcome> {
  const life = desk.liveOn(entered.authenticated)
  if ('kind' in life) return await desk.refused(entered, call, undefined, life)
  const { uid } = subjectOf(entered.authenticated.principal)
  const leave = await desk.places.take(`${call.dataset.name} ${uid}`, source.readsMax, source.stallMs, life.signal)
  try {
    if (leave === undefined) return await desk.refused(entered, call, life, TOO_MANY)
    const ready = await sealed(desk, entered, call, source.tables, life)
    if (ready.kind === 'refuse') return await desk.refused(entered, call, life, ready)
    return await settled(ready.value.hold, giveRows(desk, entered, call, source, life, ready.value))
  } finally {
    leave?.()
    life.close()
  }
}

const TOO_MANY = refuse('overloaded', 'as many reads of one identity as may be', {
  message: 'You have as many reads of this dataset under way as one may.',
  headers: NO_RETRY,
})

async function sealed(
  desk: ReadDesk,
  entered: Entered,
  call: QueryCall,
  tables: TableSource,
  life: Life,
): Promise<Step<ReadyRows>> {
  const { authenticated } = entered
  const { dataset } = call
  const purpose = purposeOf(dataset, call.purpose)
  const named = purpose.kind === 'proceed' ? purpose.value : undefined
  // A number is bound as a text is: a card's may come as either.
  const said = call.query.parameters.flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' ? [String(value)] : [],
  )
  const question = await desk.inspect(entered, 'queryDataset', [call.query.sql, ...said], life)
  if (question.kind === 'refuse') return question
  const asking = (labels: readonly string[]): Ask => {
    const context = contextOf(authenticated.received, labels)
    const more = { findings: question.value.types, purpose: named }
    return createAsk(desk.parts.ask, entered, dataset, { ...context, ...more })
  }
  // Only who may read something of it is told what is wrong.
  const explained = (wrong: Refusal): Refusal => {
    const may = mayRead(asking(life.heldLabels()), dataset)
    return may.kind === 'refuse' ? may : wrong
  }
  if (purpose.kind === 'refuse') return explained(purpose)
  const prepared = await tables.prepare(call.query, authenticated.principal)
  if (prepared.kind === 'refuse') return explained(prepared)
  const { reading } = prepared.value
  const classification = joinedOf(
    dataset.lattice,
    [...reading.tables, ...reading.touched].map((one) => one.classification),
  )
  const decided = decidedWith(desk, question.value, life, (labels) => asking(labels)(classification))
  if (decided.kind === 'refuse') {
    desk.gatherKnown(authenticated, question.value)
    return decided
  }
  const { obligations } = decided.value
  const cannot = undoable('queryDataset', obligations)
  if (cannot !== undefined) return cannot
  const untouched = unedited(desk, question.value, obligations)
  if (untouched !== undefined) return untouched
  if (obligations.reading.needsPurpose && purpose.value === undefined) return PURPOSE_NEEDED
  const changes = changesOf(reading, obligations.reading, dataset.lattice)
  const changed = prepared.value.change(changes)
  if (changed.kind === 'refuse') return changed
  const isTokenizing = obligations.tokenizes.output || changed.value.columns.some(({ act }) => act === 'tokenize')
  const vault = desk.vaultFor(authenticated, isTokenizing)
  if (vault.kind === 'refuse') return vault

  const brought = withLabels(
    labelsOfRead(dataset, classificationsOf(reading, changes)),
    desk.broughtBy(question.value, obligations),
  )
  const held = await desk.hold(authenticated, [decided.value])
  if (held.kind === 'refuse') return held
  for (const [name, value] of Object.entries(held.value?.headers ?? {}))
    authenticated.received.caller.carry(name, value)
  const digest = hash('sha256', call.body, 'hex')
  const facts = {
    ...{ action: 'queryDataset' as const, dataset: dataset.name, purpose: purpose.value },
    ...{ decided: [{ classification, verdict: decided.value }], findings: question.value.counts },
    ...{ carriedOut: actsOn(changed.value, changes.filters), digests: { received: digest, sent: digest } },
  }
  const recorded = await desk.record(entered, changed.value, facts, brought, life)
  if (recorded.kind === 'refuse') {
    held.value?.release()
    return recorded
  }
  return proceed({ recorded: recorded.value, verdict: decided.value, brought, vault: vault.value, hold: held.value })
}

/** Decides; and where findings that are left in the statement bring labels, once more with those. */
function decidedWith(
  desk: ReadDesk,
  question: Question,
  life: Life,
  ask: (labels: readonly string[]) => Step<Verdict>,
): Step<Verdict> {
  for (let at = life.heldLabels(); ; ) {
    const decided = ask(at)
    if (decided.kind === 'refuse') return decided
    const labels = withLabels(at, desk.broughtBy(question, decided.value.obligations))
    // Labels only rise, and there are so many: it ends.
    if (labels === at) return decided
    at = labels
  }
}

/** A statement is done as it is or not at all: another than was asked for would answer another question. */
function unedited(desk: ReadDesk, { found, parts }: Question, { input }: Obligations): Refusal | undefined {
  const edited = desk.parts.editTexts(parts, found, input, undefined)
  if (edited.kind === 'refuse') return refuse(edited.code, edited.forLog)
  if (edited.value.edits.length === 0) return undefined
  return refuse('obligation_failed', 'a statement cannot be edited', {
    message: 'Policy wants something in this statement changed, and a statement is done as it is or not at all.',
  })
}

/** What is done to what is read, by `column:ACT` and `rows:FILTER`. */
function actsOn({ columns }: ChangedQuery, filters: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Counts()
  for (const { act } of columns) if (act !== undefined) counts.did(`column:${act}`, 1)
  for (const filter of filters) counts.did(`rows:${filter}`, 1)
  return counts.carriedOut
}
