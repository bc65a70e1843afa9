import { proceed, type Step } from '../spec/index.js'
import { type CsvRecord, csvRecords, OTHER_SEPARATORS } from './csv.js'
import { decoded } from './decoded.js'
import { documentOf, type IngestDefaults, idOf, type ReadDocument, UNSAID, type Written } from './document.js'
import { fault } from './fault.js'
import { jsonRecords } from './json-records.js'
import { INGEST_LIMITS, type IngestLimits } from './limits.js'
import { titleOf } from './markdown.js'

export const DOCUMENT_FORMATS = ['text', 'markdown', 'json', 'csv'] as const
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number]

export interface WrittenParts {
  readonly format: DocumentFormat
  /** What the documents come from: see `IngestDefaults`. */
  readonly source: string
  /** Of CSV: the columns whose texts are the document's, in this order; `text` alone where it is not said. */
  readonly textColumns?: readonly string[]
  readonly limits?: IngestLimits
}

export interface ReadingParts extends Omit<WrittenParts, 'source'> {
  readonly defaults: IngestDefaults
}

/** Reads documents as `readWritten` does, and what each says of itself. */
export async function* readDocuments(
  bytes: AsyncIterable<Uint8Array>,
  { defaults, ...parts }: ReadingParts,
): AsyncGenerator<Step<ReadDocument>> {
  for await (const step of readWritten(bytes, { ...parts, source: defaults.source })) {
    const read = step.kind === 'refuse' ? step : documentOf(step.value, defaults)
    yield read
    if (read.kind === 'refuse') return
  }
}

/**
 * Reads documents as they arrive, each with an id: a text or Markdown is one; of JSON each object (of an array, or one after another), of CSV each
 * line but the first, which names the columns. Members and columns are `id`, `title`, `text`, `classification`, `categories`,
 * `access` and, of JSON, `attributes`; in CSV other columns are attributes, and lists are written with `;` between.
 *
 * A refusal ends it, and says where: documents before it were read.
 */
export async function* readWritten(
  bytes: AsyncIterable<Uint8Array>,
  parts: WrittenParts,
): AsyncGenerator<Step<Written>> {
  const { limits = INGEST_LIMITS, source } = parts
  const taken = new Set<unknown>()
  for await (const step of writtenIn(decoded(bytes), parts, limits)) {
    if (step.kind === 'refuse') return yield step
    const { place } = step.value
    const id = idOf(step.value, source)
    // The second would take the place of the first, and nobody would know.
    if (taken.size === taken.add(id).size) return yield fault(place, '`id` stood in this text before')
    yield proceed({ ...step.value, id })
  }
}

function writtenIn(
  texts: AsyncIterable<Step<string>>,
  { format, textColumns = ['text'] }: WrittenParts,
  limits: IngestLimits,
): AsyncIterable<Step<Written>> {
  switch (format) {
    case 'text':
      return wholeText(texts, limits, () => '')
    case 'markdown':
      return wholeText(texts, limits, titleOf)
    case 'json':
      return ofJson(texts, limits)
    case 'csv':
      return ofCsv(texts, limits, textColumns)
  }
}

async function* wholeText(
  texts: AsyncIterable<Step<string>>,
  { recordCharacters }: IngestLimits,
  titled: (text: string) => string,
): AsyncGenerator<Step<Written>> {
  let whole = ''
  for await (const text of texts) {
    if (text.kind === 'refuse') return yield text
    whole += text.value
    if (whole.length > recordCharacters)
      return yield fault('the text', `it is longer than ${recordCharacters} characters`)
  }
  yield proceed({ ...UNSAID, place: 'the text', text: whole, title: titled(whole) })
}

async function* ofJson(texts: AsyncIterable<Step<string>>, limits: IngestLimits): AsyncGenerator<Step<Written>> {
  for await (const step of jsonRecords(texts, limits)) {
    if (step.kind === 'refuse') return yield step
    const { value, record } = step.value
    const place = `record ${record}`
    // A list of readers under a misspelt name would else be none, and what is the default hold.
    if (Object.keys(value).some((name) => !Object.hasOwn(UNSAID, name)))
      return yield fault(place, `it has a member that is not known: there are ${Object.keys(UNSAID).join(', ')}`)
    yield proceed({ ...UNSAID, ...value, place })
  }
}

const LISTS = new Set(['categories', 'access'])

async function* ofCsv(
  texts: AsyncIterable<Step<string>>,
  limits: IngestLimits,
  textColumns: readonly string[],
): AsyncGenerator<Step<Written>> {
  let header: readonly string[] | undefined
  for await (const step of csvRecords(texts, limits)) {
    if (step.kind === 'refuse') return yield step
    if (header !== undefined) {
      yield proceed(writtenOf(step.value, header, textColumns))
      continue
    }
    header = step.value.fields
    const wrong = headerFault(header, textColumns)
    if (wrong !== undefined) return yield fault('line 1', wrong)
  }
  if (header === undefined) yield fault('line 1', 'there is no line that names the columns')
}

function headerFault(header: readonly string[], textColumns: readonly string[]): string | undefined {
  if (new Set(header).size < header.length) return 'two columns have one name'
  if (header.includes('attributes')) return 'no column is named `attributes`: each attribute is a column'
  const missing = textColumns.find((name) => !header.includes(name))
  return missing === undefined ? undefined : `there is no column \`${missing}\`${separatedBy(header)}`
}

/** Where a line of one field has in it what other writers put between fields. */
function separatedBy([only = '', ...others]: readonly string[]): string {
  const [, name] = [...OTHER_SEPARATORS].find(([sign]) => others.length === 0 && only.includes(sign)) ?? []
  return name === undefined ? '' : `; its fields seem to be separated by ${name}: here they are by commas`
}

function writtenOf({ fields, line }: CsvRecord, header: readonly string[], textColumns: readonly string[]): Written {
  const cells = new Map(header.map((name, at) => [name, fields[at] ?? '']))
  const text = textColumns.map((name) => cells.get(name) ?? '').filter((one) => one !== '')
  const own = (name: string): boolean => Object.hasOwn(UNSAID, name) || textColumns.includes(name)
  const said = (name: string): string | readonly string[] | undefined => {
    const cell = cells.get(name)
    // Who may find it is said by an empty cell too: nobody.
    if (name === 'access' && cell?.trim() === '') return []
    if (cell === undefined || cell === '' || textColumns.includes(name)) return undefined
    return LISTS.has(name) ? cell.split(';').map((one) => one.trim()) : cell
  }
  return {
    place: `line ${line}`,
    id: said('id'),
    title: said('title'),
    text: text.join('\n\n'),
    classification: said('classification'),
    categories: said('categories'),
    access: said('access'),
    attributes: Object.fromEntries([...cells].filter(([name]) => !own(name))),
  }
}
