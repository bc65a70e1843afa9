import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config, IssuerConfig } from '../config/config.js'
import { faultText } from '../config/fault.js'
import { checkAll } from './check.js'
import { askRunning } from './control.js'
import { EXIT, type Output } from './output.js'

interface Ailment {
  readonly what: string
  readonly mend: string
}

/** Says what is wrong with a set-up and how to mend it. Asks identity providers for their keys; never a provider. */
export async function doctor(file: string, output: Output): Promise<number> {
  const checked = checkAll(file, true)
  if (!('config' in checked)) {
    const ailments = checked.map((fault) => ({
      what: faultText(fault),
      mend: 'correct the file; `ostiary check` tells every fault',
    }))
    return report(ailments, undefined, output)
  }
  const { config, warnings } = checked
  const answer = await askRunning(config.control.socket)
  const ailments = [
    ...warnings.map((fault) => ({ what: faultText(fault), mend: 'see the warning' })),
    ...(await folders(config)),
    ...(await Promise.all(config.issuers.map(issuer))).flat(),
    ...(answer === undefined && (await present(config.control.socket))
      ? [
          {
            what: `a control socket is at ${config.control.socket}, but nobody answers`,
            mend: 'the gateway was killed: start it again',
          },
        ]
      : []),
  ]
  return report(ailments, answer, output)
}

function report(ailments: readonly Ailment[], running: unknown, output: Output): number {
  for (const { what, mend } of ailments) output.say(`${what}\n  mend: ${mend}`)
  output.say(running === undefined ? 'no gateway is running on this store' : 'a gateway is running on this store')
  if (ailments.length === 0) output.say('nothing is wrong with this set-up')
  output.data({ ok: ailments.length === 0, ailments, running: running ?? null })
  return ailments.length === 0 ? EXIT.done : EXIT.failed
}

async function folders(config: Config): Promise<readonly Ailment[]> {
  const ailments: Ailment[] = []
  for (const dir of new Set([dirname(config.store.path), config.audit.store.dir])) {
    if (!(await present(dir))) continue
    try {
      await access(dir, constants.W_OK | constants.X_OK)
    } catch {
      ailments.push({ what: `${dir} cannot be written`, mend: 'give the folder to the user that runs the gateway' })
    }
  }
  const store = await stat(config.store.path).catch(() => undefined)
  if (store !== undefined && (store.mode & 0o077) !== 0) {
    ailments.push({ what: `${config.store.path} can be read by others`, mend: `chmod 600 ${config.store.path}` })
  }
  return ailments
}

async function issuer(one: IssuerConfig): Promise<readonly Ailment[]> {
  const url =
    one.keys.kind === 'jwksUri' ? one.keys.uri : `${one.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5000) })
    await answer.body?.cancel()
    if (answer.ok) return []
    return [{ what: `${url} answered ${answer.status}`, mend: `correct the keys' address of issuer ${one.issuer}` }]
  } catch {
    return [
      { what: `${url} cannot be reached`, mend: `let this machine reach issuer ${one.issuer}, or correct its address` },
    ]
  }
}

async function present(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
