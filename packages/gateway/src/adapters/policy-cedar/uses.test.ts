import { describe, expect, test } from 'vitest'
import { type Action, FINDING_TYPES, type FindingType } from '../../spec/index.js'
import { loadPolicies } from './load.js'

/** What the engine of these policies could make use of, about one action. */
function uses(text: string, action: Action = 'invoke'): readonly FindingType[] {
  const { engine, faults } = loadPolicies([{ path: 'a.cedar', text }], {
    modelAttributes: new Map(),
    claimAttributes: [],
  })
  expect(faults).toEqual([])
  return [...(engine?.usesFindings(action) ?? [])].sort()
}

const all = [...FINDING_TYPES].sort()
const family = (name: string): readonly FindingType[] => all.filter((type) => type.startsWith(`${name}.`))
const when = (condition: string): string => `@id("a") permit (principal, action, resource) when { ${condition} };`

describe('findings that policies could make use of', () => {
  test('are those of obligations on the request, of whole families too; not of those on the answer', () => {
    const oblige = (text: string): readonly FindingType[] =>
      uses(`@id("a") @obligation("${text}") permit (principal, action, resource);`)
    expect(oblige('redact:pii.person, flag:injection.high')).toEqual(['injection.high', 'pii.person'])
    expect(oblige('mask:pii')).toEqual(family('pii'))
    expect(oblige('output:redact:pii')).toEqual([])
    expect(oblige('pass:uninspectable, route:x')).toEqual([])
  })

  test('are those of oblige policies, and what shadow policies ask for but not what they would oblige to', () => {
    const of = (mode: string): readonly FindingType[] =>
      uses(`@id("a") @mode("${mode}") @obligation("redact:pii.phone")
        permit (principal, action, resource) when { context.findings.contains("pii.person") };`)
    expect(of('oblige')).toEqual(['pii.person', 'pii.phone'])
    expect(of('shadow')).toEqual(['pii.person'])
  })

  test('are those that conditions ask for by name, however deep', () => {
    expect(uses(when('context.findings.contains("pii.person")'))).toEqual(['pii.person'])
    expect(uses(when('context.findings.containsAny(["pii", "secret.aws"])'))).toEqual([...family('pii'), 'secret.aws'])
    expect(uses(when('!(context.stream && context.findings.containsAll(["moderation"]))'))).toEqual(
      family('moderation'),
    )
    expect(uses(when('if context.stream then context.findings.contains("injection") else true'))).toEqual(
      family('injection'),
    )
    const forbid = '@id("a") forbid (principal, action, resource) unless { context.findings.contains("pii.iban") };'
    expect(uses(forbid)).toEqual(['pii.iban'])
  })

  test.each([
    '["pii.card"].containsAll(context.findings)',
    'context.findings == ["pii"]',
    'context.findings.isEmpty()',
    'context.findings.containsAny(principal.scopes)',
    'context.findings.contains(if context.stream then "pii.card" else "pii.iban")',
    'principal.scopes.containsAny(context.findings)',
  ])('are all where a condition could ask for any: %s', (condition) => {
    expect(uses(when(condition))).toEqual(all)
  })

  test.each([
    'context.promptTokens < 5',
    'context has findings',
    'context.approvals.contains("pii")',
    'principal.scopes.contains("secret")',
    'principal has acr && principal.acr like "pii*"',
  ])('are none where nobody asks for one: %s', (condition) => {
    expect(uses(when(condition))).toEqual([])
  })

  test('are those of policies that can apply to the action', () => {
    const text = `@id("a") @obligation("redact:pii.person") permit (principal, action == Action::"embed", resource);
      @id("b") @obligation("redact:pii.phone") permit (principal, action in [Action::"invoke", Action::"embed"], resource);`
    expect(uses(text, 'invoke')).toEqual(['pii.phone'])
    expect(uses(text, 'embed')).toEqual(['pii.person', 'pii.phone'])
    expect(uses(text, 'callTool')).toEqual([])
  })
})
