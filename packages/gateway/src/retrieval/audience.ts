import { type Classification, type Document, parseReader, type Reader } from '../spec/index.js'

/** Who may find a document: all of one audience are seen by the same. */
export interface Audience {
  /** As `nameOfClass` writes it; empty: of none that anybody may see. */
  readonly class: string
  /** Sorted, each once; empty: nobody. */
  readonly readers: readonly Reader[]
}

/** What is malformed is for nobody: it is never taken for something near it. */
export function audienceOf({ classification, readers }: Pick<Document, 'classification' | 'readers'>): Audience {
  return { class: nameOfClass(classification) ?? '', readers: Array.isArray(readers) ? readersOf(readers) : [] }
}

function readersOf(said: readonly unknown[]): readonly Reader[] {
  const known = said.flatMap((one) => parseReader(one) ?? [])
  return known.length === said.length ? [...new Set(known)].sort() : []
}

/** One text for each classification, and no text for two. Undefined where it is none. */
export function nameOfClass(classification: Classification): string | undefined {
  const { level, categories }: { level: unknown; categories: unknown } = classification
  if (!isWord(level) || !Array.isArray(categories) || !categories.every(isWord)) return undefined
  return JSON.stringify([level, ...[...new Set(categories)].sort()])
}

/** What `nameOfClass` wrote. Undefined where it did not. */
export function classOf(name: string): Classification | undefined {
  const [level, ...categories] = textsIn(name)
  if (level === undefined) return undefined
  const classification = { level, categories }
  return nameOfClass(classification) === name ? classification : undefined
}

/** The readers of an audience as it is kept, a JSON array: nobody where it is none. */
export function readersIn(kept: string): readonly Reader[] {
  return readersOf(textsIn(kept))
}

function textsIn(kept: string): readonly string[] {
  try {
    const read: unknown = JSON.parse(kept)
    return Array.isArray(read) && read.every(isWord) ? read : []
  } catch {
    return []
  }
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
