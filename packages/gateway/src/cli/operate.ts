import { administration } from '../compose/administration.js'
import type { Config } from '../config/config.js'
import { loadConfig } from '../config/load.js'
import type { OperationInput, OperationResult } from '../spec/index.js'
import { callControl, lookAtControl } from './control.js'
import { CommandError, faultsError } from './output.js'

/**
 * The configuration as far as it says where a gateway is. Policies that are faulty, and a provider's key that this shell does not
 * have, keep nobody from revoking. The file that `ostiary dev` writes will do: nothing is started by it.
 *
 * @param needs settings beside those that say where the gateway is, whose variables must be set too
 */
export function configToOperate(file: string, needs: readonly string[] = []): Config {
  const { config, faults, unset } = loadConfig(file, process.env, { requireEnv: false, allowDev: true })
  if (config === undefined) throw faultsError(faults)
  // What stands in for these would be the place of another gateway, or of none.
  const needed = unset.filter(({ message }) =>
    [...WHERE, ...needs].some((name) => new RegExp(`^${name}\\b`).test(message)),
  )
  if (needed.length > 0) throw faultsError(needed)
  return config
}

const WHERE = ['publicUrl', 'store', 'control', 'audit']

/** Runs an operation through the gateway that runs; with none running, on its store. */
export async function operate(config: Config, name: string, input: OperationInput): Promise<OperationResult> {
  const { socket } = config.control
  const state = await lookAtControl(socket)
  switch (state.kind) {
    case 'running':
      return await callControl(socket, name, input)
    case 'absent':
    case 'stale':
      return await operateOffline(config, name, input)
    case 'denied':
      throw new CommandError(`the control socket ${socket} may only be opened by the gateway's own user`)
    case 'silent':
    case 'other':
      throw new CommandError(`what is at ${socket} does not answer as a gateway does`)
  }
}

async function operateOffline(config: Config, name: string, input: OperationInput): Promise<OperationResult> {
  const { operations, close } = await administration(config)
  try {
    const operation = operations.get(name)
    if (operation === undefined) throw new Error(`no operation ${name}`)
    const done = await operation.run(input)
    if (done.kind === 'refuse') throw new CommandError(done.message)
    return done.value
  } finally {
    await close()
  }
}
