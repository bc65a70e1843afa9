import { describe, expect, test } from 'vitest'
import { asked, done, openBench, refused, START_MS, taken, tokenEndpoint } from '../../test/keys-bench.js'
import { formatApiKey } from './format.js'

const LEAST = { owner: 'billing', scopes: 'models:invoke' }
const NEXT_QUARTER = new Date(START_MS + 90 * 86_400_000).toISOString()

describe('operations on keys', () => {
  test('all need admin:keys', async () => {
    const { operations, keys } = await openBench()
    expect([...operations].map(([name, { scope }]) => `${name} ${scope}`)).toEqual([
      'POST /keys admin:keys',
      'GET /keys admin:keys',
      'POST /keys/rotate admin:keys',
      'POST /keys/revoke admin:keys',
    ])
    await keys.close()
  })

  test('a key is shown where it is made, and nowhere else again [keys.shown-once]', async () => {
    const { operations, keys, notes, reports } = await openBench()
    const made = await done(operations, 'POST /keys', LEAST)
    const { key, id } = made as { key: string; id: string }
    expect(made).toMatchObject({ owner: 'billing', state: 'active', expiresAt: NEXT_QUARTER, warnings: [] })
    taken(tokenEndpoint(keys), key)
    const rotated = await done(operations, 'POST /keys/rotate', { id })
    const elsewhere = JSON.stringify([
      await done(operations, 'GET /keys'),
      { ...rotated, key: undefined },
      await done(operations, 'POST /keys/revoke', { id }),
      notes,
      reports,
    ])
    for (const secret of [key, String(rotated['key'])]) {
      expect(elsewhere).not.toContain(secret)
      expect(elsewhere).not.toContain(secret.slice(5, 48))
    }
    await keys.close()
  })

  test('what was asked for is in the list, with what became of it', async () => {
    const { operations, keys, pass } = await openBench()
    const jkt = Buffer.alloc(32, 7).toString('base64url')
    const wanted = {
      ...LEAST,
      ...{ models: ['gpt-5-mini'], networks: ['192.0.2.0/24'], groups: ['analysts'], jkt, direct: true },
      budget: { tokens: 100, per: 'day' },
    }
    const first = await done(operations, 'POST /keys', wanted)
    pass(1000)
    const second = await done(operations, 'POST /keys', { ...LEAST, expiresInSeconds: 60 })
    pass(1000)
    const third = await done(operations, 'POST /keys', LEAST)
    await done(operations, 'POST /keys/revoke', { id: third['id'] })
    taken(tokenEndpoint(keys), String(first['key']))
    pass(60_000)
    const { keys: listed } = await done(operations, 'GET /keys')
    expect(listed).toMatchObject([
      {
        ...wanted,
        ...{ id: first['id'], scopes: ['models:invoke'], state: 'active', rotatedFrom: null, datasets: [] },
        budget: { tokens: 100, per: 'day', remaining: 100 },
        createdAt: new Date(START_MS).toISOString(),
        lastUsedAt: new Date(START_MS + 2000).toISOString(),
      },
      { id: second['id'], state: 'expired', lastUsedAt: null, budget: null, jkt: null, revokedAt: null },
      { id: third['id'], state: 'revoked', revokedAt: new Date(START_MS + 2000).toISOString() },
    ])
    // What ended long ago is in nobody's way.
    pass(31 * 86_400_000)
    expect((await done(operations, 'GET /keys'))['keys']).toHaveLength(2)
    await keys.close()
  })

  test('a revocation is persisted, and ends what runs under the key [keys.revocation]', async () => {
    const { operations, keys, revoked, another } = await openBench()
    const { key, id } = await done(operations, 'POST /keys', LEAST)
    expect(await done(operations, 'POST /keys/revoke', { id })).toEqual({ id, revoked: true })
    expect(revoked).toEqual([{ kind: 'key', id }])
    const other = await another()
    for (const one of [keys, other]) expect(refused(tokenEndpoint(one), String(key)).code).toBe('revoked_token')
    // Twice is no fault: who is not sure asks again.
    expect(await done(operations, 'POST /keys/revoke', { id })).toEqual({ id, revoked: true })
    await Promise.all([keys.close(), other.close()])
  })

  test('a key that was found somewhere is revoked by its text [keys.revocation]', async () => {
    const { operations, keys } = await openBench()
    const { key, id } = await done(operations, 'POST /keys', LEAST)
    const stranger = formatApiKey(new Uint8Array(32))
    expect(await asked(operations, 'POST /keys/revoke', { key: stranger })).toMatchObject({ code: 'invalid_request' })
    expect(await done(operations, 'POST /keys/revoke', { key })).toEqual({ id, revoked: true })
    expect(refused(tokenEndpoint(keys), String(key)).code).toBe('revoked_token')
    await keys.close()
  })

  test('a revocation that cannot be persisted is not confirmed [keys.revocation]', async () => {
    const { operations, keys, store, notes } = await openBench()
    const { id } = await done(operations, 'POST /keys', LEAST)
    store.goAway()
    const away = { kind: 'refuse', code: 'overloaded', status: 503, headers: { 'retry-after': '5' } }
    for (const [name, input] of [
      ['POST /keys/rotate', { id }],
      ['POST /keys', LEAST],
      ['GET /keys', {}],
      ['POST /keys/revoke', { id }],
    ] as const) {
      expect(await asked(operations, name, input)).toMatchObject(away)
    }
    expect(notes.map((one) => one['did'])).toEqual(['created'])
    store.comeBack()
    await done(operations, 'POST /keys/revoke', { id })
    await keys.close()
  })

  test('rotation tells until when the old key is good; without an overlap it ends at once [keys.rotation]', async () => {
    const { operations, keys, revoked } = await openBench()
    const { key, id } = await done(operations, 'POST /keys', LEAST)
    const next = await done(operations, 'POST /keys/rotate', { id, overlapSeconds: 60 })
    expect(next).toMatchObject({
      owner: 'billing',
      rotatedFrom: id,
      replaced: { id, expiresAt: new Date(START_MS + 60_000).toISOString() },
    })
    taken(tokenEndpoint(keys), String(key))
    expect(revoked).toEqual([])
    const last = await done(operations, 'POST /keys/rotate', { id: next['id'], overlapSeconds: 0 })
    expect(refused(tokenEndpoint(keys), String(next['key'])).code).toBe('revoked_token')
    expect(revoked).toEqual([{ kind: 'key', id: next['id'] }])
    taken(tokenEndpoint(keys), String(last['key']))
    await keys.close()
  })

  test('a key that is over is not rotated, and one that never was is told', async () => {
    const { operations, keys, pass } = await openBench()
    const { id } = await done(operations, 'POST /keys', { ...LEAST, expiresInSeconds: 60 })
    pass(60_000)
    const { id: revoked } = await done(operations, 'POST /keys', LEAST)
    await done(operations, 'POST /keys/revoke', { id: revoked })
    const words = async (name: string, input: Readonly<Record<string, unknown>>): Promise<string> => {
      const step = await asked(operations, name, input)
      expect(step).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
      return step.kind === 'refuse' ? step.message : ''
    }
    expect(await words('POST /keys/rotate', { id })).toBe(`The key ${id} is expired: make a new one.`)
    expect(await words('POST /keys/rotate', { id: revoked })).toContain('is revoked')
    expect(await words('POST /keys/rotate', { id: 'key_000000000000' })).toBe('There is no key key_000000000000.')
    expect(await words('POST /keys/revoke', { id: 'key_000000000000' })).toBe('There is no key key_000000000000.')
    expect(await words('POST /keys', { ...LEAST, networks: ['nowhere'] })).toContain('No key was made')
    expect(keys.all()).toHaveLength(2)
    await keys.close()
  })

  test('models that nobody configured, and direct keys that are not taken, are warnings', async () => {
    const { operations, keys } = await openBench()
    const made = await done(operations, 'POST /keys', { ...LEAST, models: ['gpt-5-mini', 'gpt-9'], direct: true })
    expect(made['warnings']).toEqual([
      'no model is configured as `gpt-9`',
      'the data plane refuses this key, though it was made `direct`: `apiKeys.direct` is off in the configuration. ' +
        'Set it to true, or have the key exchanged for tokens at /oauth/token, which takes it',
    ])
    expect(made).toMatchObject({ direct: true, dataPlane: false })
    await keys.close()
  })

  test('each leaves an entry, which names the key and neither its owner nor its secret [keys.audit-note]', async () => {
    const { operations, keys, notes } = await openBench()
    const { id } = await done(operations, 'POST /keys', { ...LEAST, owner: 'somebody-in-particular' })
    const { id: next } = await done(operations, 'POST /keys/rotate', { id, overlapSeconds: 60 })
    await done(operations, 'POST /keys/revoke', { id: next })
    expect(notes).toMatchObject([
      { api_key: id, did: 'created', expires_at: NEXT_QUARTER, scopes: ['models:invoke'], direct: false, bound: false },
      { api_key: next, did: 'rotated', from: id, overlap_seconds: 60 },
      { api_key: next, did: 'revoked' },
    ])
    expect(JSON.stringify(notes)).not.toContain('somebody-in-particular')
    await keys.close()
  })
})
