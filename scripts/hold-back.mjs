// How much of clean prose a stream's guards hold, and what they add to the time to the first token. Runs the build. Every detector judges:
// the gateway's own, an operator's terms, and what watches for a system text.
//
//   node scripts/hold-back.mjs [--sockets 200]
//
// The prose is that of this repository, and with `OSTIARY_SHARED_DATA` the general prompts there, in the tokens of `o200k_base`; texts
// in which a detector finds something are left out. `--sockets` texts go through a listening gateway besides, a token every 20 ms.
// Prints figures and judges nothing: what can be reached depends on what policy asks to be found.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createGuardFactory } from '../packages/gateway/dist/release/guard.js'
import { DETECTORS } from './chunkings/detectors.mjs'
import { openSession, restoringFor } from './chunkings/vault.mjs'
import { firstTokens, heldOf, quantile } from './hold-back/held.mjs'
import { firstCharacters } from './hold-back/sockets.mjs'
import { cleanProse } from './hold-back/texts.mjs'

const { values } = parseArgs({ options: { sockets: { type: 'string', default: '200' } } })
const SESSION_VALUES = 100

const detectors = DETECTORS.map((detector) => ({ detector, whenIll: 'closed' }))
const types = [...new Set(detectors.flatMap(({ detector }) => detector.types))]
const redacting = (wanted) => {
  const acts = new Map(wanted.map((type) => [type, 'redact']))
  const never = () => {
    throw new Error('a detector failed, or found something in clean prose')
  }
  return () => createGuardFactory({ detectors, acts, onFinding: never, onIll: never })
}
/** Behind them values of a session are put back. */
const restoring = (guards) => {
  const session = openSession()
  for (let at = 0; at < SESSION_VALUES; at++) session.tokenize('pii.email', `person.${at}@example.com`)
  return () => {
    const back = restoringFor(session, new Map(), [])
    const judging = guards()
    return (channel) => back.guard(channel, judging(channel))
  }
}
const SETS = [
  ['all types', redacting(types)],
  [`all types, and a session of ${SESSION_VALUES} values`, restoring(redacting(types))],
  ['`secret`', redacting(types.filter((type) => type.startsWith('secret')))],
  ...types.filter((type) => type.startsWith('pii')).map((type) => [`\`${type}\``, redacting([type])]),
]

const milliseconds = (value) => `${value.toFixed(2)} ms`
console.log(`Node ${process.version}, load average ${loadavg()[0].toFixed(1)}`)
for (const { name, texts } of cleanProse(detectors)) {
  console.log(`\n${name}: ${texts.length} texts, ${texts.flat().length} tokens`)
  console.log('\n| to be found | held p50 | p90 | p99 | most | first token: lens p50 | p99 | waits for more |')
  console.log('|---|---|---|---|---|---|---|---|')
  for (const [set, guards] of SETS) {
    const held = heldOf(texts, guards)
    firstTokens(texts, guards)
    const { taken, waited } = firstTokens(texts, guards)
    const cells = [
      ...[0.5, 0.9, 0.99, 1].map((share) => quantile(held, share)),
      ...[0.5, 0.99].map((share) => milliseconds(quantile(taken, share))),
      `${((100 * waited) / texts.length).toFixed(0)} %`,
    ]
    console.log(`| ${set} | ${cells.join(' | ')} |`)
  }
  const some = texts.slice(0, Number(values.sockets))
  if (some.length === 0) continue
  const { guarded, plain } = await firstCharacters(some)
  console.log(`\nfirst character through a gateway, ${some.length} texts, a token every 20 ms:`)
  for (const [what, all] of [
    ['all types', guarded],
    ['nothing', plain],
  ]) {
    console.log(
      `- ${what} to be found: p50 ${milliseconds(quantile(all, 0.5))}, p99 ${milliseconds(quantile(all, 0.99))}`,
    )
  }
}
