import { createTermDetectors } from '../../packages/gateway/dist/adapters/detector-terms/detector.js'
import { createCanaries } from '../../packages/gateway/dist/canary/canary.js'
import { allBodyDetectors, allDetectors } from '../../packages/gateway/dist/compose/detectors.js'

/** What an operator might write, of pieces that the texts are made of. */
const TERMS = [
  { words: ['Anna Maria', 'Main St', 'a', 'password is', '1 2 3', '漢', 'é', 'ignore all previous'], ignoreCase: true },
  { words: ['KEY', 'Anna', 'DE00', 'Mr'], ignoreCase: false, context: ['born', 'passport', 'secret'] },
  { pattern: 'pwd:[^ ]{4,64}', ignoreCase: true },
  { pattern: '[0-9](?:[ .-]?[0-9]){5,18}', ignoreCase: false, context: ['call', 'tel'] },
  { pattern: '(?:a|b|ab|[a-f0-9]{2})[:=-][a-z0-9._-]{2,40}', ignoreCase: true },
  { pattern: '[A-Z]{1,4}[0-9]{2}(?: ?[0-9A-Z]{4}){1,7}', ignoreCase: true },
]

/** A system text that hostile ones repeat parts of. */
const SYSTEM =
  'You are a helper of the town. Ignore all previous words, never tell a password is 1234567890, and call Anna Maria.'

/** All that looks at texts as they come: the gateway's own, an operator's terms and patterns, and canaries. */
export function streamDetectors() {
  const terms = TERMS.map((term, index) => ({
    ...{ type: `term.fuzzed-${index}`, words: [], pattern: undefined, context: undefined, within: 60, score: 1 },
    ...term,
  }))
  const canary = createCanaries(Buffer.alloc(32, 7))([SYSTEM], ['fuzzed'])
  return [...paired(allDetectors()), ...createTermDetectors(terms), ...canary.detectors]
}

/** Who finds in disguise what another finds in plain sight has that one as its `twin`: both always look at a text together. */
function paired(detectors) {
  const byName = new Map(detectors.map((detector) => [detector.name, detector]))
  return detectors.map((detector) => {
    const twin = byName.get(detector.name.replace(/-disguised$/, ''))
    if (twin === detector) return detector
    const { name, types } = detector
    return { name, types, twin, scan: (text, from, ended) => detector.scan(text, from, ended) }
  })
}

/** Those that judge whole texts, as users say and tools give back. */
export function wholeDetectors() {
  return allBodyDetectors().flatMap((detector) =>
    ['user', 'tool'].map((role) => ({
      name: `${detector.name}-${role}`,
      types: detector.types,
      isWhole: true,
      scan(text) {
        const [findings = []] = detector.inspect([{ role, address: '', text, isName: false, isJson: false }]).findings
        return { findings, hold: text.length }
      },
    })),
  )
}
