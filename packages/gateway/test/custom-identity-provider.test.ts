import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { build } from './command.js'
import { loadWith } from './guide.js'
import { type House, issuerSection, openHouse, startTestIssuer } from './house.js'
import { ask, errorOf, prompt } from './http.js'

// The example, through a whole gateway beside an issuer of the usual kind.

const EXAMPLE = fileURLToPath(new URL('../../../examples/custom-identity-provider/', import.meta.url))
const LOGIN = 'https://login.internal.example'
const US = 'https://gateway.example'
const KEY = randomBytes(32)

type Json = Record<string, unknown>

const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')
const seconds = (): number => Math.floor(Date.now() / 1000)

function session(payload: Json = {}, { key = KEY, alg = 'HS256' }: { key?: Buffer; alg?: string } = {}): string {
  const claims = {
    iss: LOGIN,
    aud: US,
    sub: 'alice',
    use: 'session',
    staff: true,
    teams: ['analysts'],
    iat: seconds(),
    exp: seconds() + 600,
    jti: 's1',
    ...payload,
  }
  const input = `${part({ alg, typ: 'JWT' })}.${part(claims)}`
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
}

const POLICIES = `@id("staff-of-the-login")
permit (principal in Group::"login:analysts", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { principal has staff && principal.staff };

@id("the-usual")
permit (principal in Group::"idp:admins", action == Action::"invoke", resource is Model);
`

let house: House
let dir: string
let keyFile: string

beforeAll(async () => {
  // The module imports the package by its name, so by what was built of it.
  await build()
  dir = mkdtempSync(join(tmpdir(), 'ostiary-own-idp-'))
  keyFile = join(dir, 'session.key')
  writeFileSync(keyFile, `${KEY.toString('base64url')}\n`, { mode: 0o600 })
  const issuer = await startTestIssuer()
  house = await openHouse({
    policies: POLICIES,
    issuer,
    config: { issuers: [{ ...issuerSection(issuer), groups: { prefix: 'idp:' } }, own()] },
  })
}, 180_000)

afterAll(async () => {
  await house.finish()
  await house.issuer.close()
  rmSync(dir, { recursive: true, force: true })
})

function own(more: Json = {}): Json {
  return {
    issuer: LOGIN,
    audience: US,
    module: join(EXAMPLE, 'my-idp.mjs'),
    options: { keyFile: `file://${keyFile}` },
    maxTokenLifetime: '1h',
    claims: { staff: { to: 'staff', type: 'Bool' } },
    groups: { prefix: 'login:' },
    ...more,
  }
}

describe('the example', () => {
  test('has about forty lines, and its entry loads without a word but for its own file’s place', () => {
    const lines = readFileSync(join(EXAMPLE, 'my-idp.mjs'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThan(50)
    const entry = readFileSync(join(EXAMPLE, 'ostiary.yaml'), 'utf8')
    const { issuers } = parse(entry) as { readonly issuers: readonly Json[] }
    expect(issuers[0]).toMatchObject({ issuer: LOGIN, module: './my-idp.mjs', claims: own()['claims'] })
    const { config, faults } = loadWith(entry.replace('./my-idp.mjs', join(EXAMPLE, 'my-idp.mjs')))
    expect(faults).toEqual([])
    expect(config?.issuers[0]?.keys).toMatchObject({ kind: 'module', options: { keyFile: './session.key' } })
  })

  test('lets its people in, in groups of its own, and logs them as of its issuer [module.loaded]', async () => {
    const answer = await ask(house, prompt('hello'), { token: session() })
    expect(answer.status).toBe(200)
    const { intent } = await house.exchange(answer.id)
    expect(JSON.stringify(intent)).toContain(LOGIN)
  })

  test.each<[string, () => string, string]>([
    ['by another key', () => session({}, { key: randomBytes(32) }), 'invalid_token'],
    ['by another algorithm', () => session({}, { alg: 'none' }), 'invalid_token'],
    ['for another use', () => session({ use: 'reset-password' }), 'invalid_token'],
    ['for another audience', () => session({ aud: 'https://elsewhere.example' }), 'invalid_token'],
    ['without a subject', () => session({ sub: undefined }), 'overloaded'],
    ['with teams that are no list', () => session({ teams: 'analysts' }), 'overloaded'],
    ['that lives a day', () => session({ exp: seconds() + 86_400 }), 'invalid_token'],
    ['that is over', () => session({ iat: seconds() - 600, exp: seconds() - 60 }), 'expired_token'],
    ['of somebody who is not staff', () => session({ staff: false }), 'insufficient_scope'],
    ['of a team that may nothing', () => session({ teams: ['support'] }), 'forbidden_by_policy'],
  ])('refuses a session %s [module.checked]', async (_what, token, code) => {
    const answer = await ask(house, prompt('hello'), { token: token() })
    expect(errorOf(answer).code).toBe(code)
  })

  test('cannot put anybody in the groups of another issuer, nor another into its own [issuers.groups-apart]', async () => {
    for (const teams of [['idp:admins'], ['admins'], ['../idp:admins']]) {
      const answer = await ask(house, prompt('hello'), { token: session({ teams, staff: true }) })
      expect(errorOf(answer).code).toBe('forbidden_by_policy')
    }
  })
})

describe('a reload', () => {
  const twoIssuers = (entry: Json): Json => ({
    issuers: [{ ...issuerSection(house.issuer), groups: { prefix: 'idp:' } }, entry],
  })

  test('that names a faulty module is refused with its name, and the last good one stays', async () => {
    const path = join(dir, 'faulty.mjs')
    writeFileSync(path, 'throw new Error("no key")')
    const next = house.configure(twoIssuers(own({ module: path })))
    await expect(house.running.reload(next, 'test')).rejects.toThrow(`issuers: module ${path}: no key`)
    expect((await ask(house, prompt('hello'), { token: session() })).status).toBe(200)
  })

  test('takes a module that changed, and leaves one alone that did not', async () => {
    const path = join(dir, 'changing.mjs')
    const entry = own({ module: path })
    const text = (forLog: string): string => `export default ({ issuer, report }) => {
      report('made to say ${forLog}')
      const verify = () => ({ kind: 'refuse', code: 'revoked_token', forLog: '${forLog}' })
      return { issuer, verify, onRotation: () => () => {}, close: async () => report('closed ${forLog}') }
    }`
    const reload = async (): Promise<void> => house.running.reload(house.configure(twoIssuers(entry)), 'test')
    writeFileSync(path, text('first'))
    await reload()
    await reload()
    expect(errorOf(await ask(house, prompt('hello'), { token: session() })).code).toBe('revoked_token')
    writeFileSync(path, text('second'))
    await reload()
    const said = house.warnings.filter((line) => /made|closed/.test(line))
    expect(said).toEqual(['made to say first', 'made to say second', 'closed first'])
    await house.running.reload(house.configure({}), 'test')
    expect((await ask(house, prompt('hello'), { token: session() })).status).toBe(200)
  })
})
