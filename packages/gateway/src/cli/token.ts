import { DevIssuerError, mintDevToken } from '@ostiary/devkit'
import { CommandError, EXIT, type Output } from './output.js'

export interface TokenOptions {
  readonly as: string
  readonly scope: string | undefined
  readonly expiresInSeconds: number
  readonly dataDir: string
}

/** An access token from the `dev` issuer, for one of its people. */
export async function token(options: TokenOptions, output: Output): Promise<number> {
  const { as, scope, expiresInSeconds, dataDir } = options
  try {
    const made = await mintDevToken(dataDir, { as, expiresInSeconds, ...(scope === undefined ? {} : { scope }) })
    output.say(made)
    output.data({ token: made, as, expiresInSeconds })
    return EXIT.done
  } catch (error) {
    if (error instanceof DevIssuerError) throw new CommandError(error.message)
    throw error
  }
}
