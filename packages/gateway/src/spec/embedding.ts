import type { Step } from './refusal.js'

/** Makes vectors of texts: texts that mean the like have vectors of the like direction. */
export interface Embedding {
  /** Vectors of different models are not compared. */
  readonly model: string
  /** One vector for each text, in order, all of one length. */
  embed(texts: readonly string[], ended?: AbortSignal): Promise<Step<readonly Float32Array[]>>
}
