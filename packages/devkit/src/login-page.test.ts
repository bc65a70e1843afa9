import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DevIdentityProvider, startDevBrowser, startDevIdentityProvider } from './index.js'

let idp: DevIdentityProvider

beforeAll(async () => {
  idp = await startDevIdentityProvider({ issuerPath: '/login', audience: 'https://gateway.example' })
})
afterAll(async () => {
  await idp.close()
})

function authorize(more: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(`${idp.issuer}/auth`)
  const asked = {
    client_id: idp.app.clientId,
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:50123/callback',
    scope: 'models:invoke',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
    ...more,
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  return url
}

/** A login that is under way, with its cookies. */
async function begun(more: Readonly<Record<string, string>> = {}): Promise<{ page: URL; cookie: string }> {
  const response = await fetch(authorize(more), { redirect: 'manual' })
  expect(response.status).toBe(303)
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.slice(0, line.indexOf(';')))
    .join('; ')
  return { page: new URL(response.headers.get('location') ?? '', idp.issuer), cookie }
}

function answer(page: URL, cookie: string, form: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(page, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams(form) })
}

/** The form, filled in. */
function alice(): Readonly<Record<string, string>> {
  return { as: 'alice', code: idp.loginCode }
}

describe('the login page', () => {
  test('asks who somebody is, and for what', async () => {
    const { page, cookie } = await begun({ scope: 'openid models:invoke', acr_values: 'phr' })
    const response = await fetch(page, { headers: { cookie } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
    const html = await response.text()
    expect(html).toContain('ostiary-dev-app')
    expect(html).toContain('openid models:invoke')
    expect(html).toContain('<b>phr</b>')
    for (const name of ['alice', 'bob', 'carol']) expect(html).toContain(`name="as" value="${name}"`)
    expect(html).not.toContain('batch')
    expect(html).toContain('type="password" name="code"')
    expect(html).not.toContain(idp.loginCode)
  })

  test('writes nothing of the request into the page as markup', async () => {
    // All of these are characters of a scope (RFC 6749 section 3.3).
    const { page, cookie } = await begun({ scope: "<script>alert('x')&", login_hint: '"><script>' })
    const html = await (await fetch(page, { headers: { cookie } })).text()
    expect(html).not.toContain('<script')
    expect(html).toContain('&#60;script&#62;alert(&#39;x&#39;)&#38;')
    const fault = await fetch(authorize({ client_id: '<script>' }), { headers: { accept: 'text/html' } })
    expect(fault.status).toBe(400)
    expect(fault.headers.get('content-security-policy')).toContain("default-src 'none'")
    const said = await fault.text()
    expect(said).toContain('invalid_client')
    expect(said).not.toContain('<script')
  })

  test('takes a person, and goes on', async () => {
    const { page, cookie } = await begun()
    const response = await answer(page, cookie, alice())
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(new RegExp(`^${idp.issuer}/auth/`))
  })

  test.each<[string, Readonly<Record<string, string>>]>([
    ['somebody it does not know', { as: 'mallory' }],
    ['a service', { as: 'batch' }],
    ['an agent', { as: 'scout' }],
    ['a name that objects have', { as: 'constructor' }],
    ['nobody', {}],
    ['more than a page sends', { as: 'alice', filler: 'x'.repeat(5000) }],
  ])('takes not %s, and asks again', async (_who, form) => {
    const { page, cookie } = await begun()
    const response = await answer(page, cookie, { code: idp.loginCode, ...form })
    expect(response.status).toBe(400)
    expect((await answer(page, cookie, alice())).status).toBe(303)
  })

  test('asks again after a wrong code', async () => {
    const { page, cookie } = await begun()
    const response = await answer(page, cookie, { as: 'alice', code: 'no code' })
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.text()).toContain('The login code is wrong.')
    expect((await answer(page, cookie, alice())).status).toBe(303)
  })

  test('is of no use without its cookie, or at another address', async () => {
    const { page, cookie } = await begun()
    const other = await begun()
    expect((await answer(page, '', alice())).status).toBe(400)
    expect((await answer(other.page, cookie, alice())).status).toBe(400)
    expect((await answer(new URL(`${page.href}x`), cookie, alice())).status).toBe(400)
    expect((await answer(new URL(`${idp.issuer}/interaction/`), cookie, alice())).status).toBe(400)
    const forged = cookie.replace(/_interaction=[^;]*/, '_interaction=forged')
    expect((await answer(page, forged, alice())).status).toBe(400)
    expect((await answer(page, cookie, alice())).status).toBe(303)
  })

  test('lets a person refuse', async () => {
    const { page, cookie } = await begun()
    const response = await answer(page, cookie, { deny: 'yes' })
    const last = await fetch(new URL(response.headers.get('location') ?? ''), {
      redirect: 'manual',
      headers: { cookie },
    })
    const back = new URL(last.headers.get('location') ?? '')
    expect(back.searchParams.get('error')).toBe('access_denied')
    expect(back.searchParams.has('code')).toBe(false)
  })
})

describe('the device page', () => {
  async function device(): Promise<{ device_code: string; user_code: string; verification_uri: string }> {
    const response = await fetch(`${idp.issuer}/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: idp.app.clientId, scope: 'models:invoke' }),
    })
    return (await response.json()) as Awaited<ReturnType<typeof device>>
  }

  async function poll(device_code: string): Promise<unknown> {
    const response = await fetch(idp.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: idp.app.clientId,
        device_code,
      }),
    })
    const { error = 'none' } = (await response.json()) as { error?: string }
    return error
  }

  test('asks for the code, says when it is wrong, and gives its answer once', async () => {
    const { device_code, user_code, verification_uri } = await device()
    const browser = startDevBrowser(idp)
    const bare = await browser.open(verification_uri)
    expect(bare.html).toContain('Enter the code')
    const wrong = await browser.open(`${verification_uri}?user_code=BBBB-BBBB`, 'alice')
    expect(wrong.html).toContain('the code is wrong')
    expect(await poll(device_code)).toBe('authorization_pending')
    const good = await browser.open(`${verification_uri}?user_code=${user_code}`, 'alice')
    expect(good.html).toContain('The device has its answer')
    const again = await browser.open(`${verification_uri}?user_code=${user_code}`, 'alice')
    expect(again.html).toContain('the code is wrong, used')
    expect(await poll(device_code)).toBe('none')
    expect(await poll(device_code)).toBe('invalid_grant')
  })

  test('shows which device it is before anybody logs in', async () => {
    const { user_code, verification_uri } = await device()
    const first = await fetch(`${verification_uri}?user_code=${user_code}`)
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.slice(0, line.indexOf(';')))
      .join('; ')
    const [, xsrf = ''] = /name="xsrf" value="([^"]*)"/.exec(await first.text()) ?? []
    const shown = await fetch(verification_uri, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ xsrf, user_code }),
    })
    const html = await shown.text()
    expect(html).toContain(`<code>${user_code}</code>`)
    expect(html).not.toContain('fonts.googleapis')
    const forged = await fetch(verification_uri, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ xsrf: 'forged', user_code, confirm: 'yes' }),
    })
    expect(forged.status).toBe(400)
    const denied = await fetch(verification_uri, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ xsrf, user_code, abort: 'yes' }),
    })
    expect(await denied.text()).toContain('That did not work')
  })
})
