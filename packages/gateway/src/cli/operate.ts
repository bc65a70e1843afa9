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
  const needed = unset.filter(({ message }) => [...WHERE, ...needs].some((name) => isOf(message, name)))
  if (needed.length > 0) throw faultsError(needed)
  return config
}

const WHERE = ['publicUrl', 'store', 'control', 'audit']

/** Whether a fault is of this setting, or of one below it. */
function isOf(message: string, setting: string): boolean {
  return message.startsWith(setting) && !/^\w/.test(message.slice(setting.length))
}

/** Runs operations, one after another. */
export interface Operator {
  run(name: string, input: OperationInput): Promise<OperationResult>
  close(): Promise<void>
}

/** Runs an operation through the gateway that runs; with none running, on its store. */
export async function operate(config: Config, name: string, input: OperationInput): Promise<OperationResult> {
  const operator = await operatorOf(config)
  try {
    return await operator.run(name, input)
  } finally {
    await operator.close()
  }
}

export interface OperatorParts {
  /** The configuration again, with what it takes where no gateway runs. */
  readonly offline?: () => Config
  /** How long the gateway may take. */
  readonly timeoutMs?: number
  readonly warn?: (message: string) => void
}

/** The gateway that runs; with none running, its store. */
export async function operatorOf(
  config: Config,
  { offline = () => config, timeoutMs, warn = () => undefined }: OperatorParts = {},
): Promise<Operator> {
  const { socket } = config.control
  const state = await lookAtControl(socket)
  switch (state.kind) {
    case 'running':
      return { run: (name, input) => callControl(socket, name, input, timeoutMs), close: async () => undefined }
    case 'absent':
    case 'stale':
      return await operatorOffline(offline(), warn)
    case 'denied':
      throw new CommandError(`the control socket ${socket} may only be opened by the gateway's own user`)
    case 'silent':
    case 'other':
      throw new CommandError(`what is at ${socket} does not answer as a gateway does`)
  }
}

async function operatorOffline(config: Config, warn: (message: string) => void): Promise<Operator> {
  const { operations, close } = await administration(config, process.env, warn)
  return {
    async run(name, input) {
      const operation = operations.get(name)
      if (operation === undefined) throw new Error(`no operation ${name}`)
      const done = await operation.run(input)
      if (done.kind === 'refuse') throw new CommandError(done.message)
      return done.value
    },
    close,
  }
}
