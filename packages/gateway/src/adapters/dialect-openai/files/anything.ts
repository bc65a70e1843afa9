import { createLens, LASTING } from '../../../lens/lens.js'
import { shape } from '../../../lens/shape.js'
import type { Lens } from '../../../spec/dialect.js'

/** Of JSON that no format is known of: every string in it is text. */
export const ANYTHING: Lens = createLens(
  {
    request: shape({}),
    facts: () => LASTING,
    namesModel: false,
    answer: shape({}),
    usage: () => undefined,
    stream: undefined,
  },
  { depthMax: 64, placesMax: 1 << 20 },
)
