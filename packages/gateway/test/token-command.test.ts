import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIdentityProvider, startDevIdentityProvider } from '@ostiary/devkit'
import { createRemoteJWKSet, EmbeddedJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, ostiary } from './command.js'

const AUDIENCE = 'http://127.0.0.1:8787'

let top: string
let data: string
let issuer: DevIdentityProvider

beforeAll(async () => {
  await build()
  top = mkdtempSync(join(tmpdir(), 'ostiary-token-'))
  data = join(top, 'data')
  issuer = await startDevIdentityProvider({ dataDir: data, issuerPath: '/ostiary-dev', audience: AUDIENCE })
}, 180_000)
afterAll(async () => {
  await issuer.close()
  rmSync(top, { recursive: true, force: true })
})

async function claims(token: string): Promise<Readonly<Record<string, unknown>>> {
  const keys = createRemoteJWKSet(new URL(issuer.jwksUri))
  const { payload } = await jwtVerify(token, keys, { issuer: issuer.issuer, audience: AUDIENCE, typ: 'at+jwt' })
  return payload
}

describe('token', () => {
  test('prints a token, and with --json what it is', async () => {
    const plain = await ostiary(['token', '--as', 'alice', '--data', data])
    expect(plain).toMatchObject({ code: 0, stderr: '' })
    expect(await claims(plain.stdout.trim())).toMatchObject({ sub: 'alice' })
    const [said = {}] = (await ostiary(['token', '--as', 'bob', '--data', data, '--json'])).lines()
    expect(said).toEqual({ token: expect.any(String), as: 'bob', expiresInSeconds: 300, tokenType: 'Bearer' })
    expect(await claims(String(said['token']))).not.toHaveProperty('cnf')
  })

  test('--dpop makes a key once and binds tokens to it [cli.token-dpop]', async () => {
    const file = join(top, 'key.jwk')
    const args = ['token', '--as', 'alice', '--dpop', file, '--data', data, '--json']
    const [first = {}] = (await ostiary(args)).lines()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const before = readFileSync(file, 'utf8')
    const [second = {}] = (await ostiary(args)).lines()
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(first).toMatchObject({ tokenType: 'DPoP', jkt: expect.stringMatching(/^[\w-]{43}$/) })
    expect(second['jkt']).toBe(first['jkt'])
    for (const { token } of [first, second]) {
      expect(await claims(String(token))).toMatchObject({ sub: 'alice', cnf: { jkt: first['jkt'] } })
    }
    expect(JSON.stringify([first, second])).not.toContain((JSON.parse(before) as { d: string }).d)
  })

  test('--proof prints a proof for one request as a second line [cli.token-proof]', async () => {
    const file = join(top, 'proof.jwk')
    const url = 'http://127.0.0.1:8787/v1/chat/completions'
    const args = ['token', '--as', 'scout', '--dpop', file, '--data', data, '--proof', `POST ${url}?x=1`]
    const { code, stdout, stderr } = await ostiary([...args, '--nonce', 'n-1'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [token = '', proof = '', ...rest] = stdout.trim().split('\n')
    expect(rest).toEqual([])
    const { payload } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
    expect(payload).toMatchObject({ htm: 'POST', htu: url, nonce: 'n-1', ath: expect.stringMatching(/^[\w-]{43}$/) })
    expect(await claims(token)).toMatchObject({ act: { sub: 'scout' }, cnf: { jkt: expect.any(String) } })
    const [said = {}] = (await ostiary([...args, '--json'])).lines()
    expect((await jwtVerify(String(said['proof']), EmbeddedJWK)).payload).not.toHaveProperty('nonce')
  })

  test('--acr and --auth-age say how and when somebody logged in', async () => {
    const { stdout } = await ostiary(['token', '--as', 'carol', '--acr', 'phr', '--auth-age', '90', '--data', data])
    const { acr, auth_time: authTime, iat } = await claims(stdout.trim())
    expect(acr).toBe('phr')
    expect(Math.abs(Number(iat) - 90 - Number(authTime))).toBeLessThan(3)
  })

  test.each([
    [['--proof', 'POST http://127.0.0.1:8787/']],
    [['--dpop', 'x.jwk', '--nonce', 'n']],
    [['--dpop', 'x.jwk', '--proof', 'http://127.0.0.1:8787/']],
    [['--dpop', 'x.jwk', '--proof', 'POST /v1/models']],
    [['--dpop', 'x.jwk', '--proof', 'POST file:///etc/passwd']],
    [['--auth-age', '-1']],
  ])('%j is wrong use, and makes no key', async (args) => {
    const { code, stdout, stderr } = await ostiary(['token', '--as', 'alice', '--data', data, ...args], { cwd: top })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).not.toBe('')
    expect(existsSync(join(top, 'x.jwk'))).toBe(false)
  })

  test('a key that is none, or that others can read, is refused in one line without its content', async () => {
    const file = join(top, 'bad.jwk')
    writeFileSync(file, '{"kty":"EC","d":"abc"}', { mode: 0o600 })
    const bad = await ostiary(['token', '--as', 'alice', '--dpop', file, '--data', data])
    expect(bad).toMatchObject({ code: 1, stdout: '' })
    expect(bad.stderr).toMatch(/^`.*bad\.jwk` is not a private ES256 key in JWK form[^\n]*\n$/)
    const open = join(top, 'open.jwk')
    writeFileSync(open, '{}', { mode: 0o644 })
    expect((await ostiary(['token', '--as', 'alice', '--dpop', open, '--data', data])).stderr).toContain('chmod 600')
  })
})
