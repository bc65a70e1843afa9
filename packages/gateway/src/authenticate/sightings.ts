import { Recent } from '../spec/index.js'
import type { Verified } from './binding.js'

const TOKENS_MAX = 10_000

/**
 * Gives each verification the time of the token's first one, where its `iat` was ahead of our clock then. A subject that is revoked
 * ends what was seen up to now, and such a token, verified afresh, would look as if it had been issued after that.
 *
 * Sees what came to this process. Does not see what another process saw, nor what was seen before a start.
 */
export function createSightings(): (verified: Verified) => Verified {
  const seen = new Recent<number>(TOKENS_MAX)
  return (verified) => {
    const { signedDigest, verifiedAtMs, issuedAt } = verified.value
    const firstMs = seen.get(signedDigest)
    if (firstMs !== undefined) return { ...verified, value: { ...verified.value, verifiedAtMs: firstMs } }
    if (issuedAt * 1000 > verifiedAtMs) seen.put(signedDigest, verifiedAtMs)
    return verified
  }
}
