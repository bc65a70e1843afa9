import { describe, expect, it } from 'vitest'
import { BASE, good, read } from '../../test/config-text.js'

const CLAUDE = `  - { name: claude, dialect: anthropic, baseUrl: https://api.anthropic.com, apiKey: "\${KEY}" }\nmodels:`

function files(written: string): string {
  return `${BASE.replace('models:', () => CLAUDE)}files: ${written}\n`
}

describe('files', () => {
  it('are nowhere unless a provider is named for them', () => {
    expect(good(BASE).files).toEqual({ openai: undefined, anthropic: undefined })
    expect(good(BASE).limits.uploadBytes).toBe(512 * 1024 ** 2)
  })

  it('are with a provider of each dialect', () => {
    expect(good(files('{ openai: openai, anthropic: claude }')).files).toEqual({
      openai: 'openai',
      anthropic: 'claude',
    })
  })

  it('are refused with a provider that is not there or speaks another dialect', () => {
    expect(read(files('{ openai: opennai }')).faults).toEqual([
      expect.stringContaining('files.openai: no provider is named `opennai` (did you mean `openai`?)'),
    ])
    expect(read(files('{ openai: claude }')).faults).toEqual([
      expect.stringContaining('files.openai: the provider `claude` speaks anthropic, not openai'),
    ])
    expect(read(files('{ gemini: openai }')).faults).toHaveLength(1)
  })
})
