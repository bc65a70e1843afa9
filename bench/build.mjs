// Makes what a run needs: the gateway's build, the two C programs, keys and tokens.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { GEN, HERE, makePlaces } from './places.mjs'
import { found } from './processes.mjs'
import { writeTokens } from './tokens.mjs'

function must(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: HERE, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} failed\n${stdout}${stderr}`)
}

/** What is missing, by name, each with the word that says so. */
export function prepare({ build }) {
  makePlaces()
  if (build) must(process.execPath, [join(HERE, '../node_modules/typescript/bin/tsc'), '--build', join(HERE, '..')])
  writeTokens(GEN)
  const missing = new Map()
  for (const tool of ['cc', 'wrk']) if (!found(tool)) missing.set(tool, `${tool} is not installed`)
  if (!missing.has('cc')) {
    for (const program of ['mock', 'streams']) {
      must('cc', ['-O2', '-o', join(GEN, program), join(HERE, `${program}.c`)])
    }
  }
  return missing
}
