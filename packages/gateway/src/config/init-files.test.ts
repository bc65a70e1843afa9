import { checkParsePolicySet } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, it } from 'vitest'
import { parseObligation } from '../spec/index.js'
import { defaultConfigYaml, defaultPolicies } from './init-files.js'
import { configFromText } from './load.js'

const YAML = defaultConfigYaml({ schema: './ostiary.schema.json' })

describe('the files of `ostiary init`', () => {
  it('name their schema in the first line, for editors', () => {
    expect(YAML.split('\n', 1)).toEqual(['# yaml-language-server: $schema=./ostiary.schema.json'])
  })

  it('pass `check`, which names the one variable that is left to set', () => {
    const { faults, warnings } = configFromText(YAML, 'ostiary.yaml', {}, { requireEnv: false })
    expect(faults).toEqual([])
    expect(warnings.map((one) => one.message)).toEqual(['providers[0].apiKey: `OPENAI_API_KEY` is not set'])
  })

  it('say the true defaults in their comments', () => {
    // Lines such as `#   port: 8787`, uncommented, must change nothing.
    const spoken = YAML.replaceAll(/^( *)# ([ ]*[A-Za-z]+:.*)$/gm, '$1$2')
      .replace(/^yaml-language-server.*\n/, '')
      .replaceAll(/^.*(?:tls|key|secretsKey): .*file:.*\n/gm, '')
    expect(spoken).not.toBe(YAML)
    expect(spoken).toContain('\n  flushInterval: 0ms')
    const env = { OPENAI_API_KEY: 'k' }
    const said = configFromText(spoken, '/o/ostiary.yaml', env, { requireEnv: true })
    expect(said.faults).toEqual([])
    expect(said.config).toEqual(configFromText(YAML, '/o/ostiary.yaml', env, { requireEnv: true }).config)
  })

  it('offer a place for what seals stored secrets, and name none', () => {
    expect(YAML).toMatch(/^# secretsKey: file:\S+ /m)
    const env = { OPENAI_API_KEY: 'k' }
    const { config } = configFromText(YAML, '/o/ostiary.yaml', env, { requireEnv: true })
    expect([config?.secretsKey, config?.keptIn]).toEqual([undefined, '/o/data'])
    const named = configFromText(YAML.replace('# secretsKey:', 'secretsKey:'), '/o/ostiary.yaml', env, {
      requireEnv: false,
    })
    expect(named.faults).toEqual([])
    expect(named.config?.secretsKey).toMatchObject({ kind: 'file', path: '/o/secrets.key' })
  })

  it('hold policies that Cedar parses, each with its own id, a reason and obligations that exist', () => {
    const text = defaultPolicies()
    expect(checkParsePolicySet({ staticPolicies: text })).toMatchObject({ type: 'success' })
    const policies = text.split(/^(?=@id)/m).slice(1)
    expect(policies).toHaveLength(2)
    expect(new Set(policies.map((one) => /@id\("([a-z-]+)"\)/.exec(one)?.[1])).size).toBe(2)
    for (const policy of policies) expect(policy).toMatch(/@reason\("[^"]+"\)/)
    const obligations = [...text.matchAll(/@obligation\("([^"]+)"\)/g)].flatMap(([, all = '']) => all.split(', '))
    expect(obligations.map((one) => parseObligation(one).kind)).toEqual(['text', 'text', 'text', 'text'])
  })
})
