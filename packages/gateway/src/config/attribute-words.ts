import { type Config, TOOL_EFFECTS } from './config.js'

/**
 * What the gateway's own attributes of datasets and tools can be, and purposes, by `resource.NAME` or `context.NAME`. Without those
 * that models have an attribute of the same name for, which can be anything.
 */
export function wordsOf(
  { classification, datasets }: Config,
  ofModels: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, readonly string[]>([
    ['resource.classification', classification.levels],
    ['resource.categories', classification.categories],
    ['resource.effect', TOOL_EFFECTS],
    ['context.purpose', [...new Set(datasets.flatMap(({ purposes }) => purposes))]],
  ])
  for (const name of ofModels) words.delete(`resource.${name}`)
  return words
}
