import type { ColumnSample, Detector, Lattice, TableSample } from '../spec/index.js'
import { type Height, type Kind, kindOfName, type MaskName, wordsOf } from './hints.js'
import { kindOfFinding, seenIn } from './seen.js'

/** How a column might be classified. The operator decides. */
export interface ProposedColumn {
  readonly name: string
  readonly type: string
  /** It cannot be shown, whatever is written. */
  readonly isComposite: boolean
  /** Undefined: unclassified, which is the highest there is. */
  readonly classification: string | undefined
  readonly categories: readonly string[]
  /** Undefined: the usual one. */
  readonly mask: MaskName | undefined
  /** Why, in words and numbers: no value is in them. */
  readonly reasons: readonly string[]
}

export interface ProposedTable extends Pick<TableSample, 'schema' | 'table' | 'kind' | 'unseen'> {
  readonly columns: readonly ProposedColumn[]
}

/** Proposes a classification for each column, by its name, its type and what detectors find in its values. */
export function proposeTable(
  { columns, kind, rows, schema, table, unseen }: TableSample,
  lattice: Lattice,
  detectors: readonly Detector[],
): ProposedTable {
  const look = unseen === undefined ? { rows } : undefined
  return { schema, table, kind, unseen, columns: columns.map((one) => proposeColumn(one, look, lattice, detectors)) }
}

/** @param look undefined: nobody looked at values */
function proposeColumn(
  column: ColumnSample,
  look: { readonly rows: number } | undefined,
  lattice: Lattice,
  detectors: readonly Detector[],
): ProposedColumn {
  const { isComposite, name, type, values } = column
  const base = { name, type, isComposite }
  if (isComposite) return { ...base, ...UNCLASSIFIED, reasons: ['of a composite type, which nobody sees'] }
  const { failed, found } = seenIn(values, detectors)
  const named = kindOfName(name)
  const reasons: string[] = named === undefined ? [] : [`named like ${named.what}`]
  const kinds: Kind[] = []
  let isMixed = false
  for (const [type, { in: some, whole }] of [...found].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const isMost = whole * 2 >= values.length
    if (isMost) kinds.push(kindOfFinding(type))
    else isMixed = true
    reasons.push(`${some} of ${values.length} values ${isMost ? 'look like' : 'have within'} ${type}`)
  }
  if (failed.length > 0) return { ...base, ...UNCLASSIFIED, reasons: [...reasons, `${failed.join(', ')} failed`] }
  // Here and there something was found, and nobody knows what else is there: no lower than what is unclassified.
  if (isMixed) return { ...base, ...UNCLASSIFIED, reasons: [...reasons, UNCLASSIFIED_SAID] }
  const all = [...kinds, ...(named === undefined ? [] : [named])]
  if (all.length > 0) return { ...base, ...joined(all, lattice, type), reasons }
  const harmless = harmlessOf(column)
  const low = lowIn(lattice)
  if (harmless !== undefined && low !== undefined)
    return { ...base, classification: low, categories: [], mask: undefined, reasons: [harmless] }
  return { ...base, ...UNCLASSIFIED, reasons: [lookedAt(values, look), UNCLASSIFIED_SAID] }
}

const UNCLASSIFIED = { classification: undefined, categories: [], mask: undefined } as const
const UNCLASSIFIED_SAID = 'unclassified, so of the highest'

function lookedAt(values: readonly string[], look: { readonly rows: number } | undefined): string {
  if (look === undefined) return 'values were not looked at'
  return values.length === 0 ? `no value in ${look.rows} rows` : `nothing was found in ${values.length} values`
}

function joined(
  kinds: readonly Kind[],
  lattice: Lattice,
  type: string,
): Pick<ProposedColumn, 'classification' | 'categories' | 'mask'> {
  const height: Height = kinds.some((one) => one.height === 'highest') ? 'highest' : 'high'
  const categories = new Set(kinds.flatMap((one) => one.categories))
  // Two masks: what one hides the other may show.
  const masks = new Set(kinds.map((one) => one.mask))
  const [mask] = masks.size === 1 ? masks : []
  return {
    classification: levelOf(height, lattice),
    categories: lattice.categories.filter((one) => categories.has(one)).sort(),
    mask: mask !== undefined && mask !== 'full' && fits(mask, type) ? mask : undefined,
  }
}

function levelOf(height: Height, { levels }: Lattice): string | undefined {
  const highest = levels.at(-1)
  return height === 'highest' || levels.length < 3 ? highest : levels.at(-2)
}

/** What is harmless is none the less not for everybody; of two levels there is none between. */
function lowIn({ levels }: Lattice): string | undefined {
  return levels.length < 3 ? undefined : levels[1]
}

const TEXTS = new Set(['text', 'character varying', 'character'])
const TIMES = new Set(['timestamp without time zone', 'timestamp with time zone'])
const NUMBERS = new Set(['smallint', 'integer', 'bigint', 'uuid'])

function fits(mask: MaskName, type: string): boolean {
  return mask === 'year' ? TIMES.has(type) || type === 'date' : TEXTS.has(type)
}

const TECHNICAL = new Set(['created', 'updated', 'modified', 'changed', 'deleted', 'inserted', 'erstellt', 'geändert'])

/** Why a column is harmless that nothing was found in: by its type and what it is for, never by its values alone. */
function harmlessOf({ isKey, name, type }: ColumnSample): string | undefined {
  if (type === 'boolean') return 'true or false'
  if (TIMES.has(type)) return 'a time'
  const words = wordsOf(name)
  if (type === 'date' && words.some((word) => TECHNICAL.has(word))) return 'a time'
  if (NUMBERS.has(type) && (isKey || words.includes('id') || words.includes('uuid'))) return 'an id'
  return undefined
}
