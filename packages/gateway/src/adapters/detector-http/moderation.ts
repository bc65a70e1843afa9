import type { Json } from '../../json/strict.js'
import type { Finding } from '../../spec/index.js'
import { invalid, listIn, objectIn, type Protocol, type ProtocolOptions, scoreIn, typeOf } from './protocol.js'

/**
 * OpenAI's `/moderations`, and whatever else speaks it: several texts a call, categories with scores, so a finding is the whole
 * text. Without a threshold a category counts where the provider says that it does.
 */
export function moderation({ types, threshold, model }: ProtocolOptions): Protocol {
  const read = (one: Json, text: string): readonly Finding[] => {
    const { categories, category_scores: scores } = objectIn(one)
    const flags = objectIn(categories)
    const scored = objectIn(scores)
    let known = 0
    const findings: Finding[] = []
    for (const [category, meaning] of types) {
      const flag = flags[category]
      // "illicit" is null in, or missing from, what older models say.
      if (flag === undefined || flag === null) continue
      if (typeof flag !== 'boolean') throw invalid()
      known++
      const score = scoreIn(scored[category], 0)
      if (threshold === undefined ? !flag : score < threshold) continue
      findings.push({ start: 0, end: text.length, score, type: typeOf(meaning, score) })
    }
    // Who knows none of the categories did not look for any.
    if (known === 0) throw invalid()
    return findings
  }
  return {
    path: '/moderations',
    batchMax: 32,
    request: (input) => ({ input: [...input], ...(model === undefined ? {} : { model }) }),
    read(answer, texts) {
      const results = listIn(objectIn(answer)['results'])
      if (results.length !== texts.length) throw invalid()
      return results.map((one, index) => read(one, texts[index] ?? ''))
    },
  }
}
