import { type Fault, faultText } from '../config/fault.js'

/** Where a command's words go. With `--json` stdout holds JSON objects alone, one a line; words for people go to stderr. */
export interface Output {
  readonly json: boolean
  /** How wide the terminal is; undefined where nobody looks at one. */
  readonly columns: number | undefined
  /** For people; not printed with `--json`. */
  say(line: string): void
  /** For programs; printed only with `--json`. */
  data(value: unknown): void
  /** For the operator, always on stderr. */
  warn(line: string): void
}

export function outputOf(json: boolean): Output {
  return {
    json,
    columns: !json && process.stdout.isTTY ? process.stdout.columns : undefined,
    say(line) {
      if (!json) process.stdout.write(`${line}\n`)
    },
    data(value) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`)
    },
    warn(line) {
      process.stderr.write(`${json ? JSON.stringify({ level: 'warn', message: line }) : line}\n`)
    },
  }
}

/** Exit codes of every command (contract, "Commands"). */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const

/** A command's own no: printed as one line, with its exit code. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  readonly exitCode: number
  /** What is wrong in files, each at its place. */
  readonly faults: readonly Fault[]
  constructor(message: string, exitCode: number = EXIT.failed, faults: readonly Fault[] = []) {
    super(message)
    this.exitCode = exitCode
    this.faults = faults
  }
}

/** Faults in files as a command's failure: one a line for people, as they are for programs. */
export function faultsError(faults: readonly Fault[]): CommandError {
  return new CommandError(faults.map(faultText).join('\n'), EXIT.failed, faults)
}

/** What a program that asked for `--json` is told of a command that failed. */
export function failureOf(error: unknown): { readonly message: string; readonly faults: readonly Fault[] } {
  return {
    message: error instanceof Error ? error.message : String(error),
    faults: error instanceof CommandError ? error.faults : [],
  }
}
