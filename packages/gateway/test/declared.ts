import { readFileSync } from 'node:fs'
import { createGenericDialect } from '../src/adapters/dialect-generic/dialect.js'
import type { Config } from '../src/config/config.js'
import { faultText } from '../src/config/fault.js'
import { configFromText } from '../src/config/load.js'
import type { Dialect } from '../src/spec/index.js'

const GUIDE = new URL('../../../docs/guides/any-model-server.md', import.meta.url)

/** The entries of the guide, as they are printed, by the title that each stands under. */
export const GUIDE_ENTRIES: ReadonlyMap<string, string> = new Map(
  readFileSync(GUIDE, 'utf8')
    .split(/^#+ /m)
    .flatMap((section) => {
      const [, entry] = /^```yaml\n([\s\S]*?)^```$/m.exec(section) ?? []
      return entry === undefined ? [] : [[section.slice(0, section.indexOf('\n')), entry] as const]
    }),
)

const REST = `publicUrl: https://gateway.example
issuers: [{ issuer: https://idp.example, audience: https://gateway.example, jwksUri: https://idp.example/jwks }]
policy: { dir: ./policies }
audit: { store: "fs:./data/audit" }
store: sqlite:./data/ostiary.db
`

export interface Loaded {
  readonly config: Config | undefined
  /** Faults and warnings, the file's name left out. */
  readonly said: readonly string[]
}

/** A whole configuration with these sections in front. */
export function loadSections(sections: string): Loaded {
  const env = { COHERE_API_KEY: 'a-key-for-cohere' }
  const { config, faults, warnings } = configFromText(sections + REST, '/gate/ostiary.yaml', env, { requireEnv: true })
  return { config, said: [...faults, ...warnings].map((one) => faultText(one).replace('/gate/ostiary.yaml:', '')) }
}

/** The dialect that an entry of the guide declares. */
export function dialectOf(title: string, name: string): Dialect {
  const entry = GUIDE_ENTRIES.get(title)
  if (entry === undefined) throw new Error(`the guide has no entry ${title}`)
  const { config, said } = loadSections(entry)
  const declared = config?.dialects.find((one) => one.name === name)
  if (declared === undefined) throw new Error(`no dialect ${name}: ${said.join('\n')}`)
  return createGenericDialect(declared)
}
