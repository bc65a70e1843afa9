import { hash } from 'node:crypto'
import type { ReadDecided } from '../../exchange.js'
import {
  type Classification,
  type Dataset,
  type DocumentQuery,
  joinObligations,
  type Lattice,
  type Obligations,
  type Outcome,
  type Principal,
  proceed,
  type Reader,
  refuse,
  type Step,
  subjectOf,
  UNTRUSTED,
  withLabels,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { contextOf } from '../context.js'
import type { Life } from '../life.js'
import { type Ask, createAsk, mayRead, PURPOSE_NEEDED, purposeOf } from './asking.js'
import type { Documents, SearchCall } from './call.js'
import { type Question, type ReadDesk, settled } from './desk.js'
import { giveHits, type ReadyHits } from './hits.js'
import { undoable } from './obliged.js'

/** A search among documents: inspect, decide for each classification that there is, record, search among those, release. */
export async function search(desk: ReadDesk, entered: Entered, call: SearchCall, source: Documents): Promise<Outcome> {
  const life = desk.liveOn(entered.authenticated)
  if ('kind' in life) return await desk.refused(entered, call, undefined, life)
  try {
    const ready = await sealed(desk, entered, call, source, life)
    if (ready.kind === 'refuse') return await desk.refused(entered, call, life, ready)
    return await settled(ready.value.hold, giveHits(desk, entered, call, source, life, ready.value))
  } finally {
    life.close()
  }
}

async function sealed(
  desk: ReadDesk,
  entered: Entered,
  call: SearchCall,
  { documents, hitsMax }: Documents,
  life: Life,
): Promise<Step<ReadyHits>> {
  const { authenticated } = entered
  const { dataset } = call
  const question = await desk.inspect(entered, 'searchDataset', [call.text], life)
  if (question.kind === 'refuse') return question
  // Of what the caller may not find nothing is told by what policy would want of it.
  const readers = readersOf(authenticated.principal)
  const known = (await documents.classes(readers)).filter((one) => isOf(dataset.lattice, one))
  const purpose = purposeOf(dataset, call.purpose)
  const said = purpose.kind === 'proceed' ? purpose.value : undefined
  const asking = (labels: readonly string[]): Ask => {
    const context = contextOf(authenticated.received, labels)
    const more = { findings: question.value.types, purpose: said }
    return createAsk(desk.parts.ask, entered, dataset, { ...context, ...more })
  }
  const may = permittedOf(desk, dataset, known, question.value, life, asking)
  if (may.kind === 'refuse') {
    desk.gatherKnown(authenticated, question.value)
    return may
  }
  // Only who may see something is told what there is.
  if (purpose.kind === 'refuse') return purpose
  const { ask, brought, decided, obligations, seen } = may.value
  const cannot = undoable('searchDataset', obligations)
  if (cannot !== undefined) return cannot
  if (obligations.reading.needsPurpose && purpose.value === undefined) return PURPOSE_NEEDED
  const edited = desk.parts.editTexts(question.value.parts, question.value.found, obligations.input, undefined)
  if (edited.kind === 'refuse') return refuse(edited.code, edited.forLog)
  const text = edited.value.edits[0]?.text ?? call.text
  const isTokenizing = obligations.tokenizes.output || obligations.reading.columns.some(({ act }) => act === 'tokenize')
  const vault = desk.vaultFor(authenticated, isTokenizing)
  if (vault.kind === 'refuse') return vault
  const held = await desk.hold(
    authenticated,
    decided.map(({ verdict }) => verdict),
  )
  if (held.kind === 'refuse') return held
  for (const [name, value] of Object.entries(held.value?.headers ?? {}))
    authenticated.received.caller.carry(name, value)
  const content: DocumentQuery = {
    text,
    limit: Math.min(call.limit ?? hitsMax, hitsMax, obligations.reading.rowsMax ?? hitsMax),
    classes: seen,
    readers,
  }
  const digests = { received: digestOf(call.body), sent: text === call.text ? digestOf(call.body) : digestOf(text) }
  const facts = {
    ...{ action: 'searchDataset' as const, dataset: dataset.name, purpose: purpose.value, decided, digests },
    ...{ findings: question.value.counts, carriedOut: edited.value.carriedOut },
  }
  const recorded = await desk.record(entered, content, facts, brought, life)
  if (recorded.kind === 'refuse') {
    held.value?.release()
    return recorded
  }
  return proceed({ recorded: recorded.value, obligations, ask, vault: vault.value, hold: held.value })
}

interface May {
  /** By the labels that count. */
  readonly ask: Ask
  /** By what is asked, whatever is found. */
  readonly brought: readonly string[]
  readonly decided: readonly ReadDecided[]
  /** Classifications of documents that may be found. */
  readonly seen: readonly Classification[]
  /** The union over all that is permitted. */
  readonly obligations: Obligations
}

/**
 * What of the dataset's documents the caller may see. Decides once more where findings that are left in what is asked bring labels. A
 * refusal where nothing may be seen, and would not if it were there.
 */
function permittedOf(
  desk: ReadDesk,
  dataset: Dataset,
  classes: readonly Classification[],
  question: Question,
  life: Life,
  asking: (labels: readonly string[]) => Ask,
): Step<May> {
  for (let at = life.heldLabels(); ; ) {
    const ask = asking(at)
    const decided: ReadDecided[] = []
    for (const classification of classes) {
      const may = ask(classification)
      if (may.kind === 'proceed') decided.push({ classification, verdict: may.value })
    }
    const seen = decided.map(({ classification }) => classification)
    if (decided.length === 0) {
      const none = mayRead(ask, dataset)
      if (none.kind === 'refuse') return none
      decided.push({ classification: dataset.classification, verdict: none.value })
    }
    const obligations = joinObligations(
      decided.flatMap(({ verdict: { decision } }) => (decision.kind === 'permit' ? decision.obligations : [])),
    )
    const brought = desk.broughtBy(question, obligations)
    const labels = withLabels(at, brought)
    // Labels only rise, and there are so many: it ends.
    if (labels === at) return proceed({ ask, brought, decided, obligations, seen })
    at = labels
  }
}

/** What was classified by another lattice is nothing that policies of this one know: it is seen by nobody. */
function isOf({ categories, levels }: Lattice, one: Classification): boolean {
  return (
    levels.includes(one.level) &&
    one.categories.every((category) => category === UNTRUSTED || categories.includes(category))
  )
}

/** Whom a document may name so that this caller finds it: the subject, whoever acts for it. */
function readersOf(principal: Principal): readonly Reader[] {
  const { groups, uid } = subjectOf(principal)
  return ['*', `user:${uid}`, ...groups.map((group): Reader => `group:${group}`)]
}

function digestOf(what: Buffer | string): string {
  return hash('sha256', what, 'hex')
}
