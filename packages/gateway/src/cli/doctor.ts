import { constants } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { localDetectorLack } from '../compose/detectors.js'
import { ModuleFault, reachesIssuer } from '../compose/issuers.js'
import { databaseLacks } from '../compose/store.js'
import type { Config, IssuerConfig } from '../config/config.js'
import { type Fault, faultText } from '../config/fault.js'
import { loadConfig } from '../config/load.js'
import { type Ailment, codeOf } from './ailment.js'
import { type Checked, checkAll } from './check.js'
import { type ControlState, lookAtControl } from './control.js'
import { datasetAilments } from './doctor-datasets.js'
import { controlAilments, portAilments, tlsAilments } from './doctor-listen.js'
import { logAilments } from './doctor-log.js'
import { EXIT, type Output } from './output.js'

interface Found {
  readonly ailments: readonly Ailment[]
  /** Choices of the operator's and remarks: `start` refuses none of them. */
  readonly warnings: readonly Fault[]
  readonly control: ControlState
}

/**
 * Says what is wrong with a set-up and how to mend it: all that `start` refuses, and what it does not see. Changes nothing.
 * Asks identity providers for their keys, or about a token that
 * nobody issued; never a provider.
 */
export async function doctor(file: string, output: Output): Promise<number> {
  const checked = await checkAll(file, true)
  if (!('config' in checked)) {
    // The same reading once more: a fault does not say of itself that the file is right.
    const unset = new Set(loadConfig(file, process.env, { requireEnv: true }).unset.map(faultText))
    const ailments = checked.map(faultText).map((what) => ({
      what,
      mend: unset.has(what)
        ? 'set the variable, or start with it set'
        : 'correct the file, or put there what it names; `ostiary check` tells every fault',
    }))
    return report({ ailments, warnings: [], control: { kind: 'absent' } }, output)
  }
  const { config } = checked
  const control = await lookAtControl(config.control.socket)
  const ofStore =
    config.store.kind === 'sqlite' ? await storeFile(config.store.path) : await databaseLacks(config.store)
  const isAway = config.store.kind === 'postgres' && ofStore.length > 0
  const ailments = [
    ...(await folders(config)),
    ...ofStore,
    ...tlsAilments(config),
    ...(await portAilments(config, control)),
    ...controlAilments(config.control.socket, control),
    // Who runs has opened it, and writes to it just now. A database that cannot be used is not asked what it holds.
    ...(control.kind === 'running' || isAway ? [] : await logAilments(config)),
    ...(await Promise.all(config.issuers.map(issuer))).flat(),
    ...(await localDetectors(config)),
    ...(await datasetAilments(config)),
  ]
  const warnings = [...checked.warnings, ...controlWarnings(checked, control)]
  return report({ ailments, warnings, control }, output)
}

/** A socket that a killed gateway left behind: `start` takes its place, so nothing is to be mended. */
function controlWarnings({ config, faultAt }: Checked, control: ControlState): readonly Fault[] {
  if (control.kind !== 'stale') return []
  const what = `the socket ${config.control.socket} is left of a gateway that was killed; \`start\` takes its place`
  return [faultAt(['control', 'socket'], what)]
}

function report({ ailments, warnings, control }: Found, output: Output): number {
  for (const { what, mend } of ailments) output.say(`${what}\n  mend: ${mend}`)
  for (const warning of warnings) output.say(`warning: ${faultText(warning)}`)
  output.say(runningText(control))
  if (ailments.length === 0) output.say('nothing is wrong with this set-up')
  const running = control.kind === 'running' ? control.status : null
  output.data({ ok: ailments.length === 0, ailments, warnings, running })
  return ailments.length === 0 ? EXIT.done : EXIT.failed
}

function runningText(control: ControlState): string {
  if (control.kind !== 'running') return 'no gateway is running on this store'
  const { pid, gateway, admin } = control.status
  return `a gateway is running on this store (process ${String(pid)}, at ${String(gateway)} and ${String(admin)})`
}

async function folders(config: Config): Promise<readonly Ailment[]> {
  const ailments: Ailment[] = []
  for (const dir of new Set([config.keptIn, config.audit.store.dir, dirname(config.control.socket)])) {
    const there = await nearest(dir)
    const made = there === dir ? '' : `, so ${dir} cannot be made`
    if (!(await stat(there)).isDirectory()) {
      ailments.push({ what: `${there} is no folder${made}`, mend: 'move that file away, or write another path' })
      continue
    }
    try {
      await access(there, constants.W_OK | constants.X_OK)
    } catch {
      ailments.push({
        what: `${there} cannot be written${made}`,
        mend: 'give the folder to the user that runs the gateway',
      })
    }
  }
  return ailments
}

/** A path, or the nearest one above it that is there. */
async function nearest(path: string): Promise<string> {
  return (await present(path)) ? path : await nearest(dirname(path))
}

// sqlite.org/fileformat: "Every valid SQLite database file begins with the following 16 bytes".
const SQLITE = 'SQLite format 3\0'

async function storeFile(path: string): Promise<readonly Ailment[]> {
  if (!(await present(path))) return []
  const ailments: Ailment[] = []
  const { mode, size } = await stat(path)
  if ((mode & 0o077) !== 0) ailments.push({ what: `${path} can be read by others`, mend: `chmod 600 ${path}` })
  // An empty one is a new one.
  if (size === 0) return ailments
  try {
    const file = await open(path, 'r')
    const { buffer } = await file.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0).finally(() => file.close())
    if (buffer.toString('latin1') !== SQLITE) {
      const mend = 'put the file back from a backup, or write another path as store'
      ailments.push({ what: `${path} is no SQLite database`, mend })
    }
  } catch (error) {
    const mend = 'give the file to the user that runs the gateway'
    ailments.push({ what: `${path} cannot be read (${codeOf(error)})`, mend })
  }
  return ailments
}

const REACH = 'let this machine reach the issuer, or correct its address or that of its keys'
const MEND: Readonly<Record<IssuerConfig['keys']['kind'], string>> = {
  jwksUri: REACH,
  discovery: REACH,
  introspection: 'let this machine reach the endpoint, or correct its address or the credential that it is asked with',
  module: 'correct the module, or the path to it',
}

/** Asks an issuer as the gateway does, by the egress proxy where there is one. */
async function issuer(section: IssuerConfig): Promise<readonly Ailment[]> {
  const told: string[] = []
  const report = (text: string): void => void told.push(text)
  try {
    if (await reachesIssuer(section, { clock: { now: Date.now }, env: process.env, report })) return []
  } catch (error) {
    // What no configuration may ask of an issuer.
    if (!(error instanceof RangeError) && !(error instanceof ModuleFault)) throw error
    report(error.message)
  }
  const mend = MEND[section.keys.kind]
  return [{ what: told.join('; '), mend }]
}

/** Runs modules, as `start` does: what they export, and whether their models are sound, is not seen otherwise. */
async function localDetectors({ inspection }: Config): Promise<readonly Ailment[]> {
  const ailments: Ailment[] = []
  const mend = 'correct the module, its models, or what the configuration says of them'
  // One after the other: each may take half a gigabyte.
  for (const section of inspection.local) {
    const what = await localDetectorLack(section)
    if (what !== undefined) ailments.push({ what, mend })
  }
  return ailments
}

async function present(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
