import type { RecordedRead } from '../../exchange.js'
import { Counts } from '../../release/counts.js'
import { outcomeOf } from '../../release/transfer-answer.js'
import {
  type Classification,
  type Dataset,
  type DocumentQuery,
  type Embedding,
  errorName,
  type Hit,
  highestOf,
  joinedOf,
  type Obligations,
  type Outcome,
  proceed,
  type Refusal,
  refuse,
  type Step,
  type VaultSession,
  withLabels,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { type Life, overBy } from '../life.js'
import { type Ask, labelsOfRead, resourceOf } from './asking.js'
import type { Documents, FoundBy, SearchCall, ShownHit } from './call.js'
import { actOn } from './changes.js'
import type { ReadDesk } from './desk.js'
import { remembered, rowsToRemember } from './remembered.js'
import { judgedTexts, keptIn, type TextWork, tokenized } from './texts.js'

/** Among what may be searched, and on what terms. */
export interface ReadyHits {
  readonly recorded: RecordedRead<DocumentQuery>
  readonly obligations: Obligations
  readonly ask: Ask
  /** Where tokenized values go; undefined: nothing is to be tokenized. */
  readonly vault: VaultSession | undefined
  /** Once it was served. */
  readonly settle: () => void
}

/** Searches, and gives what was found if it may still be seen then. */
export async function giveHits(
  desk: ReadDesk,
  entered: Entered,
  { dataset, sink }: SearchCall,
  source: Documents,
  life: Life,
  { ask, obligations, recorded, settle, vault }: ReadyHits,
): Promise<Outcome> {
  const { content, labels } = recorded.sealed
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
  const seen = hits.map((hit) => seenOf(hit, dataset, source, ask, obligations))
  const shown = await shownOf(desk, seen, work)
  if (shown.kind === 'refuse') return ended(shown)

  const brought = labelsOfRead(
    dataset,
    seen.flatMap(({ classifications }) => classifications),
  )
  const unwritten = await gathered(desk, entered, labels.session, brought)
  if (unwritten !== undefined) return ended(unwritten)
  const kept = shown.value.flatMap(({ classification, passage }) =>
    rowsToRemember(dataset.lattice, [classification], [[passage]]),
  )
  const unsaid = (await remembered(desk.parts.gathering.known, kept)) ?? (await life.labels.gather(counts, work.acts))
  if (unsaid !== undefined) return ended(unsaid)
  // Policies, labels and the documents themselves may have changed while it was searched.
  const living = [...new Set(hits.map(({ classification }) => resourceOf(dataset, classification)))]
  const reading = { terms: obligations.reading, own: withLabels(labels.brought, brought) }
  for (const resource of living) {
    const { categories, classification } = resource.attributes
    const verdict = ask({ level: String(classification), categories: Array.isArray(categories) ? categories : [] })
    if (verdict.kind === 'refuse') return ended(verdict)
    life.livesOn(
      [{ action: 'searchDataset', resource, routedFrom: undefined, verdict: verdict.value, reading }],
      obligations.output,
    )
  }
  if (life.ended !== undefined || life.left) return ended(overBy(life))

  const isChanged = seen.some((one) => one.isChanged) || Object.keys(counts.carriedOut).length > 0
  sink.begin({ columns: [], receipt, isChanged, ...(by === undefined ? {} : { by }) })
  await sink.rows(shown.value)
  settle()
  sink.end(false)
  return { ...outcomeOf('done', undefined, 200, 0, counts), rows: shown.value.length, brought }
}

interface Look {
  readonly dataset: Dataset
  readonly source: Documents
  readonly content: DocumentQuery
  readonly life: Life
}

/** By meaning too, where the dataset keeps vectors and the caller may have one made of what it looks for. */
async function look(
  { parts: { embeddingOf } }: ReadDesk,
  entered: Entered,
  { content, dataset, life, source }: Look,
): Promise<Step<{ readonly hits: readonly Hit[]; readonly by: FoundBy | undefined }>> {
  const embedding = embeddingOf(entered, dataset)
  let by: FoundBy | undefined = embedding && 'words'
  const noted = embedding && {
    model: embedding.model,
    async embed(...asked: Parameters<Embedding['embed']>) {
      const made = await embedding.embed(...asked)
      if (made.kind === 'proceed') by = 'words+meaning'
      return made
    },
  }
  try {
    const found = await source.documents.search(noted ? { ...content, embedding: noted } : content, life.signal)
    return found.kind === 'refuse' ? found : proceed({ hits: found.value, by })
  } catch (error) {
    // A search that was broken off, as nobody waits for it any more or may see what it finds.
    if (life.signal.aborted) return overBy(life)
    throw error
  }
}

/** What of a hit may be seen. */
interface Seen {
  readonly hit: Hit
  readonly attributes: Readonly<Record<string, string>>
  /** Names of attributes whose values are to be replaced. */
  readonly replaced: readonly string[]
  /** Of all that is seen of it. */
  readonly classifications: readonly Classification[]
  readonly isChanged: boolean
}

/** An attribute is as high as itself and its document: it is seen where policy would permit a document like that. */
function seenOf(
  hit: Hit,
  { lattice }: Dataset,
  { attributes: known }: Documents,
  ask: Ask,
  { reading }: Obligations,
): Seen {
  const attributes: Record<string, string> = {}
  const classifications: Classification[] = [hit.classification]
  const replaced: string[] = []
  let isChanged = false
  for (const [name, value] of Object.entries(hit.attributes)) {
    const own = known.get(name) ?? highestOf(lattice)
    const classification = joinedOf(lattice, [hit.classification, own])
    const act = actOn(reading, lattice, { name, classification: own })
    if (act === 'drop' || ask(classification).kind === 'refuse') {
      isChanged = true
      continue
    }
    attributes[name] = act === 'mask' ? MASK : value
    if (act === 'tokenize') replaced.push(name)
    if (act === undefined) classifications.push(classification)
    else isChanged = true
  }
  return { hit, attributes, replaced, classifications, isChanged }
}

const MASK = '***'

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
