import type { Classification, Dataset, PackedRows, Refusal, ResultColumn, TableQuery } from '../../spec/index.js'

interface Asked {
  readonly dataset: Dataset
  /** As the caller says it. */
  readonly purpose: string | undefined
  /** As received. */
  readonly body: Buffer
}

/** What a door for datasets was asked for. */
export interface QueryCall extends Asked {
  readonly query: TableQuery
  readonly sink: ResultSink<ShownColumn, ShownRows>
}

export interface SearchCall extends Asked {
  readonly text: string
  /** At most so many hits; undefined: as many as the dataset gives. */
  readonly limit: number | undefined
  readonly sink: ResultSink<never, readonly ShownHit[]>
}

/** A column of a result, as its reader is told of it. */
export interface ShownColumn extends Pick<ResultColumn, 'name' | 'type' | 'cells' | 'classification'> {
  /** What stands there is not what the dataset has. */
  readonly isChanged: boolean
}

/** A cell as its reader sees it. */
export type Shown = string | null

/** Rows as their reader sees them; packed where nothing of them was looked at. */
export type ShownRows = readonly (readonly Shown[])[] | PackedRows

/** A passage as its reader sees it. */
export interface ShownHit {
  readonly id: string
  readonly title: string
  readonly passage: string
  readonly score: number
  readonly classification: Classification
  readonly attributes: Readonly<Record<string, string>>
}

/** What a result begins with. */
export interface ResultHead<Column> {
  readonly columns: readonly Column[]
  readonly receipt: string | undefined
  /** Something is not as the dataset has it. */
  readonly isChanged: boolean
  /** What documents were found by, where it keeps vectors. */
  readonly by?: FoundBy
}

/** By words alone where no vector could be made of what is looked for. */
export type FoundBy = 'words' | 'words+meaning'

/** Where a result goes: a door writes it in its own protocol. */
export interface ResultSink<Column, Rows> {
  begin(head: ResultHead<Column>): void
  /** @returns what to wait for before more is written; undefined: nothing */
  rows(rows: Rows): Promise<void> | undefined
  /** There is no more. */
  end(isTruncated: boolean): void
  /** Instead of a result, or in the middle of one. @returns the status that the caller was answered with */
  refuse(refusal: Refusal, receipt: string | undefined): number
}

/** Documents that are searched. */
export type Documents = Extract<Dataset['source'], { readonly kind: 'documents' }>

/** Tables that are queried. */
export type Tables = Extract<Dataset['source'], { readonly kind: 'tables' }>
