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
  const found = new Map<string, ColumnUse>()
  const keyOf = ({ relation, column }: Origin): string => JSON.stringify([relation.schema, relation.table, column])
  return {
    pass({ origins }) {
      for (const origin of origins) {
        const key = keyOf(origin)
        if (!found.has(key)) found.set(key, { ...origin, isPlain: true, position: undefined })
      }
    },
    use(columns, position) {
      for (const origin of columns.flatMap(({ origins }) => origins)) {
        const key = keyOf(origin)
        const before = found.get(key)
        if (before?.isPlain === false && before.position !== undefined) continue
        found.set(key, { ...origin, isPlain: false, position: position < 0 ? undefined : position })
      }
    },
    all: () => [...found.values()],
  }
}
