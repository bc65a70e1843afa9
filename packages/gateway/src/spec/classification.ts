/** How sensitive data is, and what kinds of it there are. */
export interface Classification {
  /** Of the lattice. */
  readonly level: string
  /** Kinds of data, such as `pii`. Sorted, each once. */
  readonly categories: readonly string[]
}

/** The category of documents that tell models what to do, whatever categories are configured. */
export const UNTRUSTED = 'untrusted'

/** The order of classifications: levels one above the other, and sets of categories. */
export interface Lattice {
  /** Lowest first; at least two. */
  readonly levels: readonly string[]
  readonly categories: readonly string[]
}

/** The highest there is: what nobody classified. */
export function highestOf({ levels, categories }: Lattice): Classification {
  return { level: levels.at(-1) ?? '', categories: [...categories].sort() }
}

/** The lowest that is as high as each of these; of none the lowest there is. */
export function joinedOf({ levels }: Lattice, all: readonly Classification[]): Classification {
  let rank = 0
  const categories = new Set<string>()
  for (const one of all) {
    rank = Math.max(rank, rankIn(levels, one.level))
    for (const category of one.categories) categories.add(category)
  }
  return { level: levels[rank] ?? '', categories: [...categories].sort() }
}

/** Whether a level is that high, or higher. A word that is no level of the lattice is above all of them. */
export function reaches({ levels }: Lattice, level: string, floor: string): boolean {
  return rankIn(levels, level) >= rankIn(levels, floor)
}

/** What an identity gathers that read it: the categories, and the level but where it is the lowest, which says nothing. */
export function labelsOfClassification({ levels }: Lattice, { level, categories }: Classification): readonly string[] {
  return level === levels[0] ? categories : [...new Set([level, ...categories])].sort()
}

function rankIn(levels: readonly string[], level: string): number {
  const at = levels.indexOf(level)
  return at < 0 ? levels.length - 1 : at
}
