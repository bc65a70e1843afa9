import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lie, startLyingUpstream, type UpstreamRequest } from '@ostiary/devkit'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { selfSigned } from './certificate.js'
import { build, launch, ostiary, readyLine } from './command.js'
import { ANALYSTS, MODELS, sections, startTestIssuer } from './house.js'
import { type Answer, ask, prompt, send } from './http.js'
import { type KeyedHouse, newKey, openKeyed } from './keyed-house.js'
import { until } from './until.js'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ostiary-hidden-'))
  closers.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** What of a key must stand nowhere: a good piece of it, as it is and as it may be encoded. */
function piecesOf(key: string): readonly string[] {
  const piece = key.slice(-24, -4)
  return [piece, Buffer.from(piece).toString('hex'), Buffer.from(key).toString('base64').slice(12, 40)]
}

function expectHidden(key: string, where: string, text: string): void {
  for (const piece of piecesOf(key)) expect(text.includes(piece), `${where} holds a piece of a key`).toBe(false)
}

/** All that is in files below a folder, but for those of these names. */
function filesBelow(dir: string, without: readonly string[]): string {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => !without.some((one) => name.endsWith(one)) && statSync(join(dir, name)).isFile())
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('\n')
}

const textOf = ({ headers, text }: Answer): string => `${JSON.stringify(headers)}\n${text}`

/** Whatever anybody sees of a gateway: its answers are handed in. */
async function expectNowhere(key: string, keyed: KeyedHouse, answers: readonly Answer[]): Promise<void> {
  const { house, metrics, control } = keyed
  for (const answer of answers) expectHidden(key, 'an answer', textOf(answer))
  expectHidden(key, 'a warning', house.warnings.join('\n'))
  expectHidden(key, 'a metric', await metrics())
  expectHidden(key, 'the list of providers', JSON.stringify(await control('GET /providers')))
  expectHidden(key, 'an entry', (await house.entries()).map(({ text }) => text).join('\n'))
  // The store too, and what else it has written.
  expectHidden(key, 'a file', filesBelow(house.dir, ['.sock']))
}

/** Lies of a provider, or of a proxy before it, that quotes what it was sent. */
const ECHOES: readonly (readonly [string, (key: string) => Lie])[] = [
  ...[200, 400, 401, 403, 404, 407, 422, 429, 500, 503].map(
    (status) => [`${status} with the key in its body and headers`, (key: string) => quoting(status, key)] as const,
  ),
  ['a body that is no JSON', (key) => whole(500, `Authorization: Bearer ${key}`, 'text/plain')],
  ['an error that writes it as JSON may', (key) => whole(400, JSON.stringify({ error: { message: `"${key}"` } }))],
  [
    'a redirect to a place named by it',
    (key) => raw(`HTTP/1.1 302 Found\r\nlocation: /${key}\r\ncontent-length: 0\r\n\r\n`),
  ],
  ['a status line that says it', (key) => raw(`HTTP/1.1 500 ${key}\r\ncontent-length: 2\r\n\r\n{}`)],
  [
    'a header named by it',
    (key) => raw(`HTTP/1.1 200 OK\r\n${key}: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`),
  ],
  ['what is no HTTP', (key) => raw(`${key}\r\n\r\n`)],
  ['a length that is the key', (key) => raw(`HTTP/1.1 200 OK\r\ncontent-length: ${key}\r\n\r\n`)],
  ['a length that is too large', (key) => raw(`HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{"x":"${key}`)],
  ['a stream with it in an event', (key) => stream(`data: {"error":{"message":"${key}"}}\n\n`)],
  ['a stream with it in a comment', (key) => stream(`: ${key}\n\n`)],
  ['a stream with it in an unknown event', (key) => stream(`event: ${key}\ndata: x\n\n`)],
  ['a stream with it in pieces', (key) => stream(...`data: {"error":{"message":"${key}"}}\n\n`)],
  ['a stream that breaks off in it', (key) => stream(`data: {"error":{"message":"${key.slice(0, -1)}`)],
  ['an error that shortens it', (key) => whole(400, JSON.stringify({ error: { message: `${key.slice(0, -5)}…` } }))],
]

function raw(...writes: readonly string[]): Lie {
  return { kind: 'raw', writes }
}

