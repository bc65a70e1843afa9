import type { Classification, Lattice } from './classification.js'
import type { Embedding } from './embedding.js'
import type { Principal } from './principal.js'
import type { Step } from './refusal.js'

/** What becomes of a column before anybody sees it. Strongest first. */
export const COLUMN_ACTS = ['drop', 'mask', 'tokenize'] as const
export type ColumnAct = (typeof COLUMN_ACTS)[number]

/** A value that a statement is given for a parameter. Never becomes part of its text. */
export type SqlValue = string | number | boolean | null

/** A statement that a caller asks for. */
export interface TableQuery {
  readonly sql: string
  /** For `$1`, `$2`, … */
  readonly parameters: readonly SqlValue[]
}

/** How a cell is written in JSON. `number` and `json` stand as they are; `text` becomes a string. */
export type CellKind = 'text' | 'number' | 'boolean' | 'json'

/** A column of a result. */
export interface ResultColumn {
  readonly name: string
  /** The database's name for its type. */
  readonly type: string
  readonly cells: CellKind
  /** Of the catalogue's column that it shows; where that cannot be told, the highest of all that the statement reads. */
  readonly classification: Classification
  /** `SCHEMA.TABLE.COLUMN`; undefined where it is made of something else than one column alone. */
  readonly origin: string | undefined
}

/** A column of the catalogue that a statement names, or takes by `*` or as a part of a whole row. */
export interface TouchedColumn {
  /** `SCHEMA.TABLE.COLUMN`. */
  readonly column: string
  readonly classification: Classification
  /** It stands as a plain output of the statement, and nowhere else: nothing is told by it but its own value. */
  readonly isPlain: boolean
  /** Of its first use that is none, UTF-16 code units from the beginning of the statement. */
  readonly position: number | undefined
}

/** What a statement would read: known before anything is read. */
export interface Reading {
  readonly columns: readonly ResultColumn[]
  readonly touched: readonly TouchedColumn[]
  /** Of the tables, whose rows alone tell something: `count(*)` reads no column. */
  readonly tables: readonly { readonly table: string; readonly classification: Classification }[]
}

/** What policy wants changed about a reading. */
export interface ReadingChanges {
  /** By `SCHEMA.TABLE.COLUMN`. */
  readonly columns: ReadonlyMap<string, ColumnAct>
  /** Names of row filters of the catalogue, each for whichever table has one of that name. */
  readonly filters: readonly string[]
  /** Undefined: as the dataset is configured. */
  readonly rowsMax: number | undefined
}

/** A cell as the database writes it. */
export type Cell = string | null

/** Rows as a database sent them. To cut each cell out as a text is most of what giving a row costs. */
export interface PackedRows {
  readonly count: number
  /** All of them, in order. */
  readonly pieces: readonly PackedPiece[]
  /** Bytes that stand before each row and say nothing here. */
  readonly gap: number
  /** Of each cell of a row, in order, the index of its column in the result; -1: it has none, and nobody sees it. */
  readonly places: readonly number[]
}

/**
 * Whole rows, one behind the other. A cell is its length (four bytes, the highest first; negative: there is no value) and as many
 * bytes of text; a boolean is `t` or `f`. Whoever makes one vouches for the lengths.
 */
export interface PackedPiece {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  readonly count: number
}

/** A piece of a result. */
export interface ResultPage {
  readonly rows: readonly (readonly Cell[])[]
  /** The same rows, where the database's bytes are still there. */
  readonly packed?: PackedRows
  /** The last one. */
  readonly ended: boolean
  /** There was more than may be given. */
  readonly isTruncated: boolean
}

