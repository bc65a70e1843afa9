import { allDetectors } from '../../packages/gateway/dist/compose/detectors.js'
import { rowsOf } from '../data.mjs'
import { row, share } from '../figures.mjs'

export const title = 'Ordinary prompts flagged, by type'

/** Of `benign_general`, how many have a finding of each type: nothing in them is meant to be found, but for some names. */
export function measure() {
  const texts = rowsOf('benign_general').map(({ text }) => text)
  const flagged = new Map()
  for (const detector of allDetectors()) {
    for (const type of detector.types) flagged.set(type, 0)
    for (const text of texts) {
      const types = new Set(detector.scan(text, 0, true).findings.map(({ type }) => type))
      for (const type of types) flagged.set(type, flagged.get(type) + 1)
    }
  }
  return [...flagged].filter(([, hits]) => hits > 0).map(([type, hits]) => row(type, share(hits, texts.length)))
}
