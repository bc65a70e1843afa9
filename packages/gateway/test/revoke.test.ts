import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLyingUpstream } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, ostiary } from './command.js'
import { type House, openHouse, sections, startTestIssuer } from './house.js'
import { ask, errorOf, prompt } from './http.js'

let house: House
let file: string
let run: (...args: readonly string[]) => ReturnType<typeof ostiary>

const jtiOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti

async function codeWith(token: string): Promise<string | number> {
  const answer = await ask(house, prompt('hi'), { token })
  return answer.status === 200 ? 200 : errorOf(answer).code
}

beforeAll(async () => {
  await build()
  house = await openHouse({ upstream: await startLyingUpstream(), issuer: await startTestIssuer() })
  file = join(house.dir, 'ostiary.yaml')
  writeFileSync(file, JSON.stringify(sections(house.upstream, house.issuer)))
  run = (...args) => ostiary(['revoke', '--config', file, ...args])
})
afterAll(async () => {
  await house.finish()
  await house.upstream.close()
  await house.issuer.close()
})

describe('ostiary revoke', () => {
  test('through the gateway that runs: at once [revoke.command]', async () => {
    const [token, other] = [await house.token(), await house.token()]
    expect(await codeWith(token)).toBe(200)
    const done = await run('--jti', jtiOf(token), '--json')
    expect({ code: done.code, said: done.lines() }).toEqual({ code: 0, said: [{ ok: true, revoked: 'token' }] })
    expect(await codeWith(token)).toBe('revoked_token')
    expect(await codeWith(other)).toBe(200)
  })

  test('with none running it writes the store, and the next start logs what was done [revoke.offline]', async () => {
    const token = await house.token('bob')
    const allowed = await house.token('alice')
    await house.stop()
    const entriesBefore = (await house.entries()).length
    expect((await run('--sub', 'bob', '--issuer', house.issuer.issuer)).code).toBe(0)
    expect((await house.entries()).length).toBe(entriesBefore)
    const { upstream, issuer, dir } = house
    house = await openHouse({ upstream, issuer, dir })
    expect(await codeWith(token)).toBe('revoked_token')
    expect(await codeWith(allowed)).toBe(200)
    const noted = (await house.entries()).filter((one) => one.index >= entriesBefore && one.type === 'revocation')
    expect(noted.map((one) => one.own)).toMatchObject([{ revoked: 'subject', offline: true, issuer: issuer.issuer }])
    expect(noted[0]?.text).not.toContain('bob')
  })

  test('of an issuer that is not configured is done, with a warning', async () => {
    const done = await run('--sub', 'a', '--issuer', 'https://idp.exmaple')
    expect(done).toMatchObject({
      code: 0,
      stdout: 'revoked: every token of a of https://idp.exmaple, issued up to now\n',
      stderr: expect.stringContaining(`there are ${house.issuer.issuer}`),
    })
    expect((await run('--sub', 'a', '--issuer', house.issuer.issuer)).stderr).toBe('')
  })

  test.each([
    [['--sub', 'a', '--jti', 'b'], 'name one of'],
    [[], 'name one of'],
    [['--all', '--issuer', 'https://idp.example'], '--all takes no --issuer'],
    [['--sub', ''], '1 to 512 characters'],
  ])('wrong use %j is told', async (args, says) => {
    const done = await run(...args)
    expect(done.code).toBe(2)
    expect(done.stderr).toContain(says)
    expect(done.stdout).toBe('')
  })
})
