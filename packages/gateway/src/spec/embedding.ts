import type { Refusal, Step } from './refusal.js'

/** Makes vectors of texts: texts that mean the like have vectors of the like direction. */
export interface Embedding {
  /** Vectors of different models are not compared. */
  readonly model: string
  /** One vector for each text, in order, all of one length, each with a direction. */
  embed(texts: readonly string[], ended?: AbortSignal): Promise<Step<readonly Float32Array[]>>
}

/** Makes vectors of documents, in the name of the dataset that they are put into. */
export interface DocumentEmbedding extends Embedding {
  /** These labels are of documents that it is given from now on. Rejects where that cannot be kept. */
  touch(labels: readonly string[]): Promise<void>
}

/** Documents were not put, as no vectors could be made of them. */
export class NotEmbedded extends Error {
  override readonly name = 'NotEmbedded'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`no vectors were made of documents: ${refusal.code}`)
    this.refusal = refusal
  }
}
