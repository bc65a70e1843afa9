import { administration } from '../compose.js'
import type { Config } from '../config/config.js'
import type { OperationInput, OperationResult } from '../spec/index.js'
import { callControl, lookAtControl } from './control.js'
import { CommandError } from './output.js'

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
