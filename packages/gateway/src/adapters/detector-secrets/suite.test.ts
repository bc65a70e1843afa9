import { detectorSuite, type FoundCase } from '@ostiary/testkit'
import { CLEAN, NAMED, PASSWORD_CONTEXTS } from '../../../test/secrets/corpus.js'
import { SAMPLES, sampleOf } from '../../../test/secrets/samples.js'
import { createPatternDetector } from '../../patterns/detector.js'
import type { Rule } from '../../patterns/rule.js'
import { AI } from './rules/ai.js'
import { BUSINESS } from './rules/business.js'
import { CLOUD } from './rules/cloud.js'
import { DEVELOPMENT } from './rules/development.js'
import { FIRST } from './rules/first.js'
import { GENERIC } from './rules/generic.js'
import { MESSAGES } from './rules/messages.js'
import { OPERATIONS } from './rules/operations.js'
import { PASSWORDS } from './rules/password.js'

// Chunk invariance of all rules, by area: in one suite their samples would be each other's context, some thousand characters of it.

let state = 4_711
function draw(of: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return (state >>> 8) % of
}

/** One sample for each type, with whatever else of that area is found in it. */
function samplesOf(rules: readonly Rule[], scan: (text: string) => FoundCase): readonly FoundCase[] {
  const types = new Map<string, string>()
  for (const { name, type } of rules) {
    const template = SAMPLES.get(name)
    if (template !== undefined && !types.has(type)) types.set(type, template)
  }
  return [...types.values()].map((template) => scan(`It is ${sampleOf(template, draw).text}, I think.`))
}

for (const [area, rules] of [
  ['first', FIRST],
  ['models', AI],
  ['clouds', CLOUD],
  ['development', DEVELOPMENT],
  ['business', BUSINESS],
  ['messages', MESSAGES],
  ['operations', OPERATIONS],
] as const) {
  const detector = createPatternDetector({ name: area, rules })
  const found = samplesOf(rules, (text) => ({
    text,
    found: detector.scan(text, 0, true).findings.map(({ type, start, end }) => [type, text.slice(start, end)]),
  }))
  detectorSuite(`secrets: ${area}`, detector, { found, clean: CLEAN.slice(0, 6) })
}

function placed(
  contexts: readonly string[],
  value: string,
  type: 'secret.generic' | 'secret.password',
): readonly FoundCase[] {
  return contexts
    .filter((_, at) => at % 4 === 0)
    .map((context) => ({ text: context.replace('{s}', () => value), found: [[type, value]] }))
}

const key = sampleOf('<{a28}>', draw).text
detectorSuite('secrets: keys and tokens', createPatternDetector({ name: 'generic', rules: GENERIC }), {
  found: placed(NAMED, key, 'secret.generic'),
  clean: CLEAN.filter((_, at) => at % 8 === 0),
})

const NOT_BY_NAME = /:\/\//
detectorSuite('secrets: passwords', createPatternDetector({ name: 'passwords', rules: PASSWORDS }), {
  found: placed(
    PASSWORD_CONTEXTS.filter((context) => !NOT_BY_NAME.test(context) || context.includes('password=')),
    'Amber!42birch',
    'secret.password',
  ),
  clean: CLEAN.filter((_, at) => at % 8 === 1),
})
