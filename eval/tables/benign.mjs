import { allDetectors } from '../../packages/gateway/dist/compose/detectors.js'
import { rowsOf } from '../data.mjs'
import { row, share } from '../figures.mjs'

export const title = 'Ordinary prompts flagged, by type'

/** Of `benign_general`, how many have a finding of each type: nothing in them is meant to be found, but for some names. */
export function measure() {
  const texts = rowsOf('benign_general').map(({ text }) => text)
  const flagged = new Map()
  const detectors = allDetectors()
  for (const text of texts) {
    const found = detectors.flatMap((detector) => detector.scan(text, 0, true).findings)
    for (const type of new Set(found.map(({ type }) => type))) flagged.set(type, (flagged.get(type) ?? 0) + 1)
  }
  return [...flagged].map(([type, hits]) => row(type, share(hits, texts.length)))
}
