/** One row of what was released: its cells as they read, and the labels that they bring to whoever has them. A document is a row of one. */
export interface ReleasedRow {
  readonly values: readonly string[]
  readonly labels: readonly string[]
}

/** A text that is looked at as it comes. Chunk-invariant: every cutting of it brings the same labels. */
export interface TextWatch {
  /** @returns whether what came last may end something that is known, unless more follows: then it is not given out yet */
  push(text: string): boolean
  end(): void
}

/** What was released, known again by keyed fingerprints alone (exact-data match). */
export interface Fingerprints {
  /** Nothing is remembered: nothing need be looked at. */
  readonly isEmpty: boolean
  /**
   * Remembers what identifies somebody or something by itself, or together with its row: all else is not remembered, so that
   * nobody learns it by guessing. Holds here at once, and everywhere once it is fulfilled: nothing is released before. Rejects
   * where the store does not take it.
   *
   * @returns undefined where nothing need be written
   */
  remember(rows: readonly ReleasedRow[]): Promise<void> | undefined
  /** @param found is told of labels, of each once */
  watch(found: (labels: readonly string[]) => void): TextWatch
}

/** The labels that texts bring by what is known of them, sorted. */
export function labelsKnownIn(known: Fingerprints, texts: readonly string[]): readonly string[] {
  if (known.isEmpty) return NONE
  const labels = new Set<string>()
  for (const text of texts) {
    const watch = known.watch((found) => {
      for (const one of found) labels.add(one)
    })
    watch.push(text)
    watch.end()
  }
  return labels.size === 0 ? NONE : [...labels].sort()
}

const NONE: readonly string[] = []

/** Where nothing is remembered. */
export const NO_FINGERPRINTS: Fingerprints = {
  isEmpty: true,
  remember: () => undefined,
  watch: () => ({ push: () => false, end: () => undefined }),
}
