import { readFileSync } from 'node:fs'
import { faultText } from '../src/config/fault.js'
import { configFromText, type Loaded } from '../src/config/load.js'

const GUIDE = new URL('../../../docs/guides/bring-your-own-identity-provider.md', import.meta.url)

export interface Section {
  readonly title: string
  /** Its entries, as they are printed. */
  readonly entries: readonly string[]
}

/** The guide's sections that have an entry. */
export function guideSections(): readonly Section[] {
  const text = readFileSync(GUIDE, 'utf8')
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      entries: [...section.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, entry = '']) => entry),
    }))
    .filter(({ entries }) => entries.length > 0)
}

/**
 * A whole configuration with what is printed as its issuers.
 *
 * @param isStart files that are missing are faults, as for `start`
 */
export function loadWith(issuers: string, isStart = true): Loaded {
  const rest = {
    publicUrl: 'https://gateway.example',
    providers: [{ name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' }],
    models: [{ name: 'gpt-5-mini', provider: 'openai' }],
    policy: { dir: './policies' },
    audit: { store: 'fs:./data/audit' },
    store: 'sqlite:./data/ostiary.db',
  }
  const lines = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
  const env = { INTROSPECTION_SECRET: 'a-secret' }
  return configFromText(issuers + lines.join(''), '/gate/ostiary.yaml', env, { requireEnv: isStart })
}

/** The issuer of an entry; throws where the loader has a word to say. */
export function issuerIn(entry: string) {
  const { config, faults, warnings } = loadWith(entry)
  const said = [...faults, ...warnings].map(faultText)
  const issuer = config?.issuers[0]
  if (said.length > 0 || issuer === undefined) throw new Error(said.join('\n'))
  return issuer
}
