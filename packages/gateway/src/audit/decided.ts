import { hash } from 'node:crypto'
import type { Verdict } from '../spec/index.js'
import { canonical } from './canonical.js'
import type { Pseudonyms } from './keys.js'

interface VerdictText {
  readonly inputs: string
  readonly digest: string
  readonly names: Pseudonyms
  readonly namesCaller: boolean
  readonly text: string
}

/** Memoised decisions are the same object for the same inputs, so their text is made once. */
const verdictTexts = new WeakMap<Verdict['decision'], VerdictText>()

/** What was decided and by what, as one canonical member. */
export function decidedText(verdict: Verdict, names: Pseudonyms): string {
  const held = verdictTexts.get(verdict.decision)
  // Where the policies read nothing that names the caller, the text is the same for every caller.
  if (held !== undefined && held.inputs === verdict.inputs && held.digest === verdict.policyDigest) {
    if (held.names === names || !held.namesCaller) return held.text
  }
  const { decision, obligations } = verdict
  const errors = decision.kind === 'indeterminate' ? `,"errors":${JSON.stringify(decision.errors)}` : ''
  const isNaming = namesCaller(verdict.inputs)
  const keyed = isNaming ? keyedInputs(verdict.inputs, names) : verdict.inputs
  const inputs = keyed.length <= INPUTS_MAX ? keyed : `{"sha256":"${hash('sha256', keyed, 'hex')}"}`
  const text =
    `"decided":{"determining":${JSON.stringify(decision.determining)}${errors},"inputs":${inputs},"kind":"${decision.kind}",` +
    `"obligations":${JSON.stringify(obligations.sources)},"policy_digest":"${verdict.policyDigest}",` +
    `"shadow":${JSON.stringify(decision.shadow)},"shadow_errors":${JSON.stringify(decision.shadowErrors)}}`
  verdictTexts.set(decision, {
    inputs: verdict.inputs,
    digest: verdict.policyDigest,
    names,
    namesCaller: isNaming,
    text,
  })
  return text
}

const NAMES = /"(?:id|subject|actors)":/

function namesCaller(inputs: string): boolean {
  return NAMES.test(inputs.slice(inputs.indexOf('"principal":{'), inputs.lastIndexOf('"resource":{')))
}

/** Policies may read who it is that asks. The log says it in pseudonyms, so that nobody who reads it can tell. */
function keyedInputs(inputs: string, names: Pseudonyms): string {
  const read: unknown = JSON.parse(inputs)
  // An agent's exchange was asked twice: for the agent, and for the subject.
  const questions = Array.isArray(read) ? read : [read]
  const keyed = questions.map((question: unknown, index) =>
    keyedQuestion(question, index === 0 ? names.actor : names.subject, names),
  )
  return canonical(Array.isArray(read) ? keyed : keyed[0])
}

function keyedQuestion(question: unknown, name: string, names: Pseudonyms): unknown {
  if (!isObject(question) || !isObject(question['principal'])) return question
  const { principal } = question
  const attributes = isObject(principal['attributes']) ? { ...principal['attributes'] } : {}
  if ('subject' in attributes) attributes['subject'] = name
  if ('actors' in attributes) attributes['actors'] = names.actors
  return { ...question, principal: { ...principal, attributes, ...('id' in principal ? { id: name } : {}) } }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** An entry holds 60 KiB; a caller with thousands of groups leaves a digest of what the policies read. */
const INPUTS_MAX = 32_768
