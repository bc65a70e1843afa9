import { describe, expect, it } from 'vitest'
import type { Config } from './config.js'
import { configDigest } from './digest.js'
import { defaultConfigYaml } from './init-files.js'
import { configFromText } from './load.js'
import { vocabularyOf } from './vocabulary.js'

function config(key: string, edit: (text: string) => string = (text) => text): Config {
  const text = edit(defaultConfigYaml({ schema: './x.json' }))
  const read = configFromText(text, '/etc/o/ostiary.yaml', { OPENAI_API_KEY: key }, { requireEnv: true })
  if (read.config === undefined) throw new Error(JSON.stringify(read.faults))
  return read.config
}

describe('configDigest', () => {
  it('is the same for what means the same, and for another secret', () => {
    const digest = configDigest(config('one'))
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(configDigest(config('two'))).toBe(digest)
    expect(configDigest(config('one', (text) => `${text}limits: { bodyBytes: 10MiB }\n# more\n`))).toBe(digest)
    expect(
      configDigest(
        config('one', (text) => text.replace('hosting: external, region: us', 'region: us, hosting: external')),
      ),
    ).toBe(digest)
  })

  it('is another for what means another thing', () => {
    const digest = configDigest(config('one'))
    expect(configDigest(config('one', (text) => `${text}limits: { bodyBytes: 11MiB }\n`))).not.toBe(digest)
    expect(configDigest(config('one', (text) => text.replace('region: us', 'region: eu')))).not.toBe(digest)
    expect(configDigest(config('one', (text) => text.replace(/ *apiKey: .*\n/, '')))).not.toBe(digest)
  })
})

describe('vocabularyOf', () => {
  it('requires an attribute where every model has it', () => {
    const two = config('k', (text) =>
      text.replace(
        'models:\n',
        'models:\n  - { name: m, provider: openai, attributes: { region: eu, tier: 1, fast: true, tags: [a] } }\n',
      ),
    )
    expect([...vocabularyOf(two).modelAttributes]).toEqual([
      ['region', { type: 'String', required: true }],
      ['tier', { type: 'Long', required: false }],
      ['fast', { type: 'Bool', required: false }],
      ['tags', { type: 'Set<String>', required: false }],
      ['hosting', { type: 'String', required: false }],
    ])
  })

  it('has the mapped claims, but not the groups', () => {
    const mapped = config('k', (text) =>
      text.replace(/# claims: .*/, 'claims: { groups: groups, dept: department, lvl: { to: level, type: Long } }'),
    )
    expect(vocabularyOf(mapped).claimAttributes).toEqual([
      { name: 'department', type: 'String' },
      { name: 'level', type: 'Long' },
    ])
  })
})
