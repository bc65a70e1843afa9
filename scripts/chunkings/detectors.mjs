import { createTermDetectors } from '../../packages/gateway/dist/adapters/detector-terms/detector.js'
import { createCanaries } from '../../packages/gateway/dist/canary/canary.js'
import { allDetectors } from '../../packages/gateway/dist/compose/detectors.js'

/** A system text that an answer may give away. */
export const CONFIDENTIAL =
  'You serve the guests of the Blue Heron. The kitchen closes at nine, and the cellar key hangs behind the clock.'

const terms = createTermDetectors([
  {
    ...{ type: 'term.project', words: ['Blackthorn', 'blue heron two'], pattern: undefined },
    ...{ ignoreCase: true, context: undefined, within: 0, score: 1 },
  },
  {
    ...{ type: 'term.customer', words: [], pattern: 'KD-[0-9]{6,10}' },
    ...{ ignoreCase: false, context: undefined, within: 0, score: 1 },
  },
])
const canary = createCanaries(Buffer.alloc(32, 7))([CONFIDENTIAL], ['chunkings'])

/** What gives the mark itself away. */
export const MARKED = canary.line

/** Whatever may judge a stream: the gateway's own, an operator's terms, and what watches for the system text. */
export const DETECTORS = [...allDetectors(), ...terms, ...canary.detectors]
