// Starts processes, pinned where that can be, and ends every one of them however the run ends.
import { spawn, spawnSync } from 'node:child_process'

export const found = (command) => spawnSync('sh', ['-c', 'command -v "$0"', command]).status === 0

/** What a command says of itself, where it says it. */
export function printed(command, args, where) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return where.exec(`${stdout}${stderr}`)?.[1] ?? 'of unknown version'
}

const PINS = found('taskset')
/** The gateway has this core to itself; load, upstream and stream client share the other. */
export const CORES = { gateway: '0', load: '1' }

const groups = new Set()

function pinned(core, command) {
  return PINS ? ['taskset', '-c', core, ...command] : command
}

/** A process that runs until it is ended, in a group of its own. `taskset` becomes the command, so the pid is its own. */
export function launch(core, command, options = {}) {
  const [file, ...args] = pinned(core, command)
  const child = spawn(file, args, { ...options, detached: true })
  child.on('error', () => {})
  if (child.pid === undefined) return child
  groups.add(child.pid)
  child.on('exit', () => {
    // Workers that outlived their parent.
    signalGroup(child.pid, 'SIGKILL')
    groups.delete(child.pid)
  })
  return child
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch {}
}

const PATIENCE_MS = 10_000

/** Asks it to end, and ends it where it does not. */
export async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  signalGroup(child.pid, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), PATIENCE_MS)
  await ended
  clearTimeout(timer)
}

/** Runs a command to its end and gives what it printed. */
export function output(core, command, { env = process.env, deadlineMs }) {
  const child = launch(core, command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data) => {
    stdout += data
  })
  child.stderr?.on('data', (data) => {
    stderr += data
  })
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), deadlineMs)
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer)
      resolve({ stdout, stderr })
    })
    child.on('error', () => resolve({ stdout, stderr }))
  })
}

process.on('exit', () => {
  for (const pid of groups) signalGroup(pid, 'SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
