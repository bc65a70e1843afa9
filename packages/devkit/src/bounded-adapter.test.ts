import { expect, test } from 'vitest'
import { boundedAdapter } from './bounded-adapter.js'

test('keeps what it was given until it expires', async () => {
  let now = 1_000_000
  const adapter = boundedAdapter({ recordsMax: 10, now: () => now })('Session')
  await adapter.upsert('a', { uid: 'u', userCode: 'c', grantId: 'g' }, 60)
  expect(await adapter.find('a')).toMatchObject({ uid: 'u' })
  expect(await adapter.findByUid('u')).toMatchObject({ grantId: 'g' })
  expect(await adapter.findByUserCode('c')).toMatchObject({ uid: 'u' })
  await adapter.consume('a')
  expect(await adapter.find('a')).toMatchObject({ consumed: 1000 })
  now += 60_000
  expect(await adapter.find('a')).toBeUndefined()
  expect(await adapter.findByUid('u')).toBeUndefined()
})

test('never holds more than its bound, and forgets the oldest first', async () => {
  const adapterOf = boundedAdapter({ recordsMax: 3, now: () => 0 })
  const [grants, codes] = [adapterOf('Grant'), adapterOf('AuthorizationCode')]
  for (const id of ['a', 'b', 'c']) await grants.upsert(id, {}, 60)
  await grants.upsert('a', { again: true }, 60)
  await codes.upsert('d', {}, 60)
  expect(await Promise.all(['a', 'b', 'c'].map((id) => grants.find(id)))).toEqual([{ again: true }, undefined, {}])
  expect(await grants.find('d')).toBeUndefined()
  expect(await codes.find('d')).toEqual({})
})

test('destroys one, and revokes all of a grant', async () => {
  const adapterOf = boundedAdapter({ recordsMax: 10, now: () => 0 })
  const [tokens, codes] = [adapterOf('RefreshToken'), adapterOf('AuthorizationCode')]
  await tokens.upsert('a', { grantId: 'g' }, 60)
  await codes.upsert('b', { grantId: 'g' }, 60)
  await codes.upsert('c', { grantId: 'h' }, 60)
  await codes.upsert('d', {}, 60)
  await codes.destroy('d')
  await tokens.revokeByGrantId('g')
  expect(await Promise.all([tokens.find('a'), codes.find('b'), codes.find('c'), codes.find('d')])).toEqual([
    undefined,
    undefined,
    { grantId: 'h' },
    undefined,
  ])
})
