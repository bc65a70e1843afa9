import { expect } from 'vitest'
import type { Config } from '../src/config/config.js'
import { faultText } from '../src/config/fault.js'
import { configFromText, type Environment } from '../src/config/load.js'

// What the tests of the configuration begin with, and how they read it.

export const FILE = '/etc/ostiary/ostiary.yaml'
export const ENV: Environment = { KEY: 'provider-key' }

export const BASE = `publicUrl: https://gateway.example
issuers:
  - issuer: https://idp.example
    audience: https://gateway.example
    jwksUri: https://idp.example/jwks
providers:
  - { name: openai, dialect: openai, baseUrl: https://api.openai.com/v1, apiKey: "\${KEY}" }
models:
  - { name: gpt, provider: openai }
policy: { dir: ./policies }
audit: { store: "fs:./data/audit" }
store: sqlite:./data/ostiary.db
`

export interface Read {
  readonly config: Config | undefined
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
}

export function read(text: string, env: Environment = ENV, requireEnv = true, allowDev = false): Read {
  const { config, faults, warnings } = configFromText(text, FILE, env, { requireEnv, allowDev })
  const short = (fault: Parameters<typeof faultText>[0]): string => faultText(fault).slice(FILE.length + 1)
  return { config, faults: faults.map(short), warnings: warnings.map(short) }
}

/** The base with one line in place of another, or one more at the end. */
export function base(from: string, to: string): string {
  expect(BASE).toContain(from)
  return BASE.replace(from, () => to)
}

export function good(text: string, env: Environment = ENV): Config {
  const { config, faults } = read(text, env)
  expect(faults).toEqual([])
  if (config === undefined) throw new Error('no configuration')
  return config
}
