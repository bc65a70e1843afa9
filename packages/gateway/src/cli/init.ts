import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaText } from '../adapters/policy-cedar/schema.js'
import { FLOW_RULES } from '../config/flow-rules.js'
import { defaultConfigYaml, defaultPolicies } from '../config/init-files.js'
import { configFromText } from '../config/load.js'
import { vocabularyOf } from '../config/vocabulary.js'
import { SCHEMA_COPY } from './check.js'
import { CommandError, EXIT, type Output } from './output.js'

/** Where editors find the schema of the configuration: beside this build. */
const SCHEMA_URL = new URL('../../config.schema.json', import.meta.url).href

export interface InitOptions {
  readonly flowRules: boolean
}

/** Writes a commented configuration, policies and the editor's schema. Overwrites nothing. */
export function init(dir: string, { flowRules }: InitOptions, output: Output): number {
  const config = defaultConfigYaml({ schema: SCHEMA_URL, flowRules })
  const files = new Map([
    ['ostiary.yaml', config],
    ['policies/gateway.cedar', defaultPolicies()],
  ])
  if (flowRules) files.set('policies/flow.cedar', FLOW_RULES)
  const loaded = configFromText(config, join(dir, 'ostiary.yaml'), process.env, { requireEnv: false })
  if (loaded.config !== undefined) files.set(`policies/${SCHEMA_COPY}`, schemaText(vocabularyOf(loaded.config)))
  const there = [...files.keys()].filter((name) => existsSync(join(dir, name)))
  if (there.length > 0)
    throw new CommandError(`nothing written: ${there.map((name) => join(dir, name)).join(', ')} already there`)
  mkdirSync(join(dir, 'policies'), { recursive: true })
  for (const [name, text] of files) {
    writeFileSync(join(dir, name), text, { flag: 'wx' })
    output.say(`wrote ${join(dir, name)}`)
  }
  output.data({ ok: true, written: [...files.keys()].map((name) => join(dir, name)) })
  return EXIT.done
}
