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
  /** Whether nobody will find it, since what is said of who may is malformed. */
  readonly isMalformed: boolean
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
  if (typeof id !== 'string' || id === '' || id.length > ID_CHARACTERS_MAX || /[\0\ud800-\udfff]/u.test(id))
    return fault(place, `\`id\` is no text of 1 to ${ID_CHARACTERS_MAX} characters`)
  if (typeof text !== 'string') return fault(place, '`text` is missing, or no text')
  if (title !== undefined && typeof title !== 'string') return fault(place, '`title` is no text')
  const attributes = attributesOf(written.attributes)
  if (attributes === undefined) return fault(place, '`attributes` is no object of texts, numbers, true and false')
  const classification = classificationOf(written, defaults)
  const readers = readersOf(written.access, defaults)
  const isMalformed = classification === undefined || readers === undefined
  const document: Document = {
    id,
    title: title ?? '',
    text,
    classification: classification ?? highestOf(defaults.lattice),
    readers: isMalformed ? [] : readers,
    attributes,
  }
  return proceed({ document, place, isMalformed })
}

/** Undefined: malformed. What the lattice has not is nothing that policies know. */
function classificationOf(
  { classification, categories }: Written,
  defaults: IngestDefaults,
): Classification | undefined {
  const { lattice, ofDataset } = defaults
  const otherwise = defaults.classification ?? ofDataset ?? highestOf(lattice)
  const level = lattice.levels.find((one) => one === (classification ?? otherwise.level))
  const said: unknown = categories ?? otherwise.categories
  if (level === undefined || !Array.isArray(said)) return undefined
  const known = lattice.categories.filter((one) => said.includes(one))
  const isKnown = said.every((one: unknown) => known.some((category) => category === one))
  return isKnown ? { level, categories: [...known].sort() } : undefined
}

/** Undefined: malformed. */
function readersOf(access: unknown, { readers }: IngestDefaults): readonly Reader[] | undefined {
  if (access === undefined) return readers ?? []
  if (!Array.isArray(access)) return undefined
  const known = access.flatMap((one) => parseReader(one) ?? [])
  return known.length === access.length ? [...new Set(known)].sort() : undefined
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
