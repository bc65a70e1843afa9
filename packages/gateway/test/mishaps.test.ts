import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, launch, ostiary, type Ready, readyLine, type Started } from './command.js'
import { send } from './http.js'

let top: string
let data: string
let dev: Started
let ready: Ready
let taken: Server
let port: number

beforeAll(async () => {
  await build()
  top = mkdtempSync(join(tmpdir(), 'ostiary-mishaps-'))
  data = join(top, 'data')
  dev = launch(['dev', '--port', '0', '--admin-port', '0', '--data', data, '--json'])
  ready = await readyLine(dev)
  taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const address = taken.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
}, 180_000)
afterAll(async () => {
  dev.child.kill('SIGTERM')
  await dev.ran
  taken.close()
  rmSync(top, { recursive: true, force: true })
})

const models = async (token: string): Promise<number> => {
  const answer = await send(ready.gateway, undefined, {
    path: '/v1/models',
    headers: { authorization: `Bearer ${token}` },
  })
  return answer.status
}

test('a second dev in the same folder is refused, and the tokens of the first stay good', async () => {
  const second = await ostiary(['dev', '--port', '0', '--admin-port', '0', '--data', data])
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('runs on') })
  const { stdout } = await ostiary(['token', '--as', 'alice', '--data', data])
  expect(await models(stdout.trim())).toBe(200)
})

test.each([
  ['--admin-port', 'admin.port'],
  ['--port', 'listen.port'],
])('where %s is taken the start ends, and names the setting', async (option, setting) => {
  const other = option === '--port' ? '--admin-port' : '--port'
  const ran = await ostiary(['dev', option, String(port), other, '0', '--data', join(top, setting)])
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(`${setting}: port ${port}`) })
})

test('the operator is told why a token was refused, and never what it was', async () => {
  const { stdout } = await ostiary(['token', '--as', 'alice', '--expires', '-60', '--data', data])
  expect(await models(stdout.trim())).toBe(401)
  const said = async (): Promise<string> => {
    const { stdout: lines } = await ostiary(['audit', 'tail', '--log', join(data, 'audit')])
    return lines.split('\n').find((line) => line.includes('ai.ostiary.refusals')) ?? ''
  }
  let line = ''
  for (let tries = 0; line === '' && tries < 50; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    line = await said()
  }
  expect(JSON.parse(line).data.unmapped).toMatchObject({ counts: { expired_token: 1 } })
  expect(Object.keys(JSON.parse(line).data.unmapped.why)).toHaveLength(1)
  expect(line).not.toContain(stdout.trim().split('.')[1])
})

test('a receipt of another log proves nothing here, and a log that is not there is no good log', async () => {
  const log = join(data, 'audit')
  const nowhere = join(top, 'nowhere')
  expect(await ostiary(['audit', 'prove', 'other.example/x/0', '--log', log, '--vkey', ready.vkey])).toMatchObject({
    code: 1,
  })
  expect(await ostiary(['audit', 'tail', '--log', nowhere])).toMatchObject({ code: 1 })
  expect(await ostiary(['audit', 'verify', '--log', nowhere, '--vkey', ready.vkey])).toMatchObject({ code: 1 })
})
