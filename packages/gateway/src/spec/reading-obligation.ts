import { COLUMN_ACTS, type ColumnAct } from './dataset.js'

/** What a policy wants of a read of a dataset, parsed. */
export type ReadingObligation =
  /** `target`: a level (columns that are that high), a category, or a column, `TABLE.COLUMN` or `SCHEMA.TABLE.COLUMN`. */
  | { readonly kind: 'column'; readonly act: ColumnAct; readonly target: string; readonly source: string }
  /** Rows that a filter of the dataset lets through, by its name. */
  | { readonly kind: 'rows'; readonly filter: string; readonly source: string }
  | { readonly kind: 'row-cap'; readonly atMost: number; readonly source: string }
  | { readonly kind: 'purpose'; readonly source: string }

/** The union over the determining policies. */
export interface ReadingTerms {
  readonly columns: readonly { readonly act: ColumnAct; readonly target: string }[]
  /** Each once. All of them hold. */
  readonly filters: readonly string[]
  /** The smallest. */
  readonly rowsMax: number | undefined
  readonly needsPurpose: boolean
}

export const NO_READING_TERMS: ReadingTerms = { columns: [], filters: [], rowsMax: undefined, needsPurpose: false }

type Unknown = { readonly kind: 'unknown'; readonly why: string }

const COUNT = /^[1-9]\d{0,14}$/

/** Parses `column:ACT:TARGET`, `rows:FILTER`, `limit:rows:N` and `require:purpose`; undefined for what begins otherwise. */
export function parseReadingObligation(source: string): ReadingObligation | Unknown | undefined {
  const [first, second = '', ...rest] = source.split(':')
  if (source === 'require:purpose') return { kind: 'purpose', source }
  if (first === 'limit' && second === 'rows') {
    const [count = ''] = rest
    return rest.length === 1 && COUNT.test(count)
      ? { kind: 'row-cap', atMost: Number(count), source }
      : { kind: 'unknown', why: `obligation \`${source}\` needs a whole number from 1 after \`limit:rows:\`` }
  }
  if (first === 'rows') {
    return second !== '' && rest.length === 0
      ? { kind: 'rows', filter: second, source }
      : { kind: 'unknown', why: `obligation \`${source}\` needs the name of a row filter after \`rows:\`` }
  }
  if (first !== 'column') return undefined
  const act = COLUMN_ACTS.find((one) => one === second)
  if (act === undefined) {
    return {
      kind: 'unknown',
      why: `obligation \`${source}\`: write one of \`column:${COLUMN_ACTS.join('`, `column:')}\``,
    }
  }
  const [target = ''] = rest
  return target !== '' && rest.length === 1
    ? { kind: 'column', act, target, source }
    : {
        kind: 'unknown',
        why: `obligation \`${source}\` needs a level, a category or a column after \`column:${act}:\``,
      }
}

export function joinReadingTerms(all: readonly ReadingObligation[]): ReadingTerms {
  if (all.length === 0) return NO_READING_TERMS
  const columns = new Map<string, { act: ColumnAct; target: string }>()
  const filters = new Set<string>()
  let rowsMax: number | undefined
  let needsPurpose = false
  for (const one of all) {
    switch (one.kind) {
      case 'column':
        columns.set(one.source, { act: one.act, target: one.target })
        break
      case 'rows':
        filters.add(one.filter)
        break
      case 'row-cap':
        rowsMax = Math.min(one.atMost, rowsMax ?? one.atMost)
        break
      case 'purpose':
        needsPurpose = true
        break
    }
  }
  return { columns: [...columns.values()], filters: [...filters], rowsMax, needsPurpose }
}
