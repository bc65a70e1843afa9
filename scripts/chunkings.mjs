// Puts random transcripts through the real chain (detectors, guard, the OpenAI dialect's stream) in random chunkings. Runs the
// build.
//
//   node scripts/chunkings.mjs [--n 100000] [--seed N]
//
// Holds, or it exits 1 with the smallest transcript it could find that breaks it:
// - each channel's text is the batch result (`editText` on the whole), and where it was planned, what was planned;
// - the bytes do not depend on the chunks, and without an act they are the very bytes that came;
// - every string that comes out is a channel's text or the envelope's: nothing from comments, ids, unknown events, log
//   probabilities or behind the end mark;
// - where an act blocks, the stream is refused, and what left before is what may be shown.
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { holds } from './chunkings/law.mjs'
import { transcripts } from './chunkings/texts.mjs'

const CHUNKINGS_PER_TRANSCRIPT = 5

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const runs = Math.ceil(Number(values.n) / CHUNKINGS_PER_TRANSCRIPT)
const seed = Number(values.seed)
const began = Date.now()
let bytes = 0
const tried = fc.check(
  fc.property(transcripts, (transcript) => {
    bytes += holds(transcript, CHUNKINGS_PER_TRANSCRIPT)
  }),
  { numRuns: runs, seed },
)
const seconds = ((Date.now() - began) / 1000).toFixed(1)
if (tried.failed) {
  console.error(`${fc.defaultReportMessage(tried)}\n${tried.errorInstance}`)
  process.exitCode = 1
} else {
  const sum = `${runs * CHUNKINGS_PER_TRANSCRIPT} chunkings of ${runs} transcripts, ${(bytes / 2 ** 20).toFixed(1)} MiB`
  console.log(`no violation in ${sum}, seed ${seed}, ${seconds} s`)
}
