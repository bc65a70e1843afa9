// Puts random transcripts through the real chain (detectors, guard, vault, a dialect's stream) in random chunkings. Runs the build.
//
//   node scripts/chunkings.mjs [--dialect chat|responses|…|all] [--types some|all|both] [--n 100000] [--seed N]
//
// Every detector judges every stream: the gateway's own, an operator's terms, and what watches for the system text. `--n` chunkings of each
// dialect. In one half of them (`some`) a few types are acted upon, and in half of those a session holds values: what is found may be
// tokenized, and placeholders that the model says are put back. In the other (`all`) all types are acted upon. Holds, or it exits 1 with the smallest transcript it could find that breaks it:
// - each channel's text is the batch result (`editText` on the whole, then what it left restored as a whole), and where it was
//   planned, what was planned; what is said again as a whole is the same;
// - the bytes do not depend on the chunks, and without an act or a session they are the very bytes that came;
// - every string that comes out is a channel's text or the envelope's: nothing from comments, ids, unknown events, log
//   probabilities or behind the end mark;
// - where an act blocks, the stream is refused, and what left before is what may be shown.
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { DIALECTS } from './chunkings/dialects.mjs'
import { holds } from './chunkings/law.mjs'
import { TRANSCRIPTS } from './chunkings/texts.mjs'

const CHUNKINGS_PER_TRANSCRIPT = 5

const { values } = parseArgs({
  options: {
    dialect: { type: 'string', default: 'all' },
    types: { type: 'string', default: 'both' },
    n: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const runs = Math.ceil(Number(values.n) / CHUNKINGS_PER_TRANSCRIPT)
const seed = Number(values.seed)
const transcriptsOf = TRANSCRIPTS.get(values.types)
if (transcriptsOf === undefined) {
  console.error(`no types \`${values.types}\`: there are ${[...TRANSCRIPTS.keys()].join(', ')}`)
  process.exit(2)
}
const names = values.dialect === 'all' ? [...DIALECTS.keys()] : values.dialect.split(',')
for (const name of names) {
  const dialect = DIALECTS.get(name)
  if (dialect === undefined) {
    console.error(`no dialect \`${name}\`: there are ${[...DIALECTS.keys()].join(', ')}`)
    process.exit(2)
  }
  if (!tried(name, dialect)) process.exitCode = 1
}

function tried(name, dialect) {
  const began = Date.now()
  let bytes = 0
  let held = 0
  const found = fc.check(
    fc.property(transcriptsOf(dialect), (transcript) => {
      bytes += holds(dialect, transcript, CHUNKINGS_PER_TRANSCRIPT)
      if (transcript.places !== undefined) held += CHUNKINGS_PER_TRANSCRIPT
    }),
    { numRuns: runs, seed },
  )
  if (found.failed) {
    console.error(`${name}: ${fc.defaultReportMessage(found)}\n${found.errorInstance}`)
    return false
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  const sum = `${runs * CHUNKINGS_PER_TRANSCRIPT} chunkings of ${runs} transcripts`
  console.log(
    `${name}: no violation in ${sum}, ${held} with a vault, ${(bytes / 2 ** 20).toFixed(1)} MiB, seed ${seed}, ${seconds} s`,
  )
  return true
}
