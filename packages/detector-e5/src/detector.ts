import { DetectorFailed, type Finding, type FindingType, type RemoteDetector, type Standing } from 'ostiary/spec'
import type { Engine, Looked } from './engine.js'
import type { Grades, Thresholds } from './models.js'
import type { Stretch } from './reading.js'
import { Turns } from './turns.js'
import type { Answer, Ask } from './worker.js'

export interface DetectorParts {
  readonly name: string
  /** What is looked for; of `injection.` any of its grades stands for all. */
  readonly types: readonly FindingType[]
  /** Each looks at one text at a time. */
  readonly engines: readonly Engine[]
}

/** UTF-16 code units: some forty windows, so that a text that is aborted or late gives way soon. */
const TEXT_MAX = 16_384
const INJECTION = ['injection.high', 'injection.low', 'injection.medium'] as const

/** Types that can be found. */
export const TYPES: readonly FindingType[] = [...INJECTION, 'pii.address', 'pii.person']

/**
 * A detector in this process, behind the seam of those elsewhere: it takes its time, and may fail. Of one inspection no more texts
 * are looked at at once than there are engines.
 */
export function createDetector({ engines, name, types }: DetectorParts): RemoteDetector {
  const turns = new Turns(engines)
  const isAsked = (family: string): boolean => types.some((type) => type.startsWith(family))
  const names: readonly Ask[] = [
    ...(isAsked('pii.person') ? (['person'] as const) : []),
    ...(isAsked('pii.address') ? (['address'] as const) : []),
  ]
  const judges = isAsked('injection.')
  return {
    name,
    types: TYPES.filter((type) => types.includes(type) || (judges && type.startsWith('injection.'))),
    // Nothing leaves the process.
    labelsWithin: 'all',
    textMax: TEXT_MAX,
    async inspect(texts, signal, standings) {
      const charge = texts.filter((_, at) => standings?.[at] === 'system').join('\n')
      const found: (readonly Finding[])[] = []
      let next = 0
      const work = async (): Promise<void> => {
        for (let at = next++; at < texts.length; at = next++) {
          const judged = judges ? judgedOf(standings?.[at], charge) : []
          const asks = [...names, ...judged]
          found[at] = asks.length === 0 ? [] : await look({ text: texts[at] ?? '', asks, charge }, signal)
        }
      }
      await Promise.all(Array.from({ length: Math.min(engines.length, texts.length) }, work))
      if (signal.aborted) throw new DetectorFailed('ABORTED')
      return found
    },
  }

  async function look(looked: Looked, signal: AbortSignal): Promise<readonly Finding[]> {
    const engine = await turns.take(signal)
    try {
      return findingsOf(await engine.look(looked, signal), engine.thresholds)
    } finally {
      turns.give(engine)
    }
  }
}

/** What a request asks of the model looks like what is planted in data: which it is, only its place tells. */
function judgedOf(standing: Standing | undefined, charge: string): readonly Ask[] {
  if (standing === 'system') return []
  if (standing === 'data') return ['planted']
  return charge.trim() === '' ? ['injection'] : ['injection', 'against']
}

function findingsOf(answer: Answer, thresholds: Thresholds): readonly Finding[] {
  const of = (type: FindingType, stretches: readonly Stretch[] = []): readonly Finding[] =>
    stretches.map(({ end, score, start }) => ({ type, start, end, score: Math.min(1, Math.max(0, score)) }))
  const graded = (stretches: readonly Stretch[] = [], grades: Grades): readonly Finding[] =>
    stretches.flatMap((one) => {
      const type = gradeOf(one.score, grades)
      return type === undefined ? [] : of(type, [one])
    })
  return [
    ...of('pii.person', answer.person),
    ...of('pii.address', answer.address),
    // A planted instruction that was found was found: how sure that is, its score says.
    ...of('injection.high', answer.planted),
    ...graded(answer.injection, thresholds.injection),
    ...graded(answer.against, thresholds.against),
  ]
}

function gradeOf(score: number, { high, low, medium }: Grades): FindingType | undefined {
  if (score >= high) return 'injection.high'
  if (score >= medium) return 'injection.medium'
  return score >= low ? 'injection.low' : undefined
}
