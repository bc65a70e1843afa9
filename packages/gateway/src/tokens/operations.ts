import { type Operations, proceed, type Revocable, refuse } from '../spec/index.js'
import type { SigningKeys } from './signing-keys.js'

/**
 * `POST /signing-keys/rotate`: `{}` makes the next key, which signs once every verifier had time to see it; `{compromised: true}`
 * makes one that signs at once and takes all others out, so that every token of ours so far ends.
 */
export function signingKeyOperations(
  keys: () => Promise<SigningKeys>,
  revoke: (what: readonly Revocable[]) => Promise<void>,
): Operations {
  return new Map([
    [
      'POST /signing-keys/rotate',
      {
        scope: 'admin:signing-keys',
        async run({ compromised = false, ...others }) {
          if (typeof compromised !== 'boolean' || Object.keys(others).length > 0) {
            const message = 'No key was made: the input is `compromised`, true or false, or nothing.'
            return refuse('invalid_request', 'signing keys: input', { message })
          }
          const { made, removed } = await (await keys()).rotate(compromised)
          // Their tokens pass at no door any more; this ends what streams under them.
          if (removed.length > 0) await revoke(removed.map((id) => ({ kind: 'signing-key', id })))
          const { kid, algorithm, signsFromMs } = made
          return proceed({ kid, algorithm, signsFrom: new Date(signsFromMs).toISOString() })
        },
      },
    ],
  ])
}
