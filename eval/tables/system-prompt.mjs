import { SYSTEM_PROMPTS } from '../cases/system-prompts.mjs'
import { row, share } from '../figures.mjs'
import { isFlagged } from '../injection.mjs'

export const title = 'Wrong only against the system message'

/** Our own, and no pattern of them was trained on. */
export function measure() {
  const wrong = SYSTEM_PROMPTS.flatMap(([system, texts]) => texts.map((text) => ({ system, text })))
  const right = SYSTEM_PROMPTS.flatMap(([system, , texts]) => texts.map((text) => ({ system, text })))
  const flagged = (pairs) => share(pairs.filter(({ system, text }) => isFlagged(text, { system })).length, pairs.length)
  const bare = (pairs) => share(pairs.filter(({ text }) => isFlagged(text)).length, pairs.length)
  return [
    row('what goes against it, found', flagged(wrong), '.50'),
    row('what does not, flagged', flagged(right), ''),
    row('found where the system message is not shown', bare(wrong)),
    row('flagged where it is not shown', bare(right)),
  ]
}
