import { DevIssuerError, type DevTokenRequest, makeDpopProof, mintDevToken, readOrMakeDpopKey } from '@ostiary/devkit'
import { CommandError, EXIT, type Output } from './output.js'

/** The one request that a proof is for. */
export interface ProvenRequest {
  readonly method: string
  readonly url: URL
}

export interface TokenFlags {
  readonly json?: boolean
  readonly as: string
  readonly scope?: string
  /** Seconds; 0 or less: it has expired. */
  readonly expires: number
  readonly acr?: string
  /** Seconds since the person logged in. */
  readonly authAge?: number
  /** File with the private key that the token is bound to. */
  readonly dpop?: string
  readonly proof?: ProvenRequest
  readonly nonce?: string
  readonly data: string
}

/** An access token from the `dev` issuer, for one of its people; with a proof, where one is asked for. */
export async function token(flags: TokenFlags, output: Output): Promise<number> {
  checkUse(flags)
  try {
    const { as, expires, dpop, proof, nonce, data } = flags
    const key = dpop === undefined ? undefined : await readOrMakeDpopKey(dpop)
    const made = await mintDevToken(data, { ...askedFor(flags), ...(key === undefined ? {} : { jkt: key.jkt }) })
    const proven =
      key === undefined || proof === undefined
        ? undefined
        : makeDpopProof({ key, ...proof, accessToken: made, ...(nonce === undefined ? {} : { nonce }) })
    output.say(made)
    if (proven !== undefined) output.say(proven)
    output.data({
      token: made,
      as,
      expiresInSeconds: expires,
      tokenType: key === undefined ? 'Bearer' : 'DPoP',
      ...(key === undefined ? {} : { jkt: key.jkt }),
      ...(proven === undefined ? {} : { proof: proven }),
    })
    return EXIT.done
  } catch (error) {
    if (error instanceof DevIssuerError) throw new CommandError(error.message)
    throw error
  }
}

function checkUse({ dpop, proof, nonce }: TokenFlags): void {
  if (proof !== undefined && dpop === undefined) {
    throw new CommandError('--proof is made with the key of --dpop FILE: say both', EXIT.usage)
  }
  if (nonce !== undefined && proof === undefined) {
    throw new CommandError('--nonce goes into the proof of --proof "METHOD URL": say both', EXIT.usage)
  }
}

function askedFor({ as, scope, expires, acr, authAge }: TokenFlags): DevTokenRequest {
  return {
    as,
    expiresInSeconds: expires,
    ...(scope === undefined ? {} : { scope }),
    ...(acr === undefined ? {} : { acr }),
    ...(authAge === undefined ? {} : { authTime: Math.max(0, Math.floor(Date.now() / 1000) - authAge) }),
  }
}
