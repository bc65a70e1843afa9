import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { principalOf, proceed, refuse } from 'ostiary/spec'

/** Session tokens of an in-house login service: JWTs under a key that the service and the gateway share (HS256). */
export default function myIdp({ issuer, options, clock }) {
  const key = Buffer.from(readFileSync(new URL(options.keyFile, import.meta.url), 'utf8').trim(), 'base64url')
  if (key.length < 32) throw new Error('the key needs 32 random bytes')

  return {
    issuer,
    verify({ header, payload, signingInput, signature, digest }) {
      if (header.alg !== 'HS256') return refuse('invalid_token', 'alg is not HS256')
      const mac = createHmac('sha256', key).update(signingInput).digest()
      if (signature.length !== mac.length || !timingSafeEqual(signature, mac)) {
        return refuse('invalid_token', 'signature does not hold')
      }
      // The service makes tokens for other uses too: what is not a session is nobody's way in here.
      if (payload.use !== 'session') return refuse('invalid_token', 'not a session')
      const staff = payload.staff === true
      return proceed(
        principalOf({
          issuer,
          subject: payload.sub,
          groups: payload.teams ?? [],
          attributes: { staff },
          scopes: new Set(staff ? ['models:invoke', 'models:list'] : ['models:list']),
          audiences: [payload.aud].flat(),
          issuedAt: payload.iat,
          expiresAt: payload.exp,
          tokenId: payload.jti,
          verifiedAtMs: clock.now(),
          tokenDigest: digest,
        }),
      )
    },
    // The key is read once: with another one the gateway is restarted, so none ever leaves.
    onRotation: () => () => {},
    async close() {},
  }
}