/** The end of what is waited for or given: an `AbortSignal`, or what has as much of its manners. */
export interface Ending {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** A statement that was understood, and not run yet. */
export interface PreparedQuery {
  readonly reading: Reading
  /**
   * What a result has in it once these changes are made: dropped columns are not there.
   *
   * Refuses what cannot be carried out (`obligation_failed`): a column that is changed though it decides what else is seen.
   */
  change(changes: ReadingChanges): Step<ChangedQuery>
}

export interface ChangedQuery {
  /** What becomes of each, of those that are left: `tokenize` is for who releases it, the others are done. */
  readonly columns: readonly (ResultColumn & { readonly act: ColumnAct | undefined })[]
  /**
   * Runs it, in the caller's name, and gives the rows as they come. A refusal ends it. Nothing is read ahead of what is asked
   * for but one page; whoever stops asking ends the statement.
   *
   * @param ended aborted once nobody may see more
   */
  read(ended: Ending): AsyncIterable<Step<ResultPage>>
}

/** Tables that are queried. */
export interface TableSource {
  /**
   * Understands a statement: what it would read, in the name of this principal. Refuses what is no single harmless `SELECT` over
   * tables of the catalogue (`invalid_request`), whoever has no role there (`forbidden_by_policy`), and everything while the
   * database is away (`upstream_failed`, `upstream_timeout`).
   */
  prepare(query: TableQuery, principal: Principal): Promise<Step<PreparedQuery>>
  close(): Promise<void>
}

/** Who may find a document: everybody, or those that are named. */
export type Reader = '*' | `group:${string}` | `user:${string}`

/** A document as it is kept. */
export interface Document {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly classification: Classification
  /** Empty: nobody. */
  readonly readers: readonly Reader[]
  /** What else is known of it, such as its author. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface DocumentQuery {
  readonly text: string
  /** At most so many. */
  readonly limit: number
  /** Documents of these alone, exactly. */
  readonly classes: readonly Classification[]
  /** What the caller counts as: a document must name one of them. */
  readonly readers: readonly Reader[]
  /**
   * Makes the vector of the text, in the name of who asks. Asked at most once, and only where something may be found. Where it
   * refuses, and in an index that keeps no vectors, documents are found by their words alone.
   */
  readonly embedding?: Embedding
}

/** A passage that was found. */
export interface Hit {
  readonly id: string
  readonly title: string
  readonly passage: string
  /** Higher is better. Comparable within one answer. */
  readonly score: number
  readonly classification: Classification
  readonly attributes: Readonly<Record<string, string>>
}

/** Documents that are searched. */
export interface DocumentIndex {
  /**
   * Of all documents that there are, each once: policy is asked of each.
   *
   * @param readers of those alone that name one of these
   */
  classes(readers?: readonly Reader[]): Promise<readonly Classification[]>
  /** What no reader of the query may see is not looked at: it costs no place among the hits and moves no score. */
  search(query: DocumentQuery, ended: AbortSignal): Promise<Step<readonly Hit[]>>
  /**
   * Puts documents in the place of those of the same id. All, or none. In force for the next search. Rejects with `NotEmbedded`
   * where it keeps vectors and they cannot be made.
   */
  put(documents: readonly Document[]): Promise<void>
  /** Classifies anew, or gives other readers. In force for the next search. @returns false where there is no such document */
  reclassify(id: string, to: Partial<Pick<Document, 'classification' | 'readers'>>): Promise<boolean>
  /** In force for the next search. @returns how many there were */
  delete(ids: readonly string[]): Promise<number>
  close(): Promise<void>
}

/** A table that may be queried, as far as it is configured. */
export interface CataloguedTable {
  /** `SCHEMA.TABLE`. */
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly classification: Classification }[]
}

/** A dataset as configured: what a caller names, and what holds it. */
export interface Dataset {
  readonly name: string
  readonly owner: string
  readonly lattice: Lattice
  /** Of what has none of its own. */
  readonly classification: Classification
  /** What it may be read for; empty: nobody is asked. */
  readonly purposes: readonly string[]
  /** That every read brings, whatever was read. Sorted. */
  readonly labels: readonly string[]
  readonly source:
    | {
        readonly kind: 'tables'
        readonly tables: TableSource
        readonly catalogue: readonly CataloguedTable[]
        /** How long a caller may take no more of a result, milliseconds: a connection to the database waits for it. */
        readonly stallMs: number
        /** So many reads of one identity at once: others want connections too. */
        readonly readsMax: number
      }
    | {
        readonly kind: 'documents'
        readonly documents: DocumentIndex
        /** Of what is known of a document beside its text. What is not in it is of the highest there is. */
        readonly attributes: ReadonlyMap<string, Classification>
        /** In one answer. */
        readonly hitsMax: number
        /** The model, by the name that callers use, whose vectors it keeps. Left out: it keeps none. */
        readonly embeddingModel?: string
      }
}
