/** Where a command's words go. With `--json` stdout holds JSON objects alone, one a line; words for people go to stderr. */
export interface Output {
  readonly json: boolean
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
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.exitCode = exitCode
  }
}
