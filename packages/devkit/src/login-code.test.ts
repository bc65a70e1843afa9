import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { oauth4webapiClient } from '@ostiary/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type DevBrowser,
  type DevIdentityProvider,
  startDevBrowser,
  startDevIdentityProvider,
  type Visited,
} from './index.js'

const PARTS = { issuerPath: '/code', audience: 'https://gateway.example' }
const SCOPE = 'models:invoke'

let top: string
let nowMs = Date.now()
let idp: DevIdentityProvider
let other: DevIdentityProvider

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'ostiary-login-'))
  const clock = { now: () => nowMs }
  idp = await startDevIdentityProvider({ ...PARTS, clock, dataDir: join(top, 'one') })
  other = await startDevIdentityProvider({ ...PARTS, clock, dataDir: join(top, 'other') })
})
beforeEach(() => {
  nowMs += 60_000 // wrong codes of the test before count no more
})
afterAll(async () => {
  await idp.close()
  await other.close()
  await rm(top, { recursive: true, force: true })
})

interface LoggedIn {
  /** Status of the page that was in the way. */
  readonly page: number | undefined
  readonly sub: string | undefined
}

const ALICE: LoggedIn = { page: undefined, sub: 'alice' }

function stoppedBy(page: number): LoggedIn {
  return { page, sub: undefined }
}

/** An app's login, up to its token. */
async function login(
  browser: DevBrowser,
  as?: string,
  asked: Readonly<Record<string, string>> = {},
): Promise<LoggedIn> {
  const client = await oauth4webapiClient({ issuer: idp.issuer, clientId: idp.app.clientId })
  let seen: Visited | undefined
  try {
    const { accessToken } = await client.authorizationCode({ scope: SCOPE, ...asked }, async (url) => {
      seen = await browser.open(url, as)
      if (!seen.left) throw new Error('stopped')
      return seen.url
    })
    return { page: undefined, sub: decodeJwt(accessToken).sub }
  } catch (error) {
    if (seen === undefined || seen.left) throw error
    expect(seen.html).toContain('Who are you?')
    return stoppedBy(seen.status)
  }
}

function browserWith(loginCode: string): DevBrowser {
  return startDevBrowser({ issuer: idp.issuer, loginCode })
}

const WRONG: readonly (readonly [what: string, code: () => string])[] = [
  ['another code of that form', () => '0123-4567-89ab-cdef-0123-4567-89ab-cdef'],
  ['the code of another data folder', () => other.loginCode],
  ['half the code', () => idp.loginCode.slice(0, 19)],
  ['the code and more', () => `${idp.loginCode}0`],
  ['another secret of the same folder', () => idp.batch.clientSecret],
  ['letters that are none', () => 'ſ'.repeat(32)],
]

describe('the page', () => {
  test('lets nobody in without a code [dev.login-code]', async () => {
    expect(await login(browserWith(''), 'alice')).toEqual(stoppedBy(403))
    expect(await login(browserWith(idp.loginCode), 'alice')).toEqual(ALICE)
  })

  test.each(WRONG)('nor with %s [dev.login-code]', async (_what, code) => {
    expect(await login(browserWith(code()), 'alice')).toEqual(stoppedBy(403))
    expect(await login(browserWith(idp.loginCode), 'alice')).toEqual(ALICE)
  })

  test.each([
    ['without hyphens', () => idp.loginCode.replaceAll('-', '')],
    ['in capitals', () => idp.loginCode.toUpperCase()],
    ['with spaces', () => ` ${idp.loginCode.replaceAll('-', ' ')}\n`],
  ])('takes the code %s', async (_how, code) => {
    expect(await login(browserWith(code()), 'alice')).toEqual(ALICE)
  })
})

describe('a login_hint', () => {
  test('alone brings the page [dev.login-code]', async () => {
    expect(await login(browserWith(''), undefined, { login_hint: 'alice' })).toEqual(stoppedBy(200))
    expect(await login(browserWith(''), undefined, { login_hint: 'alice', login_code: '' })).toEqual(stoppedBy(200))
  })

  test.each(WRONG)('with %s is refused [dev.login-code]', async (_what, code) => {
    const asked = { login_hint: 'alice', login_code: code() }
    expect(await login(browserWith(''), undefined, asked)).toEqual(stoppedBy(403))
  })

  test('with the code needs no page, and the code is of no use without it', async () => {
    const login_code = idp.loginCode
    expect(await login(browserWith(''), undefined, { login_hint: 'alice', login_code })).toEqual(ALICE)
    expect(await login(browserWith(''), undefined, { login_hint: 'mallory', login_code })).toEqual(stoppedBy(200))
    expect(await login(browserWith(''), undefined, { login_code })).toEqual(stoppedBy(200))
    // What came in the address does not answer for the page.
    expect(await login(browserWith(''), 'alice', { prompt: 'login', login_code })).toEqual(stoppedBy(403))
  })

  test('of another person than the one who is logged in needs it again [dev.login-code]', async () => {
    const browser = browserWith('')
    expect(await login(browser, undefined, { login_hint: 'alice', login_code: idp.loginCode })).toEqual(ALICE)
    expect(await login(browser, undefined, { login_hint: 'alice' })).toEqual(ALICE)
    expect(await login(browser, undefined, { login_hint: 'carol' })).toEqual(stoppedBy(200))
    expect(await login(browser, 'carol', { login_hint: 'carol' })).toEqual(stoppedBy(403))
  })
})

