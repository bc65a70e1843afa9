import { setFlagsFromString } from 'node:v8'

/** V8 of Node 24 does not have the fault. */
const MENDED_IN = 24

/**
 * Keeps Cedar from killing the process on Node 20. V8 there compiles a call to WebAssembly into its caller, but cannot leave
 * such code again where the call returns an object and the code was discarded meanwhile (by a collection, say): it ends the
 * process with "unreachable code". Cedar's calls all return objects. Without the inlining they cost the same: they take some
 * hundred microseconds.
 *
 * The flag concerns code that is compiled from then on, so this comes before Cedar is first asked.
 */
export function guardV8(nodeVersion: string): void {
  if (Number.parseInt(nodeVersion, 10) < MENDED_IN) setFlagsFromString('--no-turbo-inline-js-wasm-calls')
}
