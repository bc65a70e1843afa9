import { setFlagsFromString } from 'node:v8'

// What V8 is told before the module of Cedar is made. It must come first, so `cedar.ts` is the only way to Cedar.

const NODE = Number.parseInt(process.versions.node, 10)

// Keeps Cedar from killing the process on Node 20. V8 there compiles a call to WebAssembly into its caller, but cannot leave
// such code again where the call returns an object and the code was discarded meanwhile (by a collection, say): it ends the
// process with "unreachable code". Cedar's calls all return objects. Without the inlining they cost the same: they take some
// hundred microseconds. V8 of Node 24 does not have the fault.
if (NODE < 24) setFlagsFromString('--no-turbo-inline-js-wasm-calls')

// Reading policies runs enough of Cedar's parser for V8 to optimise it, on as many threads as there are, and what they need for
// that stays with the process: some 40 MB for code that does not run again until a reload. So it is done by one thread, and on
// Node 20 only for what runs eleven times as much as V8 would wait for: a decision that misses the memo is then as fast as ever.
// Later ones wait longer by themselves.
setFlagsFromString('--wasm-num-compilation-tasks=1')
const TIERS_SOON = NODE < 22
if (TIERS_SOON) setFlagsFromString('--wasm-tiering-budget=20000000')

/** Ends what holds for Cedar alone: an HTTP parser made of WebAssembly is hot from the first request. */
export function tierAsEver(): void {
  if (TIERS_SOON) setFlagsFromString('--wasm-tiering-budget=1800000')
}
