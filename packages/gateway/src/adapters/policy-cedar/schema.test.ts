import { checkParseSchema, getValidRequestEnvsPolicy } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, test } from 'vitest'
import { ACTIONS } from '../../spec/index.js'
import { schemaText } from './schema.js'
import type { Vocabulary } from './vocabulary.js'

const NOTHING: Vocabulary = { modelAttributes: new Map(), claimAttributes: [] }

describe('the schema', () => {
  test('parses, and has every action, principal and resource even where nothing is configured', () => {
    const text = schemaText(NOTHING)
    expect(checkParseSchema(text)).toEqual({ type: 'success' })
    const all = getValidRequestEnvsPolicy('permit(principal, action, resource);', text)
    if (all.type === 'failure') throw new Error(all.error)
    expect(all.principals.sort()).toEqual(['Agent', 'Service', 'User'])
    expect(all.actions.sort()).toEqual(ACTIONS.map((action) => `Action::"${action}"`).sort())
    expect(all.resources.sort()).toEqual(['Dataset', 'Gateway', 'Model', 'Tool'])
  })

  test('takes configured attributes, optional where not every model has them, whatever their names are', () => {
    const text = schemaText({
      modelAttributes: new Map([
        ['hosting', { type: 'String', required: true }],
        ['in', { type: 'Bool', required: false }],
        ['a "b" \\c', { type: 'Set<String>', required: false }],
      ]),
      claimAttributes: [
        { name: 'clearance', type: 'Long' },
        { name: 'https://x.example/role', type: 'String' },
      ],
    })
    expect(checkParseSchema(text)).toEqual({ type: 'success' })
    expect(text).toContain('"hosting": String,')
    expect(text).toContain('"in"?: Bool,')
    expect(text).toContain('"clearance"?: Long,')
    expect(text).toContain('"https://x.example/role"?: String,')
  })

  test('a claim or a model attribute named like one of ours does not replace it', () => {
    const text = schemaText({
      modelAttributes: new Map([['provider', { type: 'Long', required: false }]]),
      claimAttributes: [{ name: 'issuer', type: 'Long' }],
    })
    expect(text).toContain('"provider": String,')
    expect(text).toContain('"issuer": String,')
    expect(text.match(/"issuer"/g)).toHaveLength(1)
  })

  test('is the same text for the same vocabulary, in any order', () => {
    const one = { name: 'a', type: 'String' } as const
    const two = { name: 'b', type: 'Bool' } as const
    expect(schemaText({ ...NOTHING, claimAttributes: [one, two] })).toBe(
      schemaText({ ...NOTHING, claimAttributes: [two, one] }),
    )
  })
})
