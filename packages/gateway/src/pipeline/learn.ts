import type { Learnt } from '../exchange.js'
import { createInspect } from '../inspect/inspect.js'
import {
  type BodyDetector,
  type Detector,
  type Elsewhere,
  type Illness,
  NO_RETRY,
  type Placed,
  proceed,
  refuse,
  type Step,
  subjectOf,
  type TextPart,
  type Wanted,
} from '../spec/index.js'
import type { Entered } from './call.js'

export interface LearnParts {
  readonly detectors: readonly Placed<Detector>[]
  readonly bodyDetectors: readonly Placed<BodyDetector>[]
  /** Called each time that a detector failed. */
  readonly onIll: (illness: Illness) => void
}

/**
 * What the detectors learn of texts; a refusal where one failed that must not.
 *
 * @param wanted types of which findings are of use: whoever finds none of them is not asked
 * @param asking whose request it is: a body is looked at more than once, and what failed at it failed once. Undefined: an answer
 */
export type Learn = (
  texts: readonly TextPart[],
  wanted: Wanted,
  elsewhere: Elsewhere | undefined,
  asking?: Entered,
) => Step<Learnt>

export function createLearn(parts: LearnParts): Learn {
  const inspectParts = createInspect(parts.detectors, parts.bodyDetectors)
  const told = new WeakMap<Entered, Set<string>>()

  function tell(failed: readonly Illness[], asking: Entered | undefined): void {
    const known = asking === undefined ? undefined : (told.get(asking) ?? new Set())
    if (asking !== undefined && known !== undefined) told.set(asking, known)
    for (const one of failed) {
      if (known?.has(one.detector) === true) continue
      known?.add(one.detector)
      parts.onIll(one)
    }
  }

  return (texts, wanted, elsewhere, asking) => {
    const whose = asking === undefined ? undefined : subjectOf(asking.authenticated.principal).uid
    const inspected = inspectParts(texts, wanted, elsewhere, whose)
    const { parts: found, findings: types, isUnsure, promptTokens } = inspected
    switch (inspected.kind) {
      case 'clean':
        return proceed({ found, types, counts: {}, opened: NOBODY, promptTokens, isUnsure })
      case 'found':
        return proceed({
          found,
          types,
          counts: Object.fromEntries(inspected.counts),
          opened: NOBODY,
          promptTokens,
          isUnsure,
        })
      case 'failed': {
        tell(inspected.failed, asking)
        const ill = inspected.failed.find(({ whenIll }) => whenIll === 'closed')
        if (ill !== undefined) {
          return refuse('inspection_failed', `${ill.detector}: ${ill.why}`, { headers: NO_RETRY })
        }
        // `open` is the operator's word, and each time it is made use of the entry says so.
        const opened = inspected.failed.map(({ detector }) => detector)
        const counts = { ...Object.fromEntries(inspected.counts), ...countsOf(opened) }
        return proceed({ found, types, counts, opened, promptTokens, isUnsure })
      }
    }
  }
}

const NOBODY: readonly string[] = []

function countsOf(opened: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(opened.map((detector) => [`inspection.failed:${detector}`, 1]))
}
