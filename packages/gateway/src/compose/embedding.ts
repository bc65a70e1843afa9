import {
  type Dataset,
  type DocumentEmbedding,
  type DocumentIndex,
  errorName,
  labelsOfClassification,
  NotEmbedded,
  refuse,
} from '../spec/index.js'

/**
 * Asks anew each time: the gateway whose exchanges they are is there only once its datasets are, and its rules change.
 *
 * @param model as it is called where there is no gateway
 */
export function embeddedBy(now: () => DocumentEmbedding | undefined, model: string): DocumentEmbedding {
  return {
    get model() {
      return now()?.model ?? model
    },
    async embed(texts, ended) {
      return (await now()?.embed(texts, ended)) ?? NO_GATEWAY
    },
    async touch(labels) {
      await now()?.touch(labels)
    },
  }
}

const NO_GATEWAY = refuse('endpoint_not_governed', 'embeddings: no gateway runs', {
  message: 'Only a gateway that runs can have them embedded.',
})

/** Before documents are embedded their labels are the dataset's own: policy decides about a model by what the model would see. */
export function withLabelsFirst(
  index: DocumentIndex,
  { touch }: Pick<DocumentEmbedding, 'touch'>,
  { labels, lattice }: Pick<Dataset, 'labels' | 'lattice'>,
): DocumentIndex {
  return {
    ...index,
    async put(documents) {
      const brought = documents.flatMap(({ classification }) => labelsOfClassification(lattice, classification))
      try {
        await touch([...new Set([...labels, ...brought])].sort())
      } catch (error) {
        throw new NotEmbedded(refuse('overloaded', `ledger: not written (${errorName(error)})`))
      }
      await index.put(documents)
    },
  }
}
