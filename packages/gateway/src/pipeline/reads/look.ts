import { type Dataset, type DocumentQuery, type Embedding, type Hit, proceed, type Step } from '../../spec/index.js'
import type { Entered } from '../call.js'
import { type Life, overBy } from '../life.js'
import type { Documents, FoundBy } from './call.js'
import type { ReadDesk } from './desk.js'

interface Look {
  readonly dataset: Dataset
  readonly source: Documents
  readonly content: DocumentQuery
  readonly life: Life
}

/** By meaning too, where the dataset keeps vectors and the caller may have one made of what it looks for. */
export async function look(
  { parts: { embeddingOf } }: ReadDesk,
  entered: Entered,
  { content, dataset, life, source }: Look,
): Promise<Step<{ readonly hits: readonly Hit[]; readonly by: FoundBy | undefined }>> {
  const embedding = embeddingOf(entered, dataset)
  let by: FoundBy | undefined = embedding && 'words'
  const noted = embedding && {
    model: embedding.model,
    async embed(...asked: Parameters<Embedding['embed']>) {
      const made = await embedding.embed(...asked)
      if (made.kind === 'proceed') by = 'words+meaning'
      return made
    },
  }
  try {
    const found = await source.documents.search(noted ? { ...content, embedding: noted } : content, life.signal)
    return found.kind === 'refuse' ? found : proceed({ hits: found.value, by })
  } catch (error) {
    // A search that was broken off, as nobody waits for it any more or may see what it finds.
    if (life.signal.aborted) return overBy(life)
    throw error
  }
}
