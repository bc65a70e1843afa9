import type { Detector, Finding, Scan } from '../../spec/index.js'
import { characterClasses } from './characters.js'
import { entitiesOf } from './entities.js'
import { type Names, readNames } from './model.js'
import { RunReader } from './runs.js'
import { Tagger } from './tagger.js'

const NONE: readonly Finding[] = []

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
  const runs = new RunReader({ classes: characterClasses(), lexicon })
  const tagger = new Tagger(model)

  return {
    name: 'names',
    types: ['pii.address', 'pii.person'],

    scan(text: string, from: number, ended: boolean): Scan {
      let findings: Finding[] | undefined
      let at = from
      runs.begin()
      for (;;) {
        at = runs.next(text, at, ended)
        if (runs.count === 0) return { findings: findings ?? NONE, hold: at }
        tagger.tag(runs)
        findings ??= []
        entitiesOf(runs.tokens, runs.count, tagger.marginals, thresholds, findings)
      }
    },
  }
}
