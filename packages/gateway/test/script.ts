import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SCRIPTS = new URL('../../../scripts/', import.meta.url)

/** What a script of the workspace says, and its exit code: where it fails, its own words are the best report. */
export function runScript(
  name: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [fileURLToPath(new URL(name, SCRIPTS)), ...args], (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, said: `${stdout}${stderr}` })
    })
  })
}
