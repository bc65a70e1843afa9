import { Buffer } from 'node:buffer'
import type { ColumnRef, RangeVar } from 'libpg-query'
import { proceed, type Step } from '../../../spec/index.js'
import { fault } from './fault.js'
import { type Inserted, isAsMeant } from './meant.js'
import type { Relation, UsedRelation } from './relations.js'
import type { ParsedStatement } from './statement.js'
import { quoteIdentifier, sqlText } from './text.js'
import type { SqlToken } from './tokens.js'

/** What may be seen of a table. */
export interface Replacement {
  /** SQL in the place of a column: by its name. A column that is not here is what it is. */
  readonly expressions: ReadonlyMap<string, string>
  /** Conditions, all of which a row meets: SQL as `readFilter` gives it. */
  readonly filters: readonly string[]
}

/** A statement in which every table is a sub-select of what may be seen of it. */
export interface Rewritten {
  readonly text: string
  /**
   * Where that stands in the caller's own text.
   *
   * @param position as PostgreSQL tells it: code points, from 1
   * @returns UTF-16 code units from the beginning; undefined for what is not the caller's
   */
  positionInOriginal(position: number): number | undefined
}

/** An edit of the caller's text, in its bytes. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Puts in the place of every name of a table a sub-select that has only what may be seen: no `*`, whole row, system column or
 * trick with names reaches more. Nothing else of the text is touched.
 *
 * A statement whose new text is not understood as meant is refused and never run.
 */
export function rewrite(
  statement: ParsedStatement,
  used: readonly UsedRelation[],
  replacementOf: (relation: Relation) => Replacement,
): Step<Rewritten> {
  const { source, tokens } = statement
  const edits: Edit[] = []
  for (const { relation, node } of used) {
    const edit = editOf(tokens, node, subselectOf(relation, replacementOf(relation)))
    if (edit === undefined) return fault('this way to name a table', source.text, source.fromBytes(node.location ?? -1))
    edits.push(edit)
  }
  for (const node of statement.qualified) {
    const edit = unqualified(tokens, node)
    if (edit === undefined)
      return fault('this way to name a column', source.text, source.fromBytes(node.location ?? -1))
    edits.push(edit)
  }
  edits.sort((one, other) => one.start - other.start)
  const { text, kept, inserted } = splice(source.text, edits)
  if (!isAsMeant(text, inserted, statement, used)) return fault('it could not be made safe', source.text)
  const rewritten = sqlText(text)
  return proceed({
    text,
    positionInOriginal(position) {
      const at = rewritten.fromCodePoints(position - 1)
      const piece = kept.find(({ from, length }) => at >= from && at < from + length)
      return piece === undefined ? undefined : piece.original + at - piece.from
    },
  })
}

/** The table's own name qualifies its columns: one that is gone must not be looked for in the statement around it. */
export function columnIn({ table }: Relation, column: string): string {
  return `${quoteIdentifier(table)}.${quoteIdentifier(column)}`
}

function subselectOf(relation: Relation, { expressions, filters }: Replacement): string {
  const outputs = relation.columns.map((column) => {
    const expression = expressions.get(column)
    if (expression === undefined) return columnIn(relation, column)
    return `${expression} AS ${quoteIdentifier(column)}`
  })
  const from = `${quoteIdentifier(relation.schema)}.${quoteIdentifier(relation.table)}`
  // OFFSET 0 keeps the statement's own conditions from being tried on rows that the filter takes away: what one fails at would
  // tell of them. Without a filter there is none, and indexes serve.
  const where = filters.length === 0 ? '' : ` WHERE ${filters.map((one) => `(${one})`).join(' AND ')} OFFSET 0`
  return `(SELECT ${outputs.join(', ')} FROM ${from}${where})`
}

function editOf(tokens: readonly SqlToken[], node: RangeVar, subselect: string): Edit | undefined {
  const first = tokens.findIndex(({ start }) => start === node.location)
  const name = tokens[first]
  if (name === undefined) return undefined
  const parts = node.schemaname === undefined ? 1 : 2
  const last = tokens[first + 2 * (parts - 1)]
  if (last === undefined || (parts === 2 && tokens[first + 1]?.text !== '.')) return undefined
  // `people *` is `people`, as nobody writes any more.
  if (['*', '.'].includes(tokens[first + 2 * parts - 1]?.text ?? '')) return undefined
  const alias = node.alias === undefined ? ` AS ${quoteIdentifier(node.relname ?? '')}` : ''
  const before = tokens[first - 1]
  if (before?.text.toLowerCase() === 'table')
    return { start: before.start, end: last.end, text: `SELECT * FROM ${subselect}${alias}` }
  return { start: name.start, end: last.end, text: `${subselect}${alias}` }
}

/** A sub-select has a name and no schema; that it is the one that is meant, `mentionsOf` has seen. */
function unqualified(tokens: readonly SqlToken[], node: ColumnRef): Edit | undefined {
  const first = tokens.findIndex(({ start }) => start === node.location)
  const [schema, dot, table] = first < 0 ? [] : tokens.slice(first, first + 3)
  if (schema === undefined || table === undefined || dot?.text !== '.') return undefined
  return { start: schema.start, end: table.start, text: '' }
}

interface Spliced {
  readonly text: string
  /** What is the caller's: UTF-16 code units in the new text and in the old. */
  readonly kept: readonly { readonly from: number; readonly original: number; readonly length: number }[]
  /** What is ours: bytes in the new text. */
  readonly inserted: readonly Inserted[]
}

function splice(original: string, edits: readonly Edit[]): Spliced {
  const bytes = Buffer.from(original)
  const kept: Spliced['kept'][number][] = []
  const inserted: Spliced['inserted'][number][] = []
  let text = ''
  let textBytes = 0
  let units = 0
  let at = 0
  const keep = (end: number): void => {
    const piece = bytes.toString('utf8', at, end)
    kept.push({ from: text.length, original: units, length: piece.length })
    text += piece
    textBytes += end - at
    units += piece.length
  }
  for (const edit of edits) {
    keep(edit.start)
    units += bytes.toString('utf8', edit.start, edit.end).length
    const length = Buffer.byteLength(edit.text)
    if (length > 0) inserted.push({ start: textBytes, end: textBytes + length })
    text += edit.text
    textBytes += length
    at = edit.end
  }
  keep(bytes.length)
  // What stands at the very end, which is where an error at the end of the input points.
  kept.push({ from: text.length, original: units, length: 1 })
  return { text, kept, inserted }
}
