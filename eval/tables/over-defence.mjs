import { OVER_DEFENCE, WRITTEN_LAST } from '../cases/over-defence.mjs'
import { row, share } from '../figures.mjs'
import { isFlagged } from '../injection.mjs'

export const title = 'Harmless texts with the words of attacks'

const right = (texts) => share(texts.filter((text) => !isFlagged(text)).length, texts.length)

export function measure() {
  return [
    row('judged right, written last', right(WRITTEN_LAST), '.97'),
    row('judged right, others (patterns were added after they had been measured)', right(OVER_DEFENCE)),
  ]
}
