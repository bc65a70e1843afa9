import type { Written } from '../documents/document.js'
import type { OperationInput, OperationResult } from '../spec/index.js'
import { batchesOf, type DocumentFile, documentFiles } from './dataset-input.js'
import { configToOperate, type Operator, operatorOf } from './operate.js'
import { CommandError, EXIT, type Output } from './output.js'
import { table } from './table.js'

export interface IngestFlags extends ClassifyFlags {
  readonly format?: string
  readonly textColumn?: readonly string[]
}

export interface ClassifyFlags {
  readonly classification?: string
  readonly categories?: string
  readonly access?: string
}

/** Detectors elsewhere may take their time over each document. */
const OPERATION_MS = 10 * 60_000

/** @param dataset whose settings a store without a gateway takes; undefined: those of all */
async function operatorFor(file: string, dataset: string | undefined, output: Output): Promise<Operator> {
  const config = configToOperate(file)
  const at = config.datasets.findIndex(({ name }) => name === dataset)
  const needs = [dataset === undefined || at < 0 ? 'datasets' : `datasets[${at}]`, 'inspection']
  const offline = () => configToOperate(file, needs)
  return await operatorOf(config, { offline, timeoutMs: OPERATION_MS, warn: (message) => output.warn(message) })
}

async function withOperator<T>(
  file: string,
  dataset: string | undefined,
  output: Output,
  work: (operator: Operator) => Promise<T>,
): Promise<T> {
  const operator = await operatorFor(file, dataset, output)
  try {
    return await work(operator)
  } finally {
    await operator.close()
  }
}

interface Told {
  readonly id: string
  readonly outcome: 'put' | 'hidden' | 'refused'
  readonly classification: string
  readonly categories: readonly string[]
  readonly found: readonly string[]
  readonly foundByNobody: boolean
  readonly malformed?: readonly string[]
}

interface Tally {
  documents: number
  put: number
  hidden: number
  refused: number
  foundByNobody: number
}

/** Ingests files: each document is told of, what was found in it by type alone. */
export async function ingestFiles(
  config: string,
  dataset: string,
  names: readonly string[],
  flags: IngestFlags,
  output: Output,
): Promise<number> {
  const files = await documentFiles(names, flags.format)
  const said = saidOf(flags)
  const tally: Tally = { documents: 0, put: 0, hidden: 0, refused: 0, foundByNobody: 0 }
  try {
    await withOperator(config, dataset, output, async (operator) => {
      for (const one of files) await ingestFile(operator, { dataset, ...said }, one, flags.textColumn, tally, output)
    })
  } catch (error) {
    if (tally.documents > 0) output.warn(`what stands before it is done, and stays: ${tally.documents}`)
    throw error
  }
  const { documents, foundByNobody, hidden, put, refused } = tally
  output.say(`${dataset}: ${put} of ${documents} documents were put`)
  if (refused > 0) output.say(`  ${refused} were refused: they tell models what to do`)
  if (hidden > 0)
    output.say(`  ${hidden} are hidden: what they say of who may find them, or of how sensitive they are, is malformed`)
  const unsaid = foundByNobody - hidden - refused
  if (unsaid > 0) output.warn(`warning: ${unsaid} documents are found by nobody: ${WHY_NOBODY[accessSaid(said)]}`)
  output.data({ ok: true, dataset, ...tally })
  return EXIT.done
}

const WHY_NOBODY = {
  none: 'no --access, and they name nobody themselves',
  some: 'they say so themselves',
  nobody: '--access names nobody, or they do',
} as const

function accessSaid({ access }: OperationInput): keyof typeof WHY_NOBODY {
  if (!Array.isArray(access)) return 'none'
  return access.length === 0 ? 'nobody' : 'some'
}

async function ingestFile(
  operator: Operator,
  asked: OperationInput,
  file: DocumentFile,
  textColumns: readonly string[] | undefined,
  tally: Tally,
  output: Output,
): Promise<void> {
  for await (const batch of batchesOf(file, textColumns)) {
    const documents = batch.map(({ place: _place, ...document }) => document)
    const done = await operator.run('POST /datasets/documents', { ...asked, documents }).catch((error: unknown) => {
      throw placed(error, file, batch)
    })
    for (const [at, one] of (done['documents'] as readonly Told[]).entries()) {
      tell(one, file, batch[at], output)
      tally.documents += 1
      tally[one.outcome] += 1
      if (one.foundByNobody) tally.foundByNobody += 1
    }
  }
}

