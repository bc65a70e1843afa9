/** A column of a database, and some of its values. */
export interface ColumnSample {
  readonly name: string
  /** As PostgreSQL's `format_type` writes it. */
  readonly type: string
  /** Of the table's primary key, or of a foreign one. */
  readonly isKey: boolean
  /** Fields of its values would be columns that nobody classified. */
  readonly isComposite: boolean
  /** The beginning of each as text, without NULL. */
  readonly values: readonly string[]
}

/** A table of a database, as somebody who classifies it sees it. */
export interface TableSample {
  readonly schema: string
  readonly table: string
  /** `definer`: a view, materialized or not, or a foreign table, that is read with the rights of its owner. */
  readonly kind: 'table' | 'view' | 'definer'
  readonly columns: readonly ColumnSample[]
  /** Rows that were looked at. */
  readonly rows: number
  /** Why none was; undefined: some were, if there are any. */
  readonly unseen: string | undefined
}
