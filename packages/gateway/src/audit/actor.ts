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

/** Who asked, as the log says it: canonical JSON text, the same for all entries of a token. */
export function actorText(principal: Principal, names: ActorNames): string {
  return canonical({
    session: { issuer: subjectOf(principal).issuer, uid: names.tokenDigest },
    user: { type: subjectOf(principal).kind, uid: names.subject },
    ostiary: {
      acr: principal.acr,
      actor: principal.onBehalfOf === undefined ? undefined : names.actor,
      actors: names.actors,
      amr: principal.amr,
      auth_time: principal.authTime,
      client: names.clientId,
      kind: principal.actor.kind,
      proof: principal.proof,
      token: names.tokenId,
    },
  })
}
