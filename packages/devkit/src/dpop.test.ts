import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DevIssuerError, makeDpopKey, makeDpopProof, readOrMakeDpopKey } from './index.js'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ostiary-dpop-'))
})
afterAll(async () => {
  await rm(dir, { recursive: true })
})

describe('a proof', () => {
  test('is what RFC 9449 section 4.2 says, by another library’s reading', async () => {
    const key = makeDpopKey()
    const url = new URL('http://127.0.0.1:8787/v1/chat/completions?a=b#c')
    const parts = {
      key,
      method: 'POST',
      url,
      accessToken: 'a.b.c',
      nonce: 'n-1',
      clock: { now: () => 1_900_000_000_999 },
    }
    const proof = makeDpopProof(parts)
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
    expect(payload).toEqual({
      jti: expect.stringMatching(/^[\w-]{20,}$/),
      htm: 'POST',
      htu: 'http://127.0.0.1:8787/v1/chat/completions',
      iat: 1_900_000_000,
      ath: createHash('sha256').update('a.b.c').digest('base64url'),
      nonce: 'n-1',
    })
    expect(protectedHeader.jwk).toEqual({ kty: 'EC', crv: 'P-256', x: key.key.x, y: key.key.y })
    expect(await calculateJwkThumbprint(protectedHeader.jwk ?? {})).toBe(key.jkt)
    expect(url.search).toBe('?a=b')
  })

  test('is another each time, and says no more than it was told', async () => {
    const parts = { key: makeDpopKey(), method: 'GET', url: new URL('https://gateway.example/') }
    const [one, two] = await Promise.all(
      [1, 2].map(async () => (await jwtVerify(makeDpopProof(parts), EmbeddedJWK)).payload),
    )
    expect(one?.jti).not.toBe(two?.jti)
    expect(Object.keys(one ?? {}).sort()).toEqual(['htm', 'htu', 'iat', 'jti'])
    expect(decodeProtectedHeader(makeDpopProof(parts)).jwk).not.toHaveProperty('d')
  })
})

describe('a key file', () => {
  test('is made once, for its owner alone, and read from then on', async () => {
    const path = join(dir, 'key.jwk')
    const [made, raced] = await Promise.all([readOrMakeDpopKey(path), readOrMakeDpopKey(path)])
    expect(raced).toEqual(made)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readOrMakeDpopKey(path)).toEqual(made)
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ ...made.key, alg: 'ES256' })
  })

  test('may be somebody else’s making', async () => {
    const { key, jkt } = makeDpopKey()
    const path = join(dir, 'theirs.jwk')
    await writeFile(path, JSON.stringify({ ...key, kid: 'theirs', use: 'sig' }), { mode: 0o600 })
    expect((await readOrMakeDpopKey(path)).jkt).toBe(jkt)
  })

  test('is refused where others can read it, or where it is no such key', async () => {
    const { key } = makeDpopKey()
    const path = join(dir, 'odd.jwk')
    const reading = async (content: unknown, mode = 0o600): Promise<unknown> => {
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode })
      await chmod(path, mode)
      return await readOrMakeDpopKey(path).catch((error: unknown) => error)
    }
    expect(await reading(key)).toMatchObject({ key })
    const open = await reading(key, 0o644)
    expect(open).toBeInstanceOf(DevIssuerError)
    expect(String(open)).toContain('chmod 600')
    const { d: _secret, ...publicKey } = key
    for (const bad of [
      '',
      'no json',
      [],
      publicKey,
      { ...key, kty: 'RSA' },
      { ...key, crv: 'P-384' },
      { ...key, x: makeDpopKey().key.x },
      { ...key, d: '' },
      { ...key, d: 'A'.repeat(43) },
    ]) {
      const fault = await reading(bad)
      expect(String(fault)).toContain('is not a private ES256 key')
      expect(String(fault)).not.toContain(key.d)
    }
  })

  test('is a plain file in a folder that is there', async () => {
    await expect(readOrMakeDpopKey(join(dir, 'missing', 'key.jwk'))).rejects.toThrow('cannot be made there')
    await expect(readOrMakeDpopKey(dir)).rejects.toThrow('is not a plain file')
    await readOrMakeDpopKey(join(dir, 'real.jwk'))
    await symlink(join(dir, 'real.jwk'), join(dir, 'link.jwk'))
    await expect(readOrMakeDpopKey(join(dir, 'link.jwk'))).rejects.toThrow('is not a plain file')
  })
})
