import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDevBrowser } from '@ostiary/devkit'
import { oauth4webapiClient, type Tokens } from '@ostiary/testkit'
import { describe, expect, test } from 'vitest'
import { openSqliteDocuments } from '../src/adapters/documents-sqlite/documents.js'
import { cliHouse, stopped } from './cli-house.js'
import { launch, ostiary, readyLine } from './command.js'
import { ANALYSTS } from './house.js'
import { type Answer, errorOf, prompt, send } from './http.js'
import { until } from './until.js'

const house = cliHouse()

describe('dev and token', () => {
  test('a token of the dev issuer opens the dev gateway, and only that of its own folder', async () => {
    const data = join(house.top, 'dev-data')
    const started = launch(['dev', '--port', '0', '--admin-port', '0', '--data', data, '--json'])
    const ready = await readyLine(started)
    const made = await ostiary(['token', '--as', 'alice', '--data', data])
    expect(made.code).toBe(0)
    const body = Buffer.from(JSON.stringify({ ...prompt('card 4111 1111 1111 1111'), model: 'demo-model' }))
    const asWith = (token: string): Promise<Answer> =>
      send(ready.gateway, body, { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } })
    const answer = await asWith(made.stdout.trim())
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('**** **** **** 1111')

    // What `dev` writes is enough for the commands that name a configuration, and nothing can be started with it.
    const config = ['--config', join(data, 'ostiary.yaml')]
    const list = await ostiary(['providers', 'list', '--json', ...config])
    expect(list.lines()).toMatchObject([{ ok: true, providers: [{ name: 'dev' }] }])
    const revoked = await ostiary(['revoke', '--sub', 'alice', ...config])
    expect(revoked).toMatchObject({
      code: 0,
      stdout: 'revoked: every token of alice of any issuer, issued up to now\n',
    })
    expect(errorOf(await asWith(made.stdout.trim())).code).toBe('revoked_token')
    const another = await ostiary(['start', ...config])
    expect(another).toMatchObject({ code: 1, stderr: expect.stringContaining('reserved for `ostiary dev`') })

    const metadata = await fetch(`${ready.gateway}/.well-known/oauth-protected-resource`)
    const { authorization_servers: servers } = (await metadata.json()) as { authorization_servers: readonly string[] }
    expect(servers).toEqual([expect.stringContaining('/ostiary-dev'), ready.gateway])

    // Port 0 is any: what it came to is what proofs and audiences are checked against.
    const written = readFileSync(join(data, 'ostiary.yaml'), 'utf8')
    expect(JSON.parse(written.slice(written.indexOf('\n')))).toMatchObject({
      publicUrl: ready.gateway,
      listen: { port: Number(new URL(ready.gateway).port) },
      issuers: [{ audience: ready.gateway }],
    })
    // Times in tokens are whole seconds: one that is issued in the second of the revocation is ended by it.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const key = join(data, 'bound.jwk')
    const proven = ['--dpop', key, '--proof', `POST ${ready.gateway}/v1/chat/completions`, '--json']
    const nonce = await ostiary(['token', '--as', 'alice', '--data', data, ...proven])
    const asBound = ([line]: ReturnType<typeof nonce.lines>): Promise<Answer> =>
      send(ready.gateway, body, {
        headers: {
          ...{ authorization: `DPoP ${String(line?.['token'])}`, dpop: String(line?.['proof']) },
          'content-type': 'application/json',
        },
      })
    const wants = (await asBound(nonce.lines())).headers['dpop-nonce'] ?? ''
    const again = await ostiary(['token', '--as', 'alice', '--data', data, ...proven, '--nonce', wants])
    expect((await asBound(again.lines())).status).toBe(200)

    const [json] = (
      await ostiary(['token', '--as', 'bob', '--expires', '60', '--scope', 'a b', '--data', data, '--json'])
    ).lines()
    expect(json).toMatchObject({ as: 'bob', expiresInSeconds: 60 })
    expect((await asWith(String(json?.['token']))).status).toBe(403)
    const expired = await ostiary(['token', '--as', 'alice', '--expires=-60', '--data', data])
    expect((await asWith(expired.stdout.trim())).status).toBe(401)

    const nobody = await ostiary(['token', '--as', 'mallory', '--data', data])
    expect({ code: nobody.code, stdout: nobody.stdout }).toEqual({ code: 1, stdout: '' })
    expect(nobody.stderr).toContain('alice')
    const nowhere = await ostiary(['token', '--as', 'alice', '--data', join(house.top, 'no-such-folder')])
    expect({ code: nowhere.code, stdout: nowhere.stdout }).toEqual({ code: 1, stdout: '' })
    expect(await stopped(started)).toBe(0)
    expect(statSync(data).mode & 0o077).toBe(0)
  })

  test('dev has a handbook, which each searches as policy lets, and which is filled once [dev.demo-datasets]', async () => {
    const data = join(house.top, 'dev-handbook')
    const args = ['dev', '--port', '0', '--admin-port', '0', '--data', data, '--json']
    const found = async (as: string, query: string, scope = 'datasets:read'): Promise<Answer> => {
      const token = (await ostiary(['token', '--as', as, '--scope', scope, '--data', data])).stdout.trim()
      return send(gateway, Buffer.from(JSON.stringify({ query })), {
        path: '/v1/datasets/handbook/search',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
    }
    let started = launch(args)
    let { gateway } = await readyLine(started)
    expect((await found('alice', 'sold')).json()).toMatchObject({ results: [{ id: 'wing' }] })
    expect((await found('bob', 'sold')).json()).toMatchObject({ results: [] })
    expect((await found('bob', 'pharmacist')).json()).toMatchObject({
      results: [{ id: 'staff-2', attributes: { office: '1.04', email: '***' } }],
    })
    expect(errorOf(await found('alice', 'sold', 'models:invoke')).code).toBe('insufficient_scope')
    expect((await found('carol', 'visits')).status).toBe(403)
    expect(await stopped(started)).toBe(0)

    // What was there stays: neither documents nor policies are put back at the next start.
    const policies = join(data, 'policies', 'handbook.cedar')
    writeFileSync(policies, readFileSync(policies, 'utf8').replaceAll('"support"', '"nobody"'))
    const documents = await openSqliteDocuments({ path: join(data, 'handbook.db'), warn: () => undefined })
    expect(await documents.delete(['wing'])).toBe(1)
    await documents.close()
    started = launch(args)
    gateway = (await readyLine(started)).gateway
    expect((await found('alice', 'sold')).json()).toMatchObject({ results: [] })
    expect((await found('bob', 'pharmacist')).status).toBe(403)
    expect(await stopped(started)).toBe(0)
    expect(statSync(join(data, 'handbook.db')).mode & 0o077).toBe(0)
  })

  test('dev says the login code of its folder, and with it somebody can log in [dev.login-code]', async () => {
    const args = (name: string): string[] => [
      'dev',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--data',
      join(house.top, name),
    ]
    const [first, second] = [launch([...args('dev-first'), '--json']), launch(args('dev-second'))]
    const { issuer: at = '', loginCode = '' } = await readyLine(first)
    const [, otherCode = ''] = await until(() => /^login {4}(\S+) /m.exec(second.stdout()) ?? undefined)
    expect(otherCode).toMatch(/^(?:[0-9a-f]{4}-){7}[0-9a-f]{4}$/)
    expect(readFileSync(join(house.top, 'dev-second', 'dev-keys.json'), 'utf8')).toContain(`"${otherCode}"`)
    const app = await oauth4webapiClient({ issuer: at, clientId: house.issuer.app.clientId })
    const logIn = (code: string): Promise<Tokens> =>
      app.authorizationCode({ scope: 'models:invoke' }, async (url) => {
        const { left, status, url: back } = await startDevBrowser({ issuer: at, loginCode: code }).open(url, 'alice')
        if (!left) throw new Error(`a page with ${status}`)
        return back
      })
    for (const code of ['', otherCode]) await expect(logIn(code)).rejects.toThrow('a page with 403')
    expect((await logIn(loginCode)).tokenType).toBe('bearer')
    for (const one of [first, second]) {
      expect(await stopped(one)).toBe(0)
      expect(`${one.stdout()}${one.stderr()}`.match(/(?:[0-9a-f]{4}-){7}/g)).toHaveLength(1)
    }
  })

  test('a policy about terms cannot be tried there, and is told so', async () => {
    const data = join(house.top, 'dev-terms')
    mkdirSync(join(data, 'policies'), { recursive: true, mode: 0o700 })
    writeFileSync(
      join(data, 'policies', 'terms.cedar'),
      '@id("terms") @obligation("redact:term.project")\npermit (principal, action, resource is Model);\n',
    )
    const { code, stderr } = await ostiary(['dev', '--port', '0', '--admin-port', '0', '--data', data])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /terms\.cedar:1:27 unknown finding type `term\.project` in obligation `redact:term\.project`; `ostiary dev` has no `inspection`, and so no terms: run `ostiary start` with a configuration that has `inspection\.terms`$/m,
    )
  })

  test('start refuses the issuer of dev', async () => {
    const config = {
      issuers: [
        { issuer: 'http://127.0.0.1:1/ostiary-dev', audience: 'x', jwksUri: 'http://127.0.0.1:1/ostiary-dev/jwks' },
      ],
    }
    const { file } = house.place('dev-issuer', ANALYSTS, config)
    const { code, stderr } = await ostiary(['start', '--config', file])
    expect(code).toBe(1)
    expect(stderr).toContain('reserved for `ostiary dev`')
  })
})
