import { type Principal, subjectOf } from '../spec/index.js'
import { canonical } from './canonical.js'

/** What the log calls a principal. */
export interface ActorNames {
  readonly subject: string
  readonly actor: string
  readonly actors: readonly string[]
  readonly tokenId: string | undefined
  readonly tokenDigest: string
  readonly clientId: string | undefined
}

/**
 * Who asked, as the log says it: canonical JSON text, the same for all entries of a token. Put together from canonical pieces in
 * canonical order, which a test holds against `canonical` of it.
 */
export function actorText(principal: Principal, names: ActorNames): string {
  const { acr, actor, amr, authTime, onBehalfOf, proof } = principal
  const { issuer, kind } = subjectOf(principal)
  // Names are hexadecimal, kinds and proofs words of ours.
  return (
    `{"ostiary":{${acr === undefined ? '' : `"acr":${canonical(acr)},`}` +
    `${onBehalfOf === undefined ? '' : `"actor":"${names.actor}",`}"actors":${canonical(names.actors)},` +
    `"amr":${canonical(amr)},${authTime === undefined ? '' : `"auth_time":${canonical(authTime)},`}` +
    `${names.clientId === undefined ? '' : `"client":"${names.clientId}",`}"kind":"${actor.kind}","proof":"${proof}"` +
    `${names.tokenId === undefined ? '' : `,"token":"${names.tokenId}"`}},` +
    `"session":{"issuer":${canonical(issuer)},"uid":"${names.tokenDigest}"},"user":{"type":"${kind}","uid":"${names.subject}"}}`
  )
}
