import { describe, expect, test } from 'vitest'
import { covers, coversSome } from './scope.js'

const held = (text: string): ReadonlySet<string> => new Set(text.split(' '))

describe('scopes [scope.broader-implies-narrower]', () => {
  test.each([
    ['models:invoke', 'models:invoke', true],
    ['models:invoke', 'models:invoke:gpt-5-mini', true],
    ['models:invoke', 'models:invoke:llama3:8b', true],
    ['models:invoke:gpt-5-mini', 'models:invoke:gpt-5-mini', true],
    ['models:*', 'models:invoke:gpt-5-mini', true],
    ['admin:*', 'admin:keys', true],
    ['models:invoke:gpt-5-mini', 'models:invoke', false],
    ['models:invoke:gpt-5-mini', 'models:invoke:gpt-5', false],
    ['models:invoke:gpt-5', 'models:invoke:gpt-5-mini', false],
    // A model's name may be the beginning of another's.
    ['models:invoke:llama3', 'models:invoke:llama3:8b', false],
    ['models', 'models:invoke', false],
    ['*', 'models:invoke', false],
    ['models:invoke:*', 'models:invoke:gpt-5-mini', false],
    ['models:list', 'models:invoke', false],
    ['modelsx:*', 'models:invoke', false],
    ['openid', 'openid', true],
    ['openid', 'profile', false],
  ])('`%s` for `%s`: %s', (scopes, wanted, is) => {
    expect(covers(held(scopes), wanted)).toBe(is)
  })

  test('a scope for some resources lets in at the door, and no more', () => {
    expect(coversSome(held('models:invoke:a'), 'models:invoke')).toBe(true)
    expect(coversSome(held('models:*'), 'models:invoke')).toBe(true)
    expect(coversSome(held('models:invoker:a'), 'models:invoke')).toBe(false)
    expect(coversSome(held('models:list'), 'models:invoke')).toBe(false)
  })
})
