import { hash } from 'node:crypto'
import {
  type Obligations,
  type Outcome,
  proceed,
  type Refusal,
  refuse,
  type Step,
  type TableSource,
  type Verdict,
  withLabels,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { contextOf } from '../context.js'
import type { Life } from '../life.js'
import { type Ask, createAsk, mayRead, PURPOSE_NEEDED, purposeOf } from './asking.js'
import type { QueryCall, Tables } from './call.js'
import { actsOn, classificationRead, derivedOf } from './derived.js'
import { type Question, type ReadDesk, settled, TOO_MANY } from './desk.js'
import { undoable } from './obliged.js'
import type { Leave } from './places.js'
import { giveRows, type ReadyRows } from './rows.js'

/** A statement over tables: inspect, understand, decide, change, record, read, release. */
export async function query(desk: ReadDesk, entered: Entered, call: QueryCall, source: Tables): Promise<Outcome> {
  const life = desk.liveOn(entered.authenticated)
  if ('kind' in life) return await desk.refused(entered, call, undefined, life)
  const taking = desk.placeFor(entered, call.dataset, source, life)
  const leave = taking instanceof Promise ? await taking : taking
  try {
    if (leave === undefined) return await desk.refused(entered, call, life, TOO_MANY)
    const ready = await sealed(desk, entered, call, source.tables, life, leave)
    if (ready.kind === 'refuse') return await desk.refused(entered, call, life, ready)
    const giving = giveRows(desk, entered, call, source, life, ready.value)
    return ready.value.hold === undefined ? await giving : await settled(ready.value.hold, giving)
  } finally {
    leave?.()
    life.close()
  }
}

async function sealed(
  desk: ReadDesk,
  entered: Entered,
  call: QueryCall,
  tables: TableSource,
  life: Life,
  leave: Leave,
): Promise<Step<ReadyRows>> {
  const { authenticated } = entered
  const { dataset } = call
  const purpose = purposeOf(dataset, call.purpose)
  const named = purpose.kind === 'proceed' ? purpose.value : undefined
  // A number is bound as a text is: a card's may come as either.
  const said = call.query.parameters.flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' ? [String(value)] : [],
  )
  const inspecting = desk.inspect(entered, 'queryDataset', [call.query.sql, ...said], life)
  const question = inspecting instanceof Promise ? await inspecting : inspecting
  if (question.kind === 'refuse') return question
  const asking = (labels: readonly string[]): Ask => {
    const context = contextOf(authenticated.received, labels, question.value.types, named)
    return createAsk(desk.parts.ask, entered, dataset, context)
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
  const classification = classificationRead(dataset, reading)
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
  const { changes, labels } = derivedOf(dataset, reading, obligations.reading)
  const changed = prepared.value.change(changes)
  if (changed.kind === 'refuse') return changed
  const isTokenizing = obligations.tokenizes.output || changed.value.columns.some(({ act }) => act === 'tokenize')
  const vault = desk.vaultFor(authenticated, isTokenizing)
  if (vault.kind === 'refuse') return vault

  const brought = withLabels(labels, desk.broughtBy(question.value, obligations))
  const holding = desk.hold(authenticated, [decided.value])
  const held = holding instanceof Promise ? await holding : holding
  if (held.kind === 'refuse') return held
  if (held.value !== undefined)
    for (const [name, value] of Object.entries(held.value.headers)) authenticated.received.caller.carry(name, value)
  const digest = hash('sha256', call.body, 'hex')
  // One by one, here as in all that each read makes: an object that others are spread into costs many times as much.
  const facts = {
    action: 'queryDataset' as const,
    dataset: dataset.name,
    purpose: purpose.value,
    decided: [{ classification, verdict: decided.value }],
    findings: question.value.counts,
    carriedOut: actsOn(changed.value, changes.filters),
    digests: { received: digest, sent: digest },
  }
  // What waits for the log holds no connection, and no place: the read takes another.
  leave()
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
