import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.js'
import { faultText } from '../config/fault.js'
import { configFromText } from '../config/load.js'
import { SCHEMA_COPY } from './check.js'
import { HANDBOOK_SETTINGS } from './dev-handbook.js'
import { DEV_POLICIES, HANDBOOK_POLICIES } from './dev-policies.js'
import { CommandError } from './output.js'

export const CONFIG_FILE = 'ostiary.yaml'

/** The demo model under another name, as if it were hosted outside. */
export const OUTSIDE_MODEL = 'demo-outside'

/** What the demo has beside what everybody starts with. */
export interface DevExtras {
  /** Further names of the one model. */
  readonly models: readonly string[]
  readonly settings: Readonly<Record<string, unknown>>
  readonly policies: string
}

interface DevConfigParts {
  readonly port: number
  readonly adminPort: number
  readonly dataDir: string
  readonly extras?: DevExtras
  readonly audience: string
  readonly issuer: { readonly issuer: string; readonly jwksUri: string }
  readonly baseUrl: string
  /** As the server at that address calls them. */
  readonly inside: readonly string[]
  /** Names of the first of them. */
  readonly outside: readonly string[]
}

/** Makes the configuration that `dev` runs with, and leaves it in the data folder. */
export function devConfig(parts: DevConfigParts): Config {
  const file = join(parts.dataDir, CONFIG_FILE)
  // JSON is YAML: nothing here can be misread, whatever a path or an upstream's model is called.
  const settings = {
    publicUrl: parts.audience,
    listen: { host: '127.0.0.1', port: parts.port },
    admin: { host: '127.0.0.1', port: parts.adminPort },
    issuers: [
      {
        issuer: parts.issuer.issuer,
        audience: parts.audience,
        jwksUri: parts.issuer.jwksUri,
        algorithms: ['ES256'],
        maxTokenLifetime: '1h',
        claims: { groups: 'groups' },
        agents: [{ id: 'scout', groups: ['agents'] }],
      },
    ],
    providers: [{ name: 'dev', dialect: 'openai', baseUrl: parts.baseUrl }],
    models: [
      ...parts.inside.map((name) => modelOf(name, name, 'internal')),
      ...(parts.extras?.models ?? []).map((name) => modelOf(name, parts.inside[0], 'internal')),
      ...parts.outside.map((name) => modelOf(name, parts.inside[0], 'external')),
    ],
    files: { openai: 'dev' },
    datasets: [HANDBOOK_SETTINGS],
    policy: { dir: './policies' },
    audit: { store: 'fs:./audit', origin: 'localhost/ostiary-dev' },
    store: 'sqlite:./ostiary.db',
    ...parts.extras?.settings,
  }
  const text = `${CONFIG_HEAD}${JSON.stringify(settings, undefined, 2)}\n`
  const config = checked(text, file)
  // So that `keys`, `revoke` and `providers` find this gateway by `--config`.
  writeFileSync(file, text, { mode: 0o600 })
  return config
}

function modelOf(name: string, upstreamModel: string | undefined, hosting: 'internal' | 'external'): object {
  return { name, provider: 'dev', upstreamModel, attributes: { hosting } }
}

const CONFIG_HEAD = '# Written by `ostiary dev` at each start, and read by it never. `ostiary start` refuses it.\n'

function checked(text: string, file: string): Config {
  const { config, faults } = configFromText(text, file, {}, { requireEnv: true, allowDev: true })
  if (config === undefined) throw new CommandError(faults.map(faultText).join('\n'))
  return config
}

/** What is there already is the reader's own by now, and stays. */
export function writePolicies(dir: string, schema: string, extras: DevExtras | undefined): void {
  mkdirSync(dir, { recursive: true })
  for (const [name, policies] of [
    ['dev.cedar', DEV_POLICIES],
    ['handbook.cedar', HANDBOOK_POLICIES],
  ] as const) {
    const file = join(dir, name)
    if (!existsSync(file)) writeFileSync(file, policies)
  }
  if (extras !== undefined) writeFileSync(join(dir, 'demo.cedar'), extras.policies)
  writeFileSync(join(dir, SCHEMA_COPY), schema)
}
