import { type ChildProcess, spawn } from 'node:child_process'
import { basename } from 'node:path'
import { type SecretSource, SecretUnreadable } from '../../spec/index.js'

export interface CommandSecretParts {
  /** The program and its arguments, handed over as they are: there is no shell. */
  readonly argv: readonly string[]
  readonly cwd: string
  /** All that the command sees of the environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly freshMs: number
  readonly timeoutMs: number
  /** Ends whatever runs. */
  readonly ended: AbortSignal
}

const OUTPUT_BYTES_MAX = 16 * 1024

/**
 * What a command prints: a password manager's, a vault's. Its standard error goes nowhere, since it may quote the secret. A
 * command that fails gave nothing, whatever it printed.
 */
export function createCommandSecret(parts: CommandSecretParts): SecretSource {
  return { kind: 'command', freshMs: parts.freshMs, read: () => outputOf(parts) }
}

function outputOf({ argv, cwd, env, timeoutMs, ended }: CommandSecretParts): Promise<string> {
  const [program = '', ...args] = argv
  // The program alone: arguments may say more than a log should hold.
  const name = `the command \`${basename(program)}\``
  return new Promise((resolve, reject) => {
    const child = begun(program, args, cwd, env)
    const chunks: Buffer[] = []
    let bytes = 0
    const end = (why: string | undefined): void => {
      clearTimeout(timer)
      ended.removeEventListener('abort', onEnded)
      const text = Buffer.concat(chunks).toString('utf8').trim()
      if (why === undefined && text !== '') resolve(text)
      else reject(new SecretUnreadable(`${name} ${why ?? 'printed nothing'}`))
    }
    const stop = (why: string): void => {
      killAll(child)
      child.stdout?.destroy()
      end(why)
    }
    const onEnded = (): void => stop('was ended')
    const timer = setTimeout(() => stop(`gave nothing within ${timeoutMs} ms`), timeoutMs)
    ended.addEventListener('abort', onEnded)
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > OUTPUT_BYTES_MAX) stop('printed more than 16KiB')
      else chunks.push(chunk)
    })
    child.on('error', (error: NodeJS.ErrnoException) => end(`cannot be run (${error.code ?? 'unknown'})`))
    child.on('close', (code, signal) => {
      end(code === 0 ? undefined : `ended with ${code ?? signal ?? 'an error'}`)
    })
    if (ended.aborted) onEnded()
  })
}

function begun(program: string, args: readonly string[], cwd: string, env: CommandSecretParts['env']): ChildProcess {
  // A group of its own, so that what it started ends with it.
  return spawn(program, args, {
    cwd,
    env: { ...env },
    shell: false,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function killAll(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
