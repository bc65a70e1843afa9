import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { issuerSection, openHouse, startTestIssuer } from './house.js'
import { ask, errorOf, prompt, send } from './http.js'
import { until } from './until.js'

test('a token is not called ended while the keys of its issuer cannot be fetched [revoke.unavailable]', async () => {
  const issuer = await startTestIssuer()
  let isDown = true
  const keys = createServer(async (_, answer) => {
    if (isDown) return answer.writeHead(503).end()
    const found = await fetch(issuer.jwksUri)
    return answer.writeHead(200, { 'content-type': 'application/json' }).end(await found.text())
  })
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve))
  const jwksUri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`
  const house = await openHouse({
    issuer,
    config: { issuers: [{ ...issuerSection(issuer), jwksUri, jwksCooldown: '1s' }] },
  })
  try {
    const token = await house.token()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const revoke = () =>
      send(house.url, Buffer.from(`token=${token}`), { method: 'POST', path: '/oauth/revoke', headers })
    const away = await revoke()
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(away.json()).toMatchObject({ error: 'temporarily_unavailable', code: 'overloaded' })
    // At the door it is a no like any other.
    expect(errorOf(await ask(house, prompt('hi'), { token })).code).toBe('invalid_token')

    isDown = false
    await until(async () => (await ask(house, prompt('hi'), { token })).status === 200)
    expect((await revoke()).status).toBe(200)
    expect(errorOf(await ask(house, prompt('hi'), { token })).code).toBe('revoked_token')
  } finally {
    await house.finish()
    await issuer.close()
    keys.close()
  }
})
