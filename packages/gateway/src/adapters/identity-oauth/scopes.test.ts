import { describe, expect, test } from 'vitest'
import { PLAIN_SCOPES, type ScopeRules, saysScopes, scopeReader } from './scopes.js'

const rules = (more: Partial<ScopeRules>): ScopeRules => ({ ...PLAIN_SCOPES, ...more })
const read = (more: Partial<ScopeRules>, payload: Record<string, unknown>): readonly string[] | undefined => {
  const scopes = scopeReader(rules(more))(payload)
  return scopes && [...scopes]
}
const MAP = [
  { from: 'ask', to: ['models:invoke', 'models:list'] },
  { from: 'Models Reader', to: ['models:list'] },
]

describe('scopes of an issuer [issuers.scopes]', () => {
  test('as they are, where nothing is said', () => {
    expect(read({}, { scope: 'a b' })).toEqual(['a', 'b'])
    expect(read({}, { scp: ['a'] })).toEqual(['a'])
    expect(read({}, {})).toEqual([])
  })

  test('by a map give what it says; what is not in it gives nothing, though it be named like a scope of ours', () => {
    expect(read({ map: MAP }, { scope: 'ask' })).toEqual(['models:invoke', 'models:list'])
    expect(read({ map: MAP }, { scope: 'models:invoke admin:policy' })).toEqual([])
    expect(read({ map: [{ from: 'models:invoke', to: ['models:invoke'] }] }, { scope: 'models:invoke x' })).toEqual([
      'models:invoke',
    ])
    for (const name of ['constructor', '__proto__', 'toString']) expect(read({ map: MAP }, { scope: name })).toEqual([])
  })

  test('from other claims, all that are named, each a text or a list', () => {
    const claims = ['scp', 'roles', 'realm_access.roles']
    expect(read({ claims, map: MAP }, { scp: 'x', roles: ['Models Reader'] })).toEqual(['models:list'])
    expect(read({ claims, map: MAP }, { realm_access: { roles: ['ask'] } })).toEqual(['models:invoke', 'models:list'])
    expect(read({ claims, map: MAP }, { scope: 'ask' })).toEqual([])
  })

  test('always some, besides those', () => {
    expect(read({ always: ['models:list'] }, {})).toEqual(['models:list'])
    expect(read({ always: ['models:list'] }, { scope: 'models:invoke' })).toEqual(['models:list', 'models:invoke'])
    expect(read({ always: ['models:list'], map: MAP }, { scope: 'x' })).toEqual(['models:list'])
  })

  test.each<[string, Partial<ScopeRules>, Record<string, unknown>]>([
    ['a number', {}, { scope: 7 }],
    ['two spaces', {}, { scope: 'a  b' }],
    ['two that differ', {}, { scope: 'a', scp: ['b'] }],
    ['an object of roles', { claims: ['roles'], map: MAP }, { roles: { ask: true } }],
    ['a number among roles', { claims: ['roles'], map: MAP }, { roles: ['ask', 7] }],
    ['a broken text beside `always`', { always: ['x'] }, { scope: '' }],
  ])('%s is no scope, and no token', (_what, more, payload) => {
    expect(read(more, payload)).toBeUndefined()
  })
})

test('a token says what it is for by the claims that its issuer has for it', () => {
  expect(saysScopes({}, PLAIN_SCOPES)).toBe(false)
  expect(saysScopes({ scp: [] }, PLAIN_SCOPES)).toBe(true)
  expect(saysScopes({}, rules({ always: ['x'] }))).toBe(true)
  expect(saysScopes({ scope: 'a' }, rules({ claims: ['roles'] }))).toBe(false)
  expect(saysScopes({ roles: [] }, rules({ claims: ['roles'] }))).toBe(true)
})
