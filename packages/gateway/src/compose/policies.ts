import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadPolicies } from '../adapters/policy-cedar/load.js'
import type { Config } from '../config/config.js'
import { type Fault, faultText } from '../config/fault.js'
import { vocabularyOf } from '../config/vocabulary.js'
import type { PolicyEngine } from '../spec/index.js'
import { StartError } from './start-error.js'

export interface PoliciesRead {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  readonly engine: PolicyEngine | undefined
}

/** Reads and checks the policies of a configuration. */
export function readPolicies(config: Config): PoliciesRead {
  const { dir } = config.policy
  let names: string[]
  try {
    names = readdirSync(dir)
      .filter((name) => name.endsWith('.cedar'))
      .sort()
  } catch {
    return {
      faults: [{ file: dir, line: 1, column: 1, message: 'the policy folder cannot be read' }],
      warnings: [],
      engine: undefined,
    }
  }
  const files = names.map((name) => ({ path: join(dir, name), text: readFileSync(join(dir, name), 'utf8') }))
  if (files.length === 0) {
    const message = 'the policy folder has no *.cedar file: nothing would be permitted'
    return { faults: [{ file: dir, line: 1, column: 1, message }], warnings: [], engine: undefined }
  }
  return loadPolicies(files, vocabularyOf(config))
}

/** The same, for who cannot go on without. Throws `StartError` with all faults. */
export function policyOf(config: Config): PolicyEngine {
  const { engine, faults } = readPolicies(config)
  if (engine === undefined) throw new StartError(faults.map(faultText).join('\n'))
  return engine
}