/** What is wrong with a document of a batch, at its place in the file. */
function placed(error: unknown, { name }: DocumentFile, batch: readonly Written[]): unknown {
  if (!(error instanceof CommandError)) return error
  const message = error.message.replace(/documents\[(\d+)\]/g, (all, at) => batch[Number(at)]?.place ?? all)
  return new CommandError(`${name}: ${message}`)
}

/** By its place: an id may hold what a terminal obeys. */
function tell(one: Told, { name }: DocumentFile, written: Written | undefined, output: Output): void {
  const place = written?.place ?? ''
  output.data({ file: name, place, ...one })
  if (one.outcome === 'put' && one.found.length === 0) return
  const found = one.found.length === 0 ? '' : `: ${one.found.join(', ')}`
  const kept = one.outcome === 'refused' ? '' : ` (${[one.classification, ...one.categories].join(' ')})`
  const wrong = one.malformed === undefined ? '' : `, as ${named(one.malformed)} malformed`
  output.say(`${name}, ${place}: ${one.outcome}${kept}${wrong}${found}`)
}

function named(members: readonly string[]): string {
  return `\`${members.join('`, `')}\` ${members.length === 1 ? 'is' : 'are'}`
}

/** Gives a document another classification, or other readers. */
export async function reclassifyDocument(
  config: string,
  dataset: string,
  id: string,
  flags: ClassifyFlags,
  output: Output,
): Promise<number> {
  if ((flags.classification === undefined) !== (flags.categories === undefined)) throw wrongUse(BOTH)
  const said = saidOf(flags)
  if (Object.keys(said).length === 0)
    throw wrongUse('say what is to change: --classification and --categories, --access')
  const done = await withOperator(config, dataset, output, (operator) =>
    operator.run('POST /datasets/documents/reclassify', { dataset, id, ...said }),
  )
  const { access, categories, classification, foundByNobody } = done
  if (classification !== undefined) output.say(`classified: ${[classification, ...listOf(categories)].join(' ')}`)
  if (access !== undefined) output.say(`found by: ${listOf(access).join(', ')}`)
  if (foundByNobody === true) output.warn('warning: the document is found by nobody: --access names nobody')
  output.data({ ok: true, ...done })
  return EXIT.done
}

const BOTH = '--classification and --categories go together: what is not said would be lost; --categories "" is none'

/** Deletes documents by their ids. */
export async function deleteDocuments(
  config: string,
  dataset: string,
  ids: readonly string[],
  output: Output,
): Promise<number> {
  const done = await withOperator(config, dataset, output, (operator) =>
    operator.run('POST /datasets/documents/delete', { dataset, ids }),
  )
  const isWhole = done['deleted'] === done['asked']
  output.say(`deleted: ${String(done['deleted'])} of ${String(done['asked'])} documents`)
  if (!isWhole) output.say('of the others there is none by that id')
  output.data({ ok: true, ...done })
  return EXIT.done
}

/** All datasets, and what classifications their documents have. */
export async function listDatasets(config: string, output: Output): Promise<number> {
  const done = await withOperator(config, undefined, output, (operator) => operator.run('GET /datasets', {}))
  const datasets = listOf(done['datasets']) as readonly OperationResult[]
  if (datasets.length === 0) output.say('there are no datasets')
  else output.say(table(['NAME', 'KIND', 'OWNER', 'CLASSIFICATION', 'HOLDS'], datasets.map(rowOf)))
  output.data({ ok: true, ...done })
  return EXIT.done
}

function rowOf({
  categories,
  classification,
  documents,
  kind,
  name,
  owner,
  tables,
}: OperationResult): readonly string[] {
  const classified = [classification, ...listOf(categories)].join(' ')
  return [
    String(name),
    String(kind),
    String(owner),
    classified,
    kind === 'tables' ? `${String(tables)} tables` : held(documents),
  ]
}

function held(classes: unknown): string {
  if (!Array.isArray(classes)) return 'cannot be reached'
  const each = classes.map((one: OperationResult) => [one['classification'], ...listOf(one['categories'])].join(' '))
  return each.length === 0 ? 'no documents' : `documents: ${each.sort().join('; ')}`
}

function saidOf({ access, categories, classification }: ClassifyFlags): OperationInput {
  return {
    ...(classification === undefined ? {} : { classification }),
    ...(categories === undefined ? {} : { categories: wordsOf(categories) }),
    ...(access === undefined ? {} : { access: wordsOf(access) }),
  }
}

function wordsOf(text: string): readonly string[] {
  return text.split(',').flatMap((one) => one.trim() || [])
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function wrongUse(message: string): CommandError {
  return new CommandError(message, EXIT.usage)
}
