import { hash } from 'node:crypto'
import {
  type Classification,
  type Document,
  highestOf,
  type Lattice,
  parseReader,
  proceed,
  type Reader,
  type Step,
} from '../spec/index.js'
import { fault } from './fault.js'

/** What holds where a document does not say it itself. */
export interface IngestDefaults {
  readonly lattice: Lattice
  /** Undefined in both: the highest. The ingest's own comes first. */
  readonly classification: Classification | undefined
  readonly ofDataset: Classification | undefined
  /** Undefined: nobody. */
  readonly readers: readonly Reader[] | undefined
  /** What the documents come from, such as the name of a file: ids are made of it and of their place. */
  readonly source: string
}

/** A document as it is written, before anybody knows that it is well written. Undefined: not said. */
export interface Written {
  readonly place: string
  readonly id: unknown
  readonly title: unknown
  readonly text: unknown
  readonly classification: unknown
  readonly categories: unknown
  readonly access: unknown
  readonly attributes: unknown
}

/** A document of which nothing is said. */
export const UNSAID: Omit<Written, 'place'> = {
  id: undefined,
  title: undefined,
  text: undefined,
  classification: undefined,
  categories: undefined,
  access: undefined,
  attributes: undefined,
}

/** A document that was read. */
export interface ReadDocument {
  readonly document: Document
  /** `line 7`, `record 3`. */
  readonly place: string
  /** Members that are malformed, of those that say who may find it: `access[1]`. Nobody will find it where there is one. */
  readonly malformed: readonly string[]
}

const ID_CHARACTERS_MAX = 512
const ID_DIGITS = 32

/** The document's own id, whatever that is; else one that is the same each time. */
export function idOf({ id, place }: Written, source: string): unknown {
  return id ?? hash('sha256', JSON.stringify([source, place]), 'hex').slice(0, ID_DIGITS)
}

/** Refuses what cannot be kept as it is; what is malformed about who may find it is kept for nobody, as the highest there is. */
export function documentOf(written: Written, defaults: IngestDefaults): Step<ReadDocument> {
  const { place, title, text } = written
  const id = idOf(written, defaults.source)
  // Which text would be meant is not for us to choose: 1, 1.0 and "01" are three.
  if (typeof id === 'number') return fault(place, '`id` is a number: write it as a text, in quotes')
  if (typeof id !== 'string' || id === '' || id.length > ID_CHARACTERS_MAX || /[\0\ud800-\udfff]/u.test(id))
    return fault(place, `\`id\` is no text of 1 to ${ID_CHARACTERS_MAX} characters`)
  if (typeof text !== 'string') return fault(place, '`text` is missing, or no text')
  if (title !== undefined && typeof title !== 'string') return fault(place, '`title` is no text')
  const attributes = attributesOf(written.attributes)
  if (attributes === undefined) return fault(place, '`attributes` is no object of texts, numbers, true and false')
  const classification = classificationOf(written, defaults)
  const readers = readersOf(written.access, defaults)
  const malformed = [...classification.malformed, ...readers.malformed]
  const document: Document = {
    id,
    title: title ?? '',
    text,
    classification: classification.malformed.length > 0 ? highestOf(defaults.lattice) : classification.value,
    readers: malformed.length > 0 ? [] : readers.value,
    attributes,
  }
  return proceed({ document, place, malformed })
}

/** What was said, and which members of it are malformed: then what they say is not to be used. */
interface Said<T> {
  readonly value: T
  readonly malformed: readonly string[]
}

/** What the lattice has not is nothing that policies know. */
function classificationOf(
  { classification, categories }: Written,
  { classification: ofAll, lattice, ofDataset }: IngestDefaults,
): Said<Classification> {
  const otherwise = ofAll ?? ofDataset ?? highestOf(lattice)
  const level = lattice.levels.find((one) => one === (classification ?? otherwise.level))
  const known = listed('categories', categories ?? otherwise.categories, (one) =>
    lattice.categories.find((category) => category === one),
  )
  return {
    value: { level: level ?? highestOf(lattice).level, categories: known.value },
    malformed: [...(level === undefined ? ['classification'] : []), ...known.malformed],
  }
}

function readersOf(access: unknown, { readers }: IngestDefaults): Said<readonly Reader[]> {
  return access === undefined ? { value: readers ?? [], malformed: [] } : listed('access', access, parseReader)
}

/** Each once, sorted. Of those that are none the first alone is told of. */
function listed<T extends string>(
  name: string,
  said: unknown,
  parse: (one: unknown) => T | undefined,
): Said<readonly T[]> {
  if (!Array.isArray(said)) return { value: [], malformed: [name] }
  const parsed = said.map((one: unknown) => parse(one))
  const at = parsed.indexOf(undefined)
  const value = [...new Set(parsed.filter((one) => one !== undefined))].sort()
  return { value, malformed: at < 0 ? [] : [`${name}[${at}]`] }
}

function attributesOf(said: unknown): Readonly<Record<string, string>> | undefined {
  if (said === undefined) return {}
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return undefined
  const entries = Object.entries(said).map(([name, value]: [string, unknown]) => [name, textOf(value)] as const)
  return entries.some(([, value]) => value === undefined) ? undefined : recordOf(entries)
}

function recordOf(entries: readonly (readonly [string, string | undefined])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']))
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
