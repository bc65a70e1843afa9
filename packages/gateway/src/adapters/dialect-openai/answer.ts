import { readLocated } from '../../json/located.js'
import type { AnswerView } from '../../spec/dialect.js'
import { proceed, refuse, type Step } from '../../spec/refusal.js'
import { ANSWER } from './formats.js'
import { see, spliced, splicesOf } from './parts.js'
import { usageOf } from './usage.js'

/** A whole answer, or the body of an error: both are JSON objects, else the provider did not speak this dialect. */
export function readAnswer(body: Buffer): Step<AnswerView> {
  const located = readLocated(body)
  if (located.kind === 'fault') return refuse('upstream_failed', `the answer is refused as JSON: ${located.code}`)
  const { value } = located
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('upstream_failed', 'the answer is not an object')
  }
  const seen = see(located, ANSWER)
  return proceed({
    parts: seen.parts,
    usage: usageOf(value),
    edit: (edits) => (edits.length === 0 ? body : spliced(located.text, splicesOf(seen, edits))),
  })
}
