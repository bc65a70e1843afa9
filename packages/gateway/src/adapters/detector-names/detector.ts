import type { Detector, Finding, Scan } from '../../spec/index.js'
import { characterClasses } from './characters.js'
import { entitiesOf } from './entities.js'
import { type Names, readNames } from './model.js'
import { Repeats } from './repeats.js'
import { RunReader } from './runs.js'
import { Tagger } from './tagger.js'

const NONE: readonly Finding[] = []
/** More than is looked at before what is not judged yet: a stream that waits for others is not read from its front each time. */
const SEEN_MAX = 256

/**
 * Names of people and street addresses, by weights that were learnt.
 *
 * @param path a file of weights; without one those of this version
 * @throws where the file is missing, damaged, or of another version
 */
export function createNamesDetector(path?: string): Detector {
  return namesDetector(readNames(path))
}

/** What is looked at are runs of capitalised words and numbers alone; all other prose is passed over. */
function namesDetector({ model, lexicon, thresholds }: Names): Detector {
  const runs = new RunReader(characterClasses(), lexicon)
  const tagger = new Tagger(model)
  const repeats = new Repeats()

  return {
    name: 'names',
    types: ['pii.address', 'pii.person'],

    scan(text: string, from: number, ended: boolean): Scan {
      let findings: Finding[] | undefined
      const cut = Math.max(0, from - SEEN_MAX)
      let at = from - cut
      runs.begin(text.slice(cut), at)
      for (;;) {
        at = runs.next(at, ended)
        if (runs.count === 0) return { findings: findings ?? NONE, hold: cut + at }
        const isOne = runs.count === 1
        if (isOne && repeats.has(runs.tokens, runs)) continue
        const found = findings?.length ?? 0
        if (tagger.tag(runs)) {
          findings ??= []
          entitiesOf(runs.tokens, runs.count, tagger.marginals, thresholds, findings, cut)
        }
        if (isOne && (findings?.length ?? 0) === found) repeats.add(runs.tokens, runs)
      }
    },
  }
}