function whole(status: number, body: string, type = 'application/json'): Lie {
  return raw(`HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}

function quoting(status: number, key: string): Lie {
  const body = JSON.stringify({ id: 'x', choices: [], error: { message: `no such key: ${key}`, type: 'x', code: key } })
  const headers = [
    'content-type',
    'retry-after',
    'openai-version',
    'openai-processing-ms',
    'x-request-id',
    'set-cookie',
  ]
    .map((name) => `${name}: ${name === 'content-type' ? `application/json; ${key}` : key}\r\n`)
    .join('')
  const challenge = `www-authenticate: Bearer realm="${key}"\r\nx-sent-authorization: Bearer ${key}\r\n`
  return raw(`HTTP/1.1 ${status} X\r\n${headers}${challenge}content-length: ${body.length}\r\n\r\n${body}`)
}

function stream(...writes: readonly string[]): Lie {
  return raw('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n', ...writes)
}

const sentKey = ({ headers }: UpstreamRequest): string => (headers.get('authorization') ?? '').replace('Bearer ', '')

describe('a key stays here [provider.never-shown]', () => {
  test.each(ECHOES)('whatever a provider says: %s', async (_, lie) => {
    const key = newKey('blue')
    const keyed = await openKeyed([key])
    closers.push(() => keyed.close())
    keyed.upstream.behave((request) => lie(sentKey(request)))
    const answers = [await keyed.call(), await ask(keyed.house, prompt('hi', { stream: true }))]
    expect(keyed.seen()).toContain(key)
    await expectNowhere(key, keyed, answers)
  })

  test('while other words of a provider pass, a key that is not ours among them', async () => {
    const [key, other] = [newKey('blue'), newKey('another')]
    const keyed = await openKeyed([key])
    closers.push(() => keyed.close())
    keyed.upstream.behave(whole(400, JSON.stringify({ error: { message: `unlike ${other}` } })))
    const answer = await keyed.call()
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(other)
    keyed.upstream.behave(stream(`data: {"error":{"message":"${other}"}}\n\n`, 'data: [DONE]\n\n'))
    expect((await ask(keyed.house, prompt('hi', { stream: true }))).text).toContain(other)
  })

  test.each([
    ['refuses the connection', 'http://127.0.0.1:1/v1'],
    ['has no name', 'https://models.invalid/v1'],
  ])('where the provider %s', async (_, baseUrl) => {
    const key = newKey('blue')
    const config = { providers: [{ name: 'lying', dialect: 'openai', baseUrl, apiKey: key }] }
    const keyed = await openKeyed([], { config })
    closers.push(() => keyed.close())
    const answer = await keyed.call()
    expect(answer.status).toBe(502)
    await expectNowhere(key, keyed, [answer])
  })

  test('where TLS fails, with a certificate named by it', async () => {
    const key = newKey('blue')
    const server = createServer(selfSigned(`${key}.example`), (_request, response) => void response.end())
    const port = await listening(server)
    const config = {
      providers: [{ name: 'lying', dialect: 'openai', baseUrl: `https://127.0.0.1:${port}/v1`, apiKey: key }],
    }
    const keyed = await openKeyed([], { config })
    closers.push(() => keyed.close())
    const answer = await keyed.call()
    expect(answer.status).toBe(502)
    await expectNowhere(key, keyed, [answer])
  })

  test.each([
    ['a line break', (key: string) => `${key.slice(0, 30)}\n${key.slice(30)}`],
    ['a header behind it', (key: string) => `${key}\r\nx-more: ${key}`],
    ['control characters', (key: string) => `${key}\u0000\u0007`],
    ['blanks', (key: string) => `${key} ${key}`],
    ['a page of it', (key: string) => `${key}\n`.repeat(1000)],
  ])('where its file holds %s', async (_, write) => {
    const key = newKey('blue')
    const file = join(folder(), 'key')
    writeFileSync(file, write(key))
    const keyed = await openKeyed([`file:${file}`])
    closers.push(() => keyed.close())
    const answer = await keyed.call()
    expect(answer.status).toBe(502)
    expect(keyed.seen()).toEqual([])
    expect(keyed.house.warnings.join()).toContain('key unreadable: #1')
    await expectNowhere(key, keyed, [answer])
  })

  test.each([
    ['fails and says it on both outputs', 'echo "$K"; echo "$K" >&2; exit 1'],
    ['prints it twice', 'echo "$K"; echo "$K"'],
    ['prints it for ever', 'while true; do echo "$K"; done'],
    ['is killed by itself', 'echo "$K"; kill -9 $$'],
    ['takes too long', 'echo "$K"; sleep 5'],
  ])('where a command %s', async (_, script) => {
    const key = newKey('blue')
    const command = { command: ['/bin/sh', '-c', script], env: ['K'], timeout: '500ms' }
    const keyed = await openKeyed([command], { env: { K: key } })
    closers.push(() => keyed.close())
    const answer = await keyed.call()
    expect(answer.status).toBe(502)
    expect(keyed.house.warnings.join()).toContain('key unreadable: #1')
    await expectNowhere(key, keyed, [answer])
  })

  test('where it is stored: refused input and the store itself do not show it', async () => {
    const key = newKey('blue')
    const keyed = await openKeyed(['store:openai'])
    closers.push(() => keyed.close())
    const refused = await keyed.control('POST /secrets', { name: 'openai', secret: `${key}\n${key}` }).catch(String)
    expectHidden(key, 'a refusal', String(refused))
    const wrong = await keyed.control('POST /secrets', { name: key, more: key, secret: key }).catch(String)
    expectHidden(key, 'a refusal', String(wrong))
    await keyed.control('POST /secrets', { name: 'openai', secret: key })
    await until(async () => (await keyed.call()).status === 200)
    keyed.upstream.behave((request) => quoting(500, sentKey(request)))
    await expectNowhere(key, keyed, [await keyed.call()])
  })
})

