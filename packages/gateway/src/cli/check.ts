import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import { schemaText } from '../adapters/policy-cedar/schema.js'
import { filterFaults } from '../compose/datasets.js'
import { moduleFaults } from '../compose/detectors.js'
import { readPolicies } from '../compose/policies.js'
import { addressFault } from '../compose/store.js'
import type { Config } from '../config/config.js'
import { type Fault, faultText } from '../config/fault.js'
import { type Loaded, loadConfig } from '../config/load.js'
import { vocabularyOf } from '../config/vocabulary.js'
import type { PolicyEngine } from '../spec/index.js'
import { EXIT, faultsError, type Output } from './output.js'

export interface Checked {
  readonly config: Config
  readonly policy: PolicyEngine
  readonly warnings: readonly Fault[]
  /** For what is found out about a setting later. */
  readonly faultAt: Loaded['faultAt']
}

/** Reads a configuration and its policies, or tells every fault of both. */
export async function checkAll(file: string, requireEnv: boolean): Promise<Checked | readonly Fault[]> {
  const loaded = loadConfig(file, process.env, { requireEnv })
  if (loaded.config === undefined) return loaded.faults
  const { policy, store } = loaded.config
  const fault = addressFault(store)
  if (fault !== undefined) return [loaded.faultAt(['store'], fault)]
  const { dir } = policy
  const policies = readPolicies(loaded.config)
  const named = [...(await filterFaults(loaded.config.datasets)), ...moduleFaults(loaded.config)]
  const ofConfig = named.map(({ message, path }) => loaded.faultAt(path, message))
  if (policies.engine === undefined) {
    // What is wrong with the folder itself is mended where the configuration names it.
    const ofPolicies = policies.faults.map((one) =>
      one.file === dir ? loaded.faultAt(['policy', 'dir'], `${one.message} (\`${dir}\`)`) : asSeen(one, dir, file),
    )
    return [...ofConfig, ...ofPolicies]
  }
  if (ofConfig.length > 0) return ofConfig
  const ofPolicies = [...policies.warnings, ...staleSchema(loaded.config)].map((one) => asSeen(one, dir, file))
  const warnings = [...loaded.warnings, ...withoutPolicy(loaded, dir), ...ofPolicies]
  return { config: loaded.config, policy: policies.engine, warnings, faultAt: loaded.faultAt }
}

/** A fault of a policy file, named from the working directory where it lies below that, in the configuration's own style. */
function asSeen(fault: Fault, dir: string, config: string): Fault {
  const seen = relative(process.cwd(), dir)
  if (seen === '..' || seen.startsWith(`..${sep}`) || isAbsolute(seen)) return fault
  const place = `${config.startsWith('./') ? './' : ''}${seen}${seen === '' ? '' : sep}`
  // A message may name a place in another policy file.
  return {
    ...fault,
    file: `${place}${relative(dir, fault.file)}`,
    message: fault.message.replaceAll(`${dir}${sep}`, place),
  }
}

/** Files without a policy in them are sound, and permit nothing: hardly what somebody means who starts a gateway. */
function withoutPolicy({ faultAt }: Loaded, dir: string): readonly Fault[] {
  const texts = readdirSync(dir)
    .filter((name) => name.endsWith('.cedar'))
    .map((name) => readFileSync(join(dir, name), 'utf8'))
  // They are sound, or we were not here: what is more than comments is a policy.
  if (texts.some((text) => text.replace(/\/\/.*$/gm, '').trim() !== '')) return []
  return [faultAt(['policy', 'dir'], `no policy: nothing will be permitted (\`${dir}\`)`)]
}

/** The configuration that a command works with, or its faults as the command's failure. */
export async function configFor(file: string, output: Output): Promise<Checked> {
  const checked = await checkAll(file, true)
  if (!('config' in checked)) throw faultsError(checked)
  for (const warning of checked.warnings) output.warn(`warning: ${faultText(warning)}`)
  return checked
}

export async function check(file: string, output: Output): Promise<number> {
  const checked = await checkAll(file, false)
  if ('config' in checked) {
    for (const warning of checked.warnings) output.say(`warning: ${faultText(warning)}`)
    output.say(`${file}: good`)
    output.data({ ok: true, faults: [], warnings: checked.warnings })
    return EXIT.done
  }
  for (const fault of checked) output.say(faultText(fault))
  output.data({ ok: false, faults: checked, warnings: [] })
  return EXIT.failed
}

/** Renews the editors' copy of the schema, where the configuration can be read. */
export function writeSchemaCopy(file: string): void {
  const { config } = loadConfig(file, process.env, { requireEnv: false })
  if (config !== undefined) writeFileSync(join(config.policy.dir, SCHEMA_COPY), schemaText(vocabularyOf(config)))
}

/** The editor's copy of the schema is never the source; one that lags behind misleads whoever writes policies by it. */
function staleSchema(config: Config): readonly Fault[] {
  const file = join(config.policy.dir, SCHEMA_COPY)
  if (!existsSync(file) || readFileSync(file, 'utf8') === schemaText(vocabularyOf(config))) return []
  return [{ file, line: 1, column: 1, message: 'this copy of the schema is stale: run `ostiary check --write-schema`' }]
}

export const SCHEMA_COPY = 'schema.cedarschema'
