// The labelled rows that figures are read off. They belong to others and are not part of this repository: a folder beside it,
// or the one that OSTIARY_DATA names.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BESIDE = fileURLToPath(new URL('../../shared/data', import.meta.url))

/** Undefined where there is no such folder: then nothing can be measured. */
export const DATA = [process.env.OSTIARY_DATA, BESIDE].find((one) => one !== undefined && existsSync(one))

/** @param name `injection`, `benign_hard`, `benign_general`, `pii` */
export function rowsOf(name) {
  return linesOf(join(DATA, `${name}.jsonl`))
}

/** Secret-shaped strings are made anew each time, and stay in a temporary folder for no longer than that. */
export function secretRows({ seed = 1, per = 6 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-eval-'))
  try {
    const make = join(DATA, 'make-secrets.mjs')
    execFileSync(process.execPath, [make, '--out', folder, '--seed', String(seed), '--per', String(per)], {
      stdio: 'pipe',
    })
    return linesOf(join(folder, 'secrets.jsonl'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function linesOf(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
