import type { Config } from '../config/config.js'
import type { Clock, IdentityProvider } from '../spec/index.js'
import type { Issuing } from '../tokens/issue.js'
import { createOwnIssuer } from '../tokens/own-issuer.js'
import { openSigningKeys, type SigningKeys, type SigningKeysParts } from '../tokens/signing-keys.js'
import { idMaker } from './ambient.js'
import type { AdministerParts } from './operations.js'

export function signingKeysOf(
  { tokens }: Config,
  parts: Pick<SigningKeysParts, 'store' | 'clock' | 'report'> & Pick<AdministerParts, 'note'>,
): Promise<SigningKeys> {
  const { algorithm, rotationMs } = tokens
  return openSigningKeys({ ...parts, algorithm, rotationMs, note: (what) => parts.note('token', what) })
}

export function issuingOf(config: Config, clock: Clock, keys: SigningKeys): Issuing {
  const agents = config.issuers.flatMap(({ issuer, agents }) =>
    agents.map(({ id, groups }): [string, readonly string[]] => [`${issuer}#${id}`, groups]),
  )
  return { keys, clock, issuer: config.publicUrl, agentGroups: new Map(agents), newTokenId: idMaker('base64url') }
}

export interface OwnIssuerParts {
  readonly clock: Clock
  readonly signing: SigningKeys
  /** The one that is in force, by what makes it. */
  readonly ownIssuers: Map<string, IdentityProvider>
}

/** The issuer of our own tokens: the same one as long as a configuration leaves it as it was. */
export function ownIssuerOf(config: Config, { clock, ownIssuers, signing }: OwnIssuerParts): IdentityProvider {
  const issuing = issuingOf(config, clock, signing)
  const audiences = [config.publicUrl, ...config.issuers.map((one) => one.audience)]
  const origins = [config.publicUrl, ...config.issuers.map((one) => one.issuer)]
  const key = JSON.stringify([audiences, origins, [...issuing.agentGroups]])
  const issuer =
    ownIssuers.get(key) ?? createOwnIssuer({ ...issuing, audiences: new Set(audiences), origins: new Set(origins) })
  ownIssuers.clear()
  ownIssuers.set(key, issuer)
  return issuer
}
