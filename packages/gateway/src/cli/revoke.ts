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
  for (const [name, value] of Object.entries({ jti, sub, session, issuer: flags.issuer })) {
    if (value === '') throw new CommandError(`--${name} is empty: it is 1 to 512 characters`, EXIT.usage)
  }
  const config = configToOperate(file)
  const issuers = [...config.issuers.map((one) => one.issuer), config.publicUrl]
  if (flags.issuer !== undefined && !issuers.includes(flags.issuer)) {
    output.warn(`warning: no issuer that is configured is \`${flags.issuer}\`; there are ${issuers.join(', ')}`)
  }
  const done = await operate(config, 'POST /revocations', { ...flags })
  output.say(`revoked: ${revokedText(flags)}`)
  output.data({ ok: true, ...done })
  return EXIT.done
}

/** What was revoked and where: nobody can tell a name that is spelt wrong from one that has no token yet. */
function revokedText({ jti, sub, session, issuer }: RevokeFlags): string {
  const of = issuer === undefined ? 'of any issuer' : `of ${issuer}`
  if (jti !== undefined) return `the token ${jti} ${of}`
  if (session !== undefined) return `the session ${session} ${of}`
  return sub === undefined ? 'every token issued up to now' : `every token of ${sub} ${of}, issued up to now`
}
