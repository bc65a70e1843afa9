import { describe, expect, test } from 'vitest'
import { covers } from '../spec/index.js'
import { narrowedScopes } from './scopes.js'

const none = { models: [], datasets: [] }

describe('lists of names narrow the scopes of a key [keys.narrowed]', () => {
  test.each([
    ['models:invoke', none, 'models:invoke'],
    ['models:*', none, 'models:*'],
    ['models:invoke', { models: ['a', 'llama3:8b'], datasets: [] }, 'models:invoke:a models:invoke:llama3:8b'],
    [
      'models:invoke models:list embeddings:create',
      { models: ['a'], datasets: [] },
      'models:invoke:a models:list embeddings:create:a',
    ],
    ['models:invoke models:invoke:a', { models: ['a', 'b'], datasets: [] }, 'models:invoke:a models:invoke:b'],
    ['models:*', { models: ['a'], datasets: [] }, 'models:invoke:a models:list models:train:a'],
    ['datasets:read tools:call', { models: [], datasets: ['orders'] }, 'datasets:read:orders tools:call'],
    ['datasets:*', { models: [], datasets: ['orders'] }, 'datasets:read:orders'],
    ['datasets:* models:invoke', { models: ['a'], datasets: [] }, 'datasets:* models:invoke:a'],
    ['reports:*', { models: ['a'], datasets: [] }, 'reports:*'],
  ])('%s with %j is %s', (scopes, narrowing, wanted) => {
    expect([...narrowedScopes(scopes.split(' '), narrowing)].sort()).toEqual(wanted.split(' ').sort())
  })

  test('no wildcard goes round a list', () => {
    const held = narrowedScopes(['models:*', 'embeddings:*'], { models: ['a'], datasets: [] })
    expect(covers(held, 'models:invoke:a')).toBe(true)
    expect(covers(held, 'models:invoke:b')).toBe(false)
    expect(covers(held, 'embeddings:create:b')).toBe(false)
    expect(covers(held, 'models:invoke')).toBe(false)
  })
})
