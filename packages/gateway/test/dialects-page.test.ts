import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { faultText } from '../src/config/fault.js'
import { configFromText } from '../src/config/load.js'

const PAGE = readFileSync(new URL('../../../docs/dialects.md', import.meta.url), 'utf8')
const SECTIONS = [...PAGE.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, section = '']) => section)

describe('docs/dialects.md', () => {
  test.each(SECTIONS.map((section, index) => ({ section, index })))('configuration $index is valid', ({ section }) => {
    const rest = {
      publicUrl: 'https://gateway.example',
      issuers: [{ issuer: 'https://idp.example', audience: 'https://gateway.example', discovery: true }],
      policy: { dir: './policies' },
      audit: { store: 'fs:./data/audit' },
      store: 'sqlite:./data/ostiary.db',
    }
    const lines = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    const env = Object.fromEntries([...section.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'a-key']))
    const { config, faults } = configFromText(section + lines.join(''), '/gate/ostiary.yaml', env, { requireEnv: true })
    expect(faults.map(faultText)).toEqual([])
    expect(config?.providers.length).toBeGreaterThan(0)
  })

  test('has one for each dialect that it speaks of', () => {
    expect(SECTIONS.length).toBeGreaterThan(0)
  })
})
