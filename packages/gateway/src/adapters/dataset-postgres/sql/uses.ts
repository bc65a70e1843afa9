import type { Origin, SeenColumn } from './scopes.js'

/** A column of the catalogue that a statement names, or takes by `*` or as a part of a whole row. */
export interface ColumnUse extends Origin {
  /** It stands as a plain output of the statement, and decides nothing else. */
  readonly isPlain: boolean
  /** Of its first use that is none, UTF-16 code units; undefined where there is none, or none has a place. */
  readonly position: number | undefined
}

/** The uses of columns that a walk over a statement gathers. */
export interface Uses {
  /** Passed on as it is. */
  pass(column: SeenColumn): void
  /** Anything else. @param position UTF-16 code units; negative where there is none */
  use(columns: readonly SeenColumn[], position: number): void
  all(): readonly ColumnUse[]
}

export function gatherUses(): Uses {
  const found = new Map<string, Map<string, ColumnUse>>()
  const note = ({ relation, column }: Origin, change: (before: ColumnUse | undefined) => ColumnUse): void => {
    const table = `${relation.schema}\0${relation.table}`
    const columns = found.get(table) ?? new Map<string, ColumnUse>()
    found.set(table, columns.set(column, change(columns.get(column))))
  }
  return {
    pass({ origins }) {
      for (const origin of origins)
        note(origin, (before) => before ?? { ...origin, isPlain: true, position: undefined })
    },
    use(columns, position) {
      const use = { isPlain: false, position: position < 0 ? undefined : position }
      for (const { origins } of columns)
        for (const origin of origins)
          note(origin, (before) =>
            before?.isPlain === false && before.position !== undefined ? before : { ...origin, ...use },
          )
    },
    all: () => [...found.values()].flatMap((columns) => [...columns.values()]),
  }
}
