import { configToOperate, operate } from './operate.js'
import { CommandError, EXIT, type Output } from './output.js'

export interface RevokeFlags {
  readonly jti?: string
  readonly sub?: string
  readonly session?: string
  readonly issuer?: string
  readonly all?: boolean
}

/** Revokes at once, everywhere: cached verifications, running streams and tokens exchanged from it too. */
export async function revoke(file: string, flags: RevokeFlags, output: Output): Promise<number> {
  const { jti, sub, session, all } = flags
  const named = [jti, sub, session, all].filter((one) => one !== undefined)
  if (named.length !== 1) throw new CommandError('name one of --jti, --sub, --session and --all', EXIT.usage)
  if (all === true && flags.issuer !== undefined) throw new CommandError('--all takes no --issuer', EXIT.usage)
  const done = await operate(configToOperate(file), 'POST /revocations', { ...flags })
  output.say(`revoked: ${String(done['revoked'])}`)
  output.data({ ok: true, ...done })
  return EXIT.done
}
