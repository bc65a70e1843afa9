import { type Classification, highestOf, joinedOf, type Lattice } from '../../spec/index.js'
import type { Mask } from './sql/masks.js'

/** A row filter of a table. */
export interface CatalogueFilter {
  readonly name: string
  /** A condition in SQL on the table's columns, hidden ones too. The operator's own text. */
  readonly where: string
  /** In force whatever policy says. */
  readonly always: boolean
}

export interface CatalogueColumn {
  readonly name: string
  /** Undefined: the table's level. */
  readonly level: string | undefined
  readonly categories: readonly string[]
  /** How it is masked. `full` is `***` of a text and nothing of another value. */
  readonly mask: Mask
}

export interface CatalogueTable {
  readonly schema: string
  readonly table: string
  /** Undefined: the dataset's level. */
  readonly level: string | undefined
  readonly categories: readonly string[]
  readonly columns: readonly CatalogueColumn[]
  readonly filters: readonly CatalogueFilter[]
  /** It reads with the rights of its owner, not of who asks: a view without `security_invoker`, or what only its owner can fill. */
  readonly definer: boolean
}

export interface Catalogue {
  readonly lattice: Lattice
  /** Of the dataset; undefined: the highest. */
  readonly level: string | undefined
  readonly categories: readonly string[]
  readonly tables: readonly CatalogueTable[]
}

export function tableName({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return `${schema}.${table}`
}

/** What nobody classified is the highest there is. Categories add up. */
export function classificationOf(
  catalogue: Catalogue,
  table: CatalogueTable,
  column?: CatalogueColumn,
): Classification {
  const { lattice } = catalogue
  const level = column?.level ?? table.level ?? catalogue.level
  if (level === undefined) return highestOf(lattice)
  const categories = [...catalogue.categories, ...table.categories, ...(column?.categories ?? [])]
  return joinedOf(lattice, [{ level, categories }])
}

/** What is wrong with a catalogue, whatever the database holds. @returns undefined where nothing is */
export function catalogueFault(catalogue: Catalogue): string | undefined {
  const { levels, categories } = catalogue.lattice
  const marks = [catalogue, ...catalogue.tables, ...catalogue.tables.flatMap(({ columns }) => columns)]
  for (const mark of marks) {
    if (mark.level !== undefined && !levels.includes(mark.level)) return `\`${mark.level}\` is no level`
    const unknown = mark.categories.find((one) => !categories.includes(one))
    if (unknown !== undefined) return `\`${unknown}\` is no category`
  }
  const names = catalogue.tables.map(tableName)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `the table \`${twice}\` is there twice`
  for (const table of catalogue.tables) {
    // The owner's rights reach what the catalogue says nothing of.
    if (table.definer && table.columns.some(({ level }) => level === undefined))
      return `every column of \`${tableName(table)}\` needs a classification of its own: it reads with its owner's rights`
  }
  return undefined
}
