import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { until } from './until.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const BIN = fileURLToPath(new URL('../bin/ostiary.js', import.meta.url))

/** The committed bin runs the build, so the build must be that of these sources. */
export async function build(): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [tsc, '--build'], { cwd: ROOT }, (error, stdout) => {
      if (error === null) resolve()
      else reject(new Error(stdout))
    })
  })
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Stdout as one JSON value a line. */
  lines(): readonly Record<string, unknown>[]
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Where it runs; else where the tests do. */
  readonly cwd?: string
}

export interface Started {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Once the process is gone. */
  readonly ran: Promise<Ran>
}

export function launch(args: readonly string[], options: CommandOptions = {}): Started {
  return started(process.execPath, [BIN, ...args], options)
}

/** The command as a child of a shell that stays, as `npx` starts it. */
export function launchWithin(args: readonly string[], options: CommandOptions = {}): Started {
  return started('sh', ['-c', '"$@"; exit $?', 'sh', process.execPath, BIN, ...args], options)
}

function started(command: string, args: readonly string[], { env = {}, input, cwd }: CommandOptions): Started {
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  child.stdin.end(input ?? '')
  const ran = new Promise<Ran>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr, lines: () => linesOf(stdout) }))
  })
  return { child, stdout: () => stdout, stderr: () => stderr, ran }
}

export function ostiary(args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  return launch(args, options).ran
}

export interface Ready {
  readonly ready: true
  readonly gateway: string
  readonly admin: string
  readonly origin: string
  readonly vkey: string
  /** Of `dev` alone. */
  readonly issuer?: string
  readonly loginCode?: string
}

/** The first line of `start --json` and `dev --json`. */
export async function readyLine(started: Started): Promise<Ready> {
  const gone = started.ran.then(({ code, stderr }) => {
    throw new Error(`ended with ${code} before it was ready: ${stderr}`)
  })
  gone.catch(() => undefined)
  const line = until(() => started.stdout().includes('\n') && started.stdout().split('\n', 1)[0])
  return JSON.parse((await Promise.race([line, gone])) ?? '') as Ready
}

function linesOf(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
