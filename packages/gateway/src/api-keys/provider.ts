import {
  type Clock,
  NO_RETRY,
  type OpaqueProvider,
  type OpaqueToken,
  type Principal,
  principalOf,
  proceed,
  refuse,
  revocableName,
  type Step,
} from '../spec/index.js'
import { API_KEY_PREFIX, hashOf, parseApiKey } from './format.js'
import type { KeyRing, KeyState } from './key-ring.js'
import type { KeyId } from './record.js'
import { narrowedScopes } from './scopes.js'

export interface ProviderParts {
  readonly ring: KeyRing
  readonly clock: Clock
  /** The gateway itself: owners are its subjects. */
  readonly issuer: string
  /** What others did to keys cannot be seen at the moment, and nothing is taken that cannot be checked. */
  readonly blind: () => boolean
  readonly onUsed: (id: KeyId) => void
}

/** Where a key is presented, and what that place takes. */
export type Place = 'token-endpoint' | 'data-plane' | 'data-plane-direct'

/** Verifies keys by what is in memory: synchronous. Looked up by hash, so its time says nothing about a key that is near. */
export function apiKeyProvider(parts: ProviderParts, place: Place): OpaqueProvider {
  return {
    issuer: parts.issuer,
    prefix: API_KEY_PREFIX,
    verify: (token) => verify(parts, place, token),
    // The keys are shared by all places; whoever opened them closes them.
    close: async () => undefined,
  }
}

function verify(parts: ProviderParts, place: Place, token: OpaqueToken): Step<Principal> {
  const read = parseApiKey(token.token)
  if (read.kind === 'fault')
    return refuse('invalid_token', `api key: ${read.why}`, { message: 'The API key is not valid here.' })
  const state = parts.ring.byHash(hashOf(read.key))
  const nowSeconds = parts.clock.now() / 1000
  if (state?.revokedAt !== undefined)
    return refuse('revoked_token', `api key ${state.record.id}: revoked`, { message: 'The API key has been revoked.' })
  if (state !== undefined && nowSeconds >= state.expiresAt)
    return refuse('expired_token', `api key ${state.record.id}: expired`, { message: 'The API key has expired.' })
  // One that is not known may have been made, and one that is may have been revoked, since we last saw.
  if (parts.blind()) return UNSEEN
  if (state === undefined)
    return refuse('invalid_token', 'api key: unknown', { message: 'The API key is not valid here.' })
  if (place === 'data-plane' || (place === 'data-plane-direct' && !state.record.direct))
    return refuse('invalid_token', `api key ${state.record.id}: presented on the data plane`, { message: EXCHANGE_IT })
  parts.onUsed(state.record.id)
  return proceed(principalFrom(state, parts, token.digest))
}

const EXCHANGE_IT = 'This API key is not taken here: exchange it at /oauth/token for a short-lived access token.'

const UNSEEN = refuse('overloaded', 'api keys cannot be checked: the store is away', {
  message: 'Whether this API key is still good cannot be checked at the moment.',
  headers: NO_RETRY,
})

function principalFrom(
  { record, expiresAt }: KeyState,
  { issuer, clock }: ProviderParts,
  tokenDigest: string,
): Principal {
  const { id, owner, jkt } = record
  return principalOf({
    issuer,
    // Labels and revocations are the owner's, so that a new key sheds nothing.
    subject: owner,
    kind: 'Service',
    groups: record.groups,
    scopes: narrowedScopes(record.scopes, record),
    confirmation: jkt === undefined ? undefined : { jkt, certificate: undefined },
    issuedAt: record.createdAt,
    expiresAt,
    clientId: id,
    audiences: [issuer],
    networks: record.networks,
    revocableBy: [revocableName({ kind: 'key', id })],
    verifiedAtMs: clock.now(),
    tokenDigest,
  })
}
