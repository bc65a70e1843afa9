import { OVER_DEFENCE } from '../cases/over-defence.mjs'
import { row, share } from '../figures.mjs'
import { isFlagged } from '../injection.mjs'

export const title = 'Harmless texts with the words of attacks'

/** Our own, and no pattern of them was trained on. */
export function measure() {
  const judgedRight = OVER_DEFENCE.filter((text) => !isFlagged(text))
  return [row('judged right', share(judgedRight.length, OVER_DEFENCE.length), '.97')]
}
