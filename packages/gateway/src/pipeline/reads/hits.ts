import type { RecordedRead } from '../../exchange.js'
import { Counts } from '../../release/counts.js'
import { outcomeOf } from '../../release/transfer-answer.js'
import {
  type DocumentQuery,
  errorName,
  type Hold,
  type Obligations,
  type Outcome,
  proceed,
  type ReadingTerms,
  type Refusal,
  refuse,
  type Step,
  type VaultSession,
  withLabels,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { type Life, overBy } from '../life.js'
import { type Ask, labelsOfRead, resourceOf } from './asking.js'
import type { Documents, SearchCall, ShownHit } from './call.js'
import type { ReadDesk } from './desk.js'
import { look } from './look.js'
import { remembered, rowsToRemember } from './remembered.js'
import { MASK, type Seen, seenOf } from './seen.js'
import { judgedTexts, keptIn, type TextWork, tokenized } from './texts.js'

/** Among what may be searched, and on what terms. */
export interface ReadyHits {
  readonly recorded: RecordedRead<DocumentQuery>
  readonly obligations: Obligations
  readonly ask: Ask
  /** Where tokenized values go; undefined: nothing is to be tokenized. */
  readonly vault: VaultSession | undefined
  /** What policies let callers spend, set aside; undefined: nothing is counted. */
  readonly hold: Hold | undefined
}

/** Searches, and gives what was found if it may still be seen then. */
export async function giveHits(
  desk: ReadDesk,
  entered: Entered,
  { dataset, sink }: SearchCall,
  source: Documents,
  life: Life,
  { ask, obligations, recorded, vault }: ReadyHits,
): Promise<Outcome> {
  const { content, facts, labels } = recorded.sealed
  const { receipt } = recorded
  const counts = new Counts()
  const work: TextWork = { acts: life.labels.withFlags(obligations.output), vault, counts, life }
  const ended = (refusal: Refusal): Outcome => {
    if (life.left) return outcomeOf('left', undefined, 0, 0, counts)
    const why = desk.parts.ask.challenged(life.ended ?? refusal, entered.authenticated)
    return outcomeOf('refused', why, sink.refuse(why, receipt), 0, counts)
  }
  if (life.ended !== undefined || life.left) return ended(overBy(life))
  const found = await look(desk, entered, { dataset, source, content, life })
  if (found.kind === 'refuse') return ended(found)
  const { hits, by } = found.value
  const seeing = { dataset, source, ask, obligations, purpose: facts.purpose }
  const seen = hits.map((hit) => seenOf(hit, seeing))
  const shown = await shownOf(desk, seen, work)
  if (shown.kind === 'refuse') return ended(shown)

  const classifications = seen.flatMap((one) => one.classifications)
  const brought = labelsOfRead(dataset, classifications)
  const unwritten = await gathered(desk, entered, labels.session, brought)
  if (unwritten !== undefined) return ended(unwritten)
  const kept = shown.value.flatMap((one, index) => {
    const { attributes, classification, passage, title } = one
    const columns = Object.keys(attributes).map((name) => seen[index]?.kept.get(name))
    const row = [title, passage, ...Object.values(attributes)]
    return rowsToRemember(dataset.lattice, [classification, classification, ...columns], () => [row])
  })
  const unsaid = (await remembered(desk.parts.gathering.known, kept)) ?? (await life.labels.gather(counts, work.acts))
  if (unsaid !== undefined) return ended(unsaid)
  // Policies, labels and the documents themselves may have changed while it was searched.
  const { reading: terms } = obligations
  const own = withLabels(labels.brought, brought)
  for (const resource of new Set(classifications.map((one) => resourceOf(dataset, one)))) {
    const { categories, classification } = resource.attributes
    const may = ask({ level: String(classification), categories: Array.isArray(categories) ? categories : [] })
    if (may.kind === 'refuse') return ended(may)
    const reading = { terms: withTerms(terms, may.value.obligations.reading), own }
    life.livesOn(
      [{ action: 'searchDataset', resource, routedFrom: undefined, verdict: may.value, reading }],
      obligations.output,
    )
  }
  if (life.ended !== undefined || life.left) return ended(overBy(life))

  const isChanged = seen.some((one) => one.isChanged) || Object.keys(counts.carriedOut).length > 0
  sink.begin({ columns: [], receipt, isChanged, ...(by === undefined ? {} : { by }) })
  await sink.rows(shown.value)
  sink.end(false)
  return { ...outcomeOf('done', undefined, 200, 0, counts), rows: shown.value.length, brought }
}

/** What is carried out of one classification: what is of all, and what becomes of its own columns. */
function withTerms(all: ReadingTerms, { columns, needsPurpose }: ReadingTerms): ReadingTerms {
  return { ...all, columns: [...all.columns, ...columns], needsPurpose: all.needsPurpose || needsPurpose }
}

async function shownOf(desk: ReadDesk, seen: readonly Seen[], work: TextWork): Promise<Step<readonly ShownHit[]>> {
  const shown: ShownHit[] = []
  for (const { attributes, hit, replaced } of seen) {
    const values = replaced.map((name) => attributes[name] ?? '')
    const placeholders =
      work.vault === undefined || values.length === 0 ? proceed([]) : await tokenized(work.vault, values)
    if (placeholders.kind === 'refuse') return placeholders
    const own = Object.fromEntries(replaced.map((name, index) => [name, placeholders.value[index] ?? MASK]))
    const said = { ...attributes, ...own }
    const names = Object.keys(said).filter((name) => !replaced.includes(name))
    const texts = [hit.title, hit.passage, ...names.map((name) => said[name] ?? '')]
    const judged = await judgedTexts(
      desk,
      texts.map((text) => ({ text, isJson: false })),
      work,
    )
    if (judged.kind === 'refuse') return judged
    const [title = '', passage = '', ...rest] = judged.value
    const edited = Object.fromEntries(names.map((name, index) => [name, rest[index] ?? '']))
    const { classification, id, score } = hit
    shown.push({ id, title, passage, score, classification, attributes: { ...said, ...edited } })
  }
  return (await keptIn(work.vault)) ?? proceed(shown)
}

async function gathered(
  { parts: { ledger } }: ReadDesk,
  { authenticated: { principal } }: Entered,
  session: string | undefined,
  brought: readonly string[],
): Promise<Refusal | undefined> {
  try {
    await ledger.gather(principal, session, brought)
    return undefined
  } catch (error) {
    return refuse('overloaded', `ledger: not written (${errorName(error)})`)
  }
}
