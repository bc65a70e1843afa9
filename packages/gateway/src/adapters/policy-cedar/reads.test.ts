import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, test } from 'vitest'
import type { Action } from '../../spec/index.js'
import { bandsOf, type EntityReads, type Reads, readsOf } from './reads.js'

function readsIn(policy: string, action: Action = 'invoke'): Reads {
  const answer = policyToJson(policy)
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message)
  return readsOf([answer.json], action)
}

function when(condition: string): Reads {
  return readsIn(`permit(principal, action, resource) when { ${condition} };`)
}

/** What is read, in words. */
function told({ principal, resource, context }: Reads): readonly string[] {
  const entity = (name: string, { whole, type, id, groups, attributes }: EntityReads): string[] => [
    ...(whole ? [name] : []),
    ...(type ? [`${name} type`] : []),
    ...(id ? [`${name} id`] : []),
    ...[...groups].map((group) => `${name} in ${group}`),
    ...[...attributes].map((attribute) => `${name}.${attribute}`),
  ]
  return [
    ...entity('principal', principal),
    ...entity('resource', resource),
    ...(context.whole ? ['context'] : []),
    ...[...context.attributes].map((attribute) => `context.${attribute}`),
  ].sort()
}

describe('what a scope reads', () => {
  test.each<[string, readonly string[]]>([
    ['permit(principal, action, resource);', []],
    ['permit(principal == User::"x", action, resource);', ['principal id', 'principal type']],
    ['permit(principal in Group::"g", action, resource);', ['principal in g']],
    ['permit(principal in User::"x", action, resource);', ['principal id', 'principal type']],
    ['permit(principal is User, action, resource);', ['principal type']],
    ['permit(principal is User in Group::"g", action, resource);', ['principal in g', 'principal type']],
    ['permit(principal, action, resource == Model::"m");', ['resource id', 'resource type']],
    ['permit(principal, action, resource is Model);', ['resource type']],
    ['permit(principal == User::"x", action == Action::"embed", resource);', []],
    ['permit(principal == User::"x", action in [Action::"embed", Action::"release"], resource);', []],
    ['permit(principal is User, action in [Action::"embed", Action::"invoke"], resource);', ['principal type']],
    ['permit(principal is User, action == Action::"invoke", resource);', ['principal type']],
  ])('%s', (policy, reads) => {
    expect(told(readsIn(policy))).toEqual(reads)
  })
})

describe('what a condition reads', () => {
  test.each<[string, readonly string[]]>([
    ['context.stream', ['context.stream']],
    ['context["stream"]', ['context.stream']],
    ['context has purpose', ['context.purpose']],
    ['context has purpose.length', ['context.purpose']],
    ['principal has acr && principal.acr like "g*"', ['principal.acr']],
    ['principal == User::"x"', ['principal id', 'principal type']],
    ['User::"x" != principal', ['principal id', 'principal type']],
    ['principal == resource', ['principal id', 'principal type', 'resource id', 'resource type']],
    ['principal in Group::"g"', ['principal in g']],
    ['principal in [Group::"g", Group::"h"]', ['principal in g', 'principal in h']],
    ['principal in [Group::"g", User::"x"]', ['principal id', 'principal in g', 'principal type']],
    ['principal in resource', ['principal', 'resource']],
    ['principal in (if context.stream then Group::"g" else Group::"h")', ['context.stream', 'principal']],
    ['resource is Model', ['resource type']],
    ['principal is User in Group::"g"', ['principal in g', 'principal type']],
    ['action == Action::"invoke"', []],
    ['[principal].contains(User::"x")', ['principal']],
    ['{who: principal}.who == User::"x"', ['principal']],
    ['(if context.stream then principal else resource) == User::"x"', ['context.stream', 'principal', 'resource']],
    ['(if context.stream then principal else resource).owner == "x"', ['context.stream', 'principal', 'resource']],
    ['context == {stream: true}', ['context']],
    ['-principal.level < context.maxTokens * 2', ['context.maxTokens', 'principal.level']],
    ['ip("10.0.0.0/8").isInRange(context.sourceIp)', ['context.sourceIp']],
    ['context.time.offset(duration("1h")) > context.time', ['context.time']],
    ['!context.labels.isEmpty() || ["a"].containsAll(context.findings)', ['context.findings', 'context.labels']],
    ['{left: principal, attr: "x"} has attr', ['principal']],
    ['principal.hasTag("x")', ['principal']],
  ])('%s', (condition, reads) => {
    expect(told(when(condition))).toEqual(reads)
  })

  test('all of it, where the form is not known', () => {
    const answer = policyToJson('permit(principal, action, resource);')
    if (answer.type === 'failure') throw new Error('not Cedar')
    for (const body of [{ shall: { left: { Var: 'context' } } }, { '<': 1, '>': 2 }, {}, null]) {
      const reads = readsOf([{ ...answer.json, conditions: [{ kind: 'when', body: body as never }] }], 'invoke')
      expect(told(reads)).toEqual(['context', 'principal', 'resource'])
    }
  })
})

describe('bands', () => {
  const bands = (condition: string): readonly number[] | undefined => bandsOf(when(condition).context, 'promptTokens')

  test('are between the constants', () => {
    expect(bands('context.promptTokens < 7 || 3 >= context.promptTokens || context.promptTokens == 7')).toEqual([3, 7])
    expect(bands('context.promptTokens > -2')).toEqual([-2])
  })

  test.each([
    'context.promptTokens < context.maxTokens',
    'context.promptTokens + 1 < 7',
    'context.promptTokens < 7 && context.promptTokens * 2 < 9',
    'context.promptTokens < 9007199254740993',
    '[1, 2].contains(context.promptTokens)',
    'context == {promptTokens: 7}',
  ])('are none where more is read: %s', (condition) => {
    expect(bands(condition)).toBeUndefined()
  })

  const times = (text: string): readonly number[] | undefined =>
    bandsOf(when(`context.time < datetime("${text}")`).context, 'time')

  test('are between times that are surely known', () => {
    expect(times('2026-11-25')).toEqual([Date.UTC(2026, 10, 25)])
    expect(times('2026-11-25T10:00:00Z')).toEqual([Date.UTC(2026, 10, 25, 10)])
    expect(times('2026-11-25T10:00:00.123Z')).toEqual([Date.UTC(2026, 10, 25, 10, 0, 0, 123)])
    expect(times('2026-11-25T10:00:00+0100')).toBeUndefined()
    expect(times('2026-02-30')).toBeUndefined()
    expect(times('2026-02-30T10:00:00Z')).toBeUndefined()
  })
})
