import { invalid, objectIn, type Protocol, type ProtocolOptions, scoreIn, typeOf } from './protocol.js'

/** Its scores are above 0 where a scanner found something, at 0 or below where it found nothing. */
const NOTHING = 0

/**
 * LLM Guard's `/analyze/prompt`: one text a call, a score for each scanner, so a finding is the whole text. What it made of the text
 * (`sanitized_prompt`) is not used.
 *
 * A scanner that is configured here and did not run there is a failure: its installation has to have it, and `scan_fail_fast` off.
 */
export function llmGuard({ types, threshold = NOTHING }: ProtocolOptions): Protocol {
  return {
    path: '/analyze/prompt',
    batchMax: 1,
    request: ([prompt = '']) => ({ prompt }),
    read(answer, [text = '']) {
      const { is_valid: isValid, scanners } = objectIn(answer)
      if (typeof isValid !== 'boolean') throw invalid()
      const scores = objectIn(scanners)
      // It rounds its scores, so one of 0 may have been just above: which scanner objected is then not known.
      if (!isValid && !Object.values(scores).some((score) => typeof score === 'number' && score > NOTHING))
        throw invalid()
      const findings = [...types].flatMap(([scanner, meaning]) => {
        const score = scoreIn(scores[scanner], -1)
        if (score <= NOTHING || score < threshold) return []
        return [{ start: 0, end: text.length, score, type: typeOf(meaning, score) }]
      })
      return [findings]
    },
  }
}
