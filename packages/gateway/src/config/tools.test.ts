import { describe, expect, it } from 'vitest'
import { faultText } from './fault.js'
import { defaultConfigYaml } from './init-files.js'
import { configFromText } from './load.js'
import { vocabularyOf } from './vocabulary.js'

function told(tools: string): ReturnType<typeof configFromText> {
  const text = `${defaultConfigYaml({ schema: './x.json' })}\ntools: ${tools}\n`
  return configFromText(text, '/o/ostiary.yaml', { OPENAI_API_KEY: 'k' }, { requireEnv: true })
}

describe('tools', () => {
  it('are read with what is not written, and are known to policies with their labels', () => {
    const { config, faults } = told(
      '[{ name: mail, effect: send }, { name: fetch, effect: read, server: s, labels: [b, a, b] }]',
    )
    expect(faults).toEqual([])
    expect(config?.tools).toEqual([
      { name: 'mail', server: '', effect: 'send', labels: [] },
      { name: 'fetch', server: 's', effect: 'read', labels: ['a', 'b'] },
    ])
    if (config === undefined) throw new Error('faulty')
    expect(vocabularyOf(config).known).toMatchObject({ tools: ['mail', 'fetch'], labels: ['a', 'b'] })
  })

  const MANY = Array.from({ length: 1001 }, (_, at) => `{ name: t${at}, effect: read }`).join(', ')
  it.each([
    ['[{ name: mail, effect: sends }]', 'tools[0].effect'],
    ['[{ name: mail }]', 'missing `effect`'],
    ['[{ name: "", effect: read }]', 'tools[0].name'],
    ['[{ name: a, effect: read, label: [x] }]', 'label'],
    ['[{ name: a, effect: read, labels: [Secret] }]', 'write a word of small letters'],
    ['[{ name: a, effect: read }, { name: a, effect: send }]', 'the name `a` stands twice in tools'],
    [`[${MANY}]`, 'tools'],
  ])('refuses what it must, %#', (tools, says) => {
    const { config, faults } = told(tools)
    expect(config).toBeUndefined()
    expect(faults.map(faultText).join('\n')).toContain(says)
  })
})
