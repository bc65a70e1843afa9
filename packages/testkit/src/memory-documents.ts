import { type Classification, type Document, type DocumentIndex, type Hit, proceed } from 'ostiary/spec'

/** Where document indexes of one process keep what they share: documents by their id. */
export type MemoryDocuments = Map<string, Document>

const READER = /^(?:\*|group:.+|user:.+#.+)$/s

/** An index that forgets everything with its map. Its passages are paragraphs. */
export function createMemoryDocuments(documents: MemoryDocuments = new Map()): DocumentIndex {
  let closed = false
  const mustBeOpen = (): void => {
    if (closed) throw new Error('the documents are closed')
  }
  return {
    async classes(readers) {
      mustBeOpen()
      const classes = new Map<string, Classification>()
      const callers = readers === undefined ? undefined : new Set<string>(readers)
      for (const { classification, readers: named } of documents.values()) {
        if (callers !== undefined && !named.some((one) => READER.test(one) && callers.has(one))) continue
        if (isClass(classification)) classes.set(nameOf(classification), classification)
      }
      return [...classes.values()]
    },
    async search({ text, limit, classes, readers }, ended) {
      mustBeOpen()
      ended.throwIfAborted()
      const allowed = new Set(classes.filter(isClass).map(nameOf))
      const callers = new Set<string>(readers.filter((one) => READER.test(one)))
      const visible = [...documents.values()].filter(
        (one) =>
          isClass(one.classification) &&
          allowed.has(nameOf(one.classification)) &&
          one.readers.some((reader) => callers.has(reader)),
      )
      const hits = ranked(new Set(wordsOf(text)), visible)
      return proceed(hits.slice(0, Math.max(0, limit)))
    },
    async put(added) {
      mustBeOpen()
      for (const one of added) documents.set(one.id, one)
    },
    async reclassify(id, to) {
      mustBeOpen()
      const found = documents.get(id)
      if (found !== undefined) documents.set(id, { ...found, ...to })
      return found !== undefined
    },
    async delete(ids) {
      mustBeOpen()
      return [...new Set(ids)].filter((id) => documents.delete(id)).length
    },
    async close() {
      closed = true
    },
  }
}

// A word counts for more the fewer of the visible documents have it: of others nothing is known here.
function ranked(asked: ReadonlySet<string>, visible: readonly Document[]): readonly Hit[] {
  const passages = visible.flatMap((document) =>
    document.text.split(/\n{2,}/).map((passage) => ({
      document,
      passage,
      words: wordsOf(`${document.title} ${passage}`),
    })),
  )
  const weights = new Map<string, number>()
  for (const word of asked) {
    const having = passages.filter(({ words }) => words.includes(word)).length
    weights.set(word, Math.log(1 + (passages.length - having + 0.5) / (having + 0.5)))
  }
  const best = new Map<string, Hit>()
  for (const { document, passage, words } of passages) {
    const found = words.filter((word) => asked.has(word))
    if (found.length === 0) continue
    const score = found.reduce((sum, word) => sum + (weights.get(word) ?? 0) / words.length, 0)
    if ((best.get(document.id)?.score ?? Number.NEGATIVE_INFINITY) >= score) continue
    const { id, title, classification, attributes } = document
    best.set(id, { id, title, passage, score, classification, attributes })
  }
  return [...best.values()].sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
}

function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

function isClass({ level, categories }: Classification): boolean {
  return level !== '' && Array.isArray(categories)
}

function nameOf({ level, categories }: Classification): string {
  return JSON.stringify([level, [...categories].sort()])
}
