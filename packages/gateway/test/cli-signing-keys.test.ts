import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliHouse, entriesOf, type Place, stopped } from './cli-house.js'
import { launch, ostiary, type Ran, type Ready, readyLine, type Started } from './command.js'
import { errorOf, prompt, send } from './http.js'
import { ACCESS_TOKEN, EXCHANGE } from './token-endpoint.js'

const house = cliHouse()

const KID = /^[A-Za-z0-9_-]{43}$/

describe('ostiary signing-keys rotate', () => {
  let where: Place
  let ready: Ready
  let started: Started

  beforeAll(async () => {
    where = house.place('signing')
    started = launch(['start', '--config', where.file, '--json'])
    ready = await readyLine(started)
  })
  afterAll(() => stopped(started))

  const rotate = (...args: readonly string[]): Promise<Ran> =>
    ostiary(['signing-keys', 'rotate', ...args, '--config', where.file])

  async function published(): Promise<readonly unknown[]> {
    const { keys } = (await (await fetch(`${ready.gateway}/.well-known/jwks.json`)).json()) as {
      keys: { kid: string }[]
    }
    return keys.map(({ kid }) => kid)
  }

  async function exchanged(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: EXCHANGE,
      subject_token: await house.issuer.token({ as: 'alice' }),
      subject_token_type: ACCESS_TOKEN,
    })
    const answer = await fetch(`${ready.gateway}/oauth/token`, { method: 'POST', body })
    return ((await answer.json()) as { access_token: string }).access_token
  }

  async function codeWith(token: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await send(ready.gateway, Buffer.from(JSON.stringify(prompt('hi'))), { headers })
    return answer.status === 200 ? 200 : errorOf(answer).code
  }

  test('makes the next key, which is published and does not sign yet: no token ends', async () => {
    const token = await exchanged()
    const [first] = await published()
    const done = await rotate('--json')
    expect({ code: done.code, lines: done.lines() }).toEqual({
      code: 0,
      lines: [
        {
          ok: true,
          kid: expect.stringMatching(KID),
          algorithm: 'ES256',
          signsFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
      ],
    })
    const [made] = done.lines()
    expect(Date.parse(String(made?.['signsFrom'])) - Date.now()).toBeGreaterThan(9 * 60_000)
    expect(await published()).toEqual([first, made?.['kid']])
    expect(await codeWith(token)).toBe(200)
    expect(await codeWith(await exchanged())).toBe(200)
  })

  test('of compromised keys none is left, and every token that they signed has ended [own-token.compromised]', async () => {
    const token = await exchanged()
    const done = await rotate('--compromised')
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const [, kid] = /^made: (\S{43}) \(ES256\) signs from now on, all others are taken out/.exec(done.stdout) ?? []
    expect(await published()).toEqual([kid])
    expect(await codeWith(token)).toBe('invalid_token')
    expect(await codeWith(await exchanged())).toBe(200)
  })

  test('with no gateway running it writes the store, and the next start logs what was done', async () => {
    expect(await stopped(started)).toBe(0)
    const before = (await entriesOf(where)).length
    const done = await rotate()
    expect(done.stdout).toMatch(/^made: \S{43} \(ES256\) signs from \d{4}\S+ on; until then it is only published\n$/)
    started = launch(['start', '--config', where.file, '--json'])
    ready = await readyLine(started)
    expect(await published()).toHaveLength(2)
    const noted = (await entriesOf(where)).slice(before).filter((one) => one.type === 'token')
    expect(noted.map((one) => one.own)).toMatchObject([{ did: 'signing-key-made', offline: true }])
  })
})
