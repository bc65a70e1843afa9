import { createElsewhere } from '../inspect/elsewhere.js'
import { ALL_WANTED, type PlacedRemote, proceed, type Step, type TextPart } from '../spec/index.js'
import { createLearn, type LearnParts } from './learn.js'

export interface InspectTextsParts extends LearnParts {
  readonly remoteDetectors: readonly PlacedRemote[]
}

/**
 * Inspects texts that belong to no exchange, here and elsewhere, as those of an exchange are.
 *
 * @returns what was found, each type once, with `inspection.failed:NAME` of detectors that failed open; a refusal where one failed
 * closed
 */
export function createInspectTexts(
  parts: InspectTextsParts,
): (texts: readonly string[], labels: readonly string[]) => Promise<Step<readonly string[]>> {
  const learn = createLearn(parts)
  // What was found is told to whoever reads later, by whatever policy.
  const look = createElsewhere(parts.remoteDetectors)?.(ALL_WANTED)
  return async (texts, labels) => {
    const parts = texts.map(partOf)
    const seen = await look?.(parts, labels, NEVER)
    const learnt = learn(parts, ALL_WANTED, seen)
    return learnt.kind === 'refuse' ? learnt : proceed(Object.keys(learnt.value.counts).sort())
  }
}

/** Who asks waits until all is done: each detector has its own timeout. */
const NEVER = new AbortController().signal

function partOf(text: string, index: number): TextPart {
  return { role: 'tool', address: `/${index}`, text, isName: false, isJson: false }
}