async function listening(server: Server): Promise<number> {
  // A handshake that fails is what is wanted here.
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

describe('a gateway that runs as a process', () => {
  beforeAll(build, 120_000)

  test('shows no key in its output, its files or its commands, through refusals, reloads and faulty files [provider.never-shown]', async () => {
    const [held, variable, stored, command] = ['file', 'variable', 'stored', 'command'].map(newKey) as [
      string,
      string,
      string,
      string,
    ]
    const keys = [held, variable, stored, command]
    const upstream = await startLyingUpstream()
    closers.push(() => upstream.close())
    const issuer = await startTestIssuer()
    closers.push(() => issuer.close())
    const dir = folder()
    const secrets = folder()
    const file = join(secrets, 'key')
    writeFileSync(file, held)
    mkdirSync(join(dir, 'policies'))
    writeFileSync(join(dir, 'policies', 'test.cedar'), ANALYSTS)
    const say = { command: ['/bin/sh', '-c', 'echo "$SAID"; echo "$SAID" >&2'], env: ['SAID'], name: 'said' }
    const apiKeys: readonly unknown[] = [`file:${file}`, `\${KEY}`, 'store:openai', say]
    const write = (more: Readonly<Record<string, unknown>>): void => {
      const providers = [{ name: 'lying', dialect: 'openai', baseUrl: upstream.baseUrl, apiKeys, ...more }]
      writeFileSync(join(dir, 'ostiary.yaml'), JSON.stringify({ ...sections(upstream, issuer), providers }))
    }
    write({})
    const config = ['--config', join(dir, 'ostiary.yaml')]
    const env = { KEY: variable, SAID: command }
    const ran = [await ostiary(['providers', 'set-key', 'openai', '--stdin', ...config], { env, input: `${stored}\n` })]
    expect(ran[0]).toMatchObject({ code: 0, stdout: 'stored: a key `store:openai` is this from now on\n' })

    const started = launch(['start', '--json', ...config], { env })
    closers.push(() => void started.child.kill('SIGKILL'))
    const { gateway, admin } = await readyLine(started)
    const answers: Answer[] = []
    const call = async (): Promise<void> => {
      const headers = {
        authorization: `Bearer ${await issuer.token({ as: 'alice' })}`,
        'content-type': 'application/json',
      }
      answers.push(await send(gateway, Buffer.from(JSON.stringify(prompt('hi', { model: MODELS[0] }))), { headers }))
    }
    await until(async () => {
      await call()
      return keys.every((key) => upstream.received.some((request) => sentKey(request) === key))
    })
    ran.push(await ostiary(['providers', 'list', ...config], { env }))
    expect(ran.at(-1)?.stdout).toContain('#4 said  command  weight 1  in use')

    // A 401 for each, quoting it; then what reloads and commands say with all of them refused.
    upstream.behave((request) => quoting(401, sentKey(request)))
    for (let nth = 0; nth < 6; nth++) await call()
    ran.push(await ostiary(['providers', 'list', '--json', ...config], { env }))
    expect(ran.at(-1)?.lines()[0]).toMatchObject({ ok: true, providers: [{ keys: [{}, {}, {}, {}] }] })
    writeFileSync(file, `${held}\n${held}`)
    ran.push(await ostiary(['providers', 'rotate', 'lying', ...config], { env }))
    expect(ran.at(-1)).toMatchObject({ code: 1 })
    for (const faulty of [{ apiKeys: [{ key: `${held} x` }] }, { apiKeys: { [held]: 1 } }, { apiKey: held }]) {
      const before = started.stderr().split('reload refused').length
      write(faulty)
      await until(() => started.stderr().split('reload refused').length > before)
      ran.push(await ostiary(['check', ...config], { env }), await ostiary(['doctor', ...config], { env }))
    }
    write({})
    await until(() => started.stderr().includes('reloaded'))
    for (const args of [['x', '--stdin'], ['x'], ['x', stored.slice(0, 4), '--stdin']]) {
      ran.push(await ostiary(['providers', 'set-key', ...args, ...config], { env, input: `${stored} ${stored}` }))
      expect(ran.at(-1)?.code).toBe(2)
    }
    await call()
    const metrics = (await send(admin, undefined, { path: '/metrics' })).text
    expect(metrics).toContain('ostiary_provider_keys_out_of_use_total{provider="lying"}')
    started.child.kill('SIGTERM')
    ran.push(await started.ran)
    expect(ran.at(-1)?.code).toBe(0)

    const log = filesBelow(join(dir, 'audit'), [])
    expect(log).toContain('"what":"key_out_of_use"')
    for (const key of keys) {
      for (const answer of answers) expectHidden(key, 'an answer', textOf(answer))
      for (const { stdout, stderr } of ran) expectHidden(key, 'output', `${stdout}\n${stderr}`)
      expectHidden(key, 'a metric', metrics)
      expectHidden(key, 'a file', filesBelow(dir, []))
    }
  }, 120_000)
})