test('after five wrong codes in a minute none is looked at, on whatever way it comes [dev.login-code-attempts]', async () => {
  const hinted = { login_hint: 'alice', login_code: other.loginCode }
  for (const wrong of [1, 2, 3, 4, 5]) {
    const tried = wrong % 2 === 0 ? login(browserWith('x'), 'alice') : login(browserWith(''), undefined, hinted)
    expect(await tried).toEqual(stoppedBy(403))
    expect(await login(browserWith(''), 'alice')).toEqual(stoppedBy(403)) // none is not a wrong one
    if (wrong < 5) expect(await login(browserWith(idp.loginCode), 'alice')).toEqual(ALICE)
  }
  const right = { login_hint: 'alice', login_code: idp.loginCode }
  nowMs += 59_999
  expect(await login(browserWith(idp.loginCode), 'alice')).toEqual(stoppedBy(429))
  expect(await login(browserWith(''), undefined, right)).toEqual(stoppedBy(429))
  nowMs += 1
  expect(await login(browserWith(''), undefined, right)).toEqual(ALICE)
})

describe('a device', () => {
  interface Device {
    readonly verify: (browser: DevBrowser, as?: string) => Promise<Visited>
    readonly poll: () => Promise<string | undefined>
  }

  async function device(more: Readonly<Record<string, string>> = {}): Promise<Device> {
    const { clientId: client_id } = idp.app
    const post = async (url: string, form: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
      const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id, ...form }) })
      return (await answer.json()) as Record<string, string>
    }
    const begun = await post(`${idp.issuer}/device/auth`, { scope: SCOPE, ...more })
    const grant = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: begun['device_code'] ?? '',
    }
    return {
      verify: (browser, as) => browser.open(begun['verification_uri_complete'] ?? '', as),
      async poll() {
        const { error, access_token: token } = await post(idp.tokenEndpoint, grant)
        return token === undefined ? error : decodeJwt(token).sub
      },
    }
  }

  test.each([['no code', () => ''] as const, ...WRONG])('gets nothing for %s [dev.login-code]', async (_what, code) => {
    const { verify, poll } = await device()
    expect(await verify(browserWith(code()), 'alice')).toMatchObject({ left: false, status: 403 })
    expect(await poll()).toBe('authorization_pending')
  })

  test('gets its token for the code', async () => {
    const { verify, poll } = await device()
    expect((await verify(browserWith(idp.loginCode), 'alice')).html).toContain('The device has its answer')
    expect(await poll()).toBe('alice')
  })

  test('brings no code of its own for whoever confirms it [dev.login-code]', async () => {
    const { verify, poll } = await device({ login_hint: 'alice', login_code: idp.loginCode })
    expect(await verify(browserWith(''))).toMatchObject({ left: false, status: 200 })
    expect(await verify(browserWith(''), 'alice')).toMatchObject({ left: false })
    expect(await poll()).toBe('authorization_pending')
  })

  test('asks for it in a browser that is logged in, too [dev.login-code]', async () => {
    const browser = browserWith(idp.loginCode)
    expect(await login(browser, 'alice')).toEqual(ALICE)
    const { verify, poll } = await device()
    const page = await verify(browser)
    expect(page).toMatchObject({ left: false, status: 200 })
    expect(page.html).toContain('The login code')
    expect(await poll()).toBe('authorization_pending')
  })
})

describe('the code', () => {
  async function codeOf(dataDir?: string): Promise<string> {
    const started = await startDevIdentityProvider({ ...PARTS, ...(dataDir === undefined ? {} : { dataDir }) })
    await started.close()
    return started.loginCode
  }

  test('is 128 bits, of its folder, and outlives a restart', async () => {
    const own = join(top, 'restart')
    const code = await codeOf(own)
    expect(code).toMatch(/^(?:[0-9a-f]{4}-){7}[0-9a-f]{4}$/)
    expect(await codeOf(own)).toBe(code)
    expect(new Set([code, await codeOf(), await codeOf(), await codeOf(join(top, 'elsewhere'))]).size).toBe(4)
  })

  test('of a folder from before there were any is one from then on', async () => {
    const own = join(top, 'earlier')
    const file = join(own, 'dev-keys.json')
    const code = await codeOf(own)
    const { loginCode: _gone, ...earlier } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    await writeFile(file, JSON.stringify(earlier))
    const derived = await codeOf(own)
    expect(derived).toMatch(/^(?:[0-9a-f]{4}-){7}[0-9a-f]{4}$/)
    expect(derived).not.toBe(code)
    expect(await codeOf(own)).toBe(derived)
  })

  test.each(['', 'short', 7, null])('that is damaged refuses the start: %j', async (loginCode) => {
    const own = join(top, `damaged-${String(loginCode)}`)
    const file = join(own, 'dev-keys.json')
    await codeOf(own)
    await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), loginCode }))
    await expect(codeOf(own)).rejects.toThrow('is damaged')
  })
})
