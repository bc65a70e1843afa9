import { statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { openaiShapedKey, TEST_CARD } from '@ostiary/devkit'
import { parseVkey, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { folderReader } from '../src/adapters/audit-fs/reader.js'
import { canonical } from '../src/audit/canonical.js'
import { proveEntry } from '../src/cli/audit.js'
import type { Output } from '../src/cli/output.js'
import { type Entry, expectWhole } from './entries.js'
import { type House, MODEL_KEY, openHouse } from './house.js'
import { type Answer, ask, prompt, send } from './http.js'
import { until } from './until.js'

const ORIGIN = 'gateway.example/audit'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii, output:redact:secret")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);

@id("security-administers")
permit (principal in Group::"security", action == Action::"administer", resource is Gateway);
`
const audit = { store: 'fs:./audit', origin: ORIGIN, checkpointInterval: '50ms' }

let house: House
let admin: string

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES, config: { audit } })
  admin = house.running.gateway.adminUrl
})
afterAll(() => house.close())

async function onAdmin(path: string, token?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return await send(admin, undefined, {
    path,
    headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
  })
}

async function expectVerified(): Promise<void> {
  const key = parseVkey(house.running.vkey, nodeSuite.hash)
  if (key === undefined) throw new Error('no verifier key')
  const size = (await house.entries()).length
  const verified = await until(async () => {
    const seen = await verifyLog(folderReader(join(house.dir, 'audit')), key, { suite: nodeSuite })
    return seen.kind === 'broken' ? seen : seen.size >= size && seen
  })
  expect(verified).toMatchObject({ kind: 'ok' })
}

describe('what the log says', () => {
  const EMAIL = 'erika.mustermann@example.com'
  const WORDS = 'the cormorant was seen at dusk'
  let tokens: string[]
  let answers: Answer[]
  let entries: readonly Entry[]
  const printed: string[] = []

  beforeAll(async () => {
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        printed.push(String(text))
        return true
      }),
    )
    tokens = [
      await house.token(),
      await house.token(),
      await house.token('bob'),
      await house.token('carol'),
      await house.token('scout'),
    ]
    const [alice = '', again = '', bob = '', carol = '', scout = ''] = tokens
    const text = `${WORDS} ${EMAIL} ${TEST_CARD}`
    house.upstream.behave({ kind: 'honest', text: `${WORDS} ${openaiShapedKey()}` })
    answers = [
      await ask(house, prompt(text), { token: alice }),
      await ask(house, prompt(text, { stream: true, metadata: { note: WORDS } }), { token: again }),
      await ask(house, prompt(text), { token: bob }),
      await ask(house, prompt(text), { token: carol }),
      await ask(house, prompt(text), { token: scout }),
      await ask(house, { ...prompt(text), model: WORDS }, { token: alice }),
      await ask(house, `{"${WORDS}": ${text}`, { token: alice }),
      await ask(house, prompt(WORDS, { metadata: { [EMAIL]: 1 } }), { token: alice }),
      await ask(house, prompt([{ type: WORDS, text: EMAIL }]), { token: alice }),
      await ask(house, '{}', { token: alice, path: `/v1/${encodeURIComponent(WORDS)}?q=${encodeURIComponent(EMAIL)}` }),
    ]
    house.upstream.behave({ kind: 'status', status: 500 })
    answers.push(await ask(house, prompt(text), { token: alice }))
    house.upstream.behave(undefined)
    await ask(house, prompt(text), { token: `${alice}x`, headers: { 'x-request-id': WORDS } })
    for (const { id } of answers) await house.exchange(id)
    entries = await until(async () => {
      const all = await house.entries()
      return all.some((one) => one.type === 'refusals') && all
    })
    for (const one of spies) one.mockRestore()
  })

  test('the statuses are those that the story tells', () => {
    expect(answers.map((one) => one.status)).toEqual([200, 200, 403, 403, 403, 404, 400, 422, 403, 404, 500])
  })

  test('is canonical (RFC 8785), and at most 60 KiB an entry', () => {
    expectWhole(entries)
    for (const { text, bytes } of entries) {
      expect(text).toBe(canonical(JSON.parse(text)))
      expect(bytes).toBeLessThanOrEqual(60 * 1024)
    }
  })

  test('is never prompt text, a token, an address, a name, our own credential', async () => {
    const { text } = await onAdmin('/metrics')
    const everywhere = [...entries.map((one) => one.text), ...house.warnings, ...printed, text].join('\n')
    const parts = tokens
      .flatMap((one) => one.split('.'))
      .filter((one) => one.length > 40 && !one.startsWith('eyJhbGci'))
    for (const secret of [
      ...tokens,
      ...parts,
      WORDS,
      'cormorant',
      EMAIL,
      TEST_CARD,
      TEST_CARD.slice(0, 8),
      openaiShapedKey(),
      MODEL_KEY,
    ]) {
      expect(everywhere).not.toContain(secret)
    }
    // The audited policies read groups and nothing else of a person.
    const log = entries.map((one) => one.text).join('\n')
    for (const name of ['alice', 'bob', 'carol', '"scout"']) expect(log).not.toContain(name)
  })

  test('names a person by a key of its own: the same for each token, another for each person', () => {
    const of = (
      index: number,
    ): { user: { uid: string }; session: { uid: string }; ostiary: Record<string, unknown> } => {
      const entry = entries.find((one) => one.id === `${answers[index]?.id}o`)
      return entry?.data['actor'] as never
    }
    expect(of(1).user.uid).toBe(of(0).user.uid)
    expect(of(1).session.uid).not.toBe(of(0).session.uid)
    expect(new Set([0, 2, 3].map((index) => of(index).user.uid)).size).toBe(3)
    // An agent's call belongs to whom it acts for; who acts is said beside it.
    expect(of(4).user.uid).toBe(of(0).user.uid)
    expect(of(4).ostiary).toMatchObject({ kind: 'Agent', proof: 'bearer' })
    expect(of(4).ostiary['actors']).toHaveLength(1)
    expect(of(0).ostiary['actors']).toEqual([])
  })

  test('tells what was decided, by which policies, and why not', () => {
    const own = (index: number, kind: 'i' | 'o'): Record<string, unknown> =>
      entries.find((one) => one.id === `${answers[index]?.id}${kind}`)?.own as Record<string, unknown>
    expect(own(0, 'i')).toMatchObject({
      carried_out: { 'redact:pii.card': 1, 'redact:pii.email': 1 },
      decided: {
        determining: ['analysts-use-models'],
        kind: 'permit',
        obligations: ['redact:pii', 'output:redact:secret'],
      },
      findings: { 'pii.card': 1, 'pii.email': 1 },
      provider: 'lying',
      resource: 'model',
    })
    expect(own(0, 'o')).toMatchObject({
      carried_out: { 'redact:secret.openai': 1 },
      outcome: 'done',
      tokens: { input: 12, output: 34 },
    })
    expect(own(2, 'o')).toMatchObject({
      outcome: 'refused',
      reason: 'forbidden_by_policy',
      decided: { determining: [], kind: 'forbid' },
      resource: 'model',
    })
    expect(own(5, 'o')).toMatchObject({ reason: 'model_not_found' })
    expect(own(6, 'o')).toMatchObject({ reason: 'invalid_request' })
    expect(own(7, 'o')).toMatchObject({ reason: 'obligation_failed' })
    expect(own(8, 'o')).toMatchObject({ reason: 'content_uninspectable' })
    expect(own(10, 'o')).toMatchObject({ outcome: 'done', status: 500, upstream_status: 500 })
  })

  test('a receipt is the place of the intent, and a proof of it is a C2SP tlog-proof', async () => {
    const receipt = answers[0]?.headers['ostiary-receipt'] ?? ''
    const intent = (await house.exchange(answers[0]?.id)).intent
    expect(receipt).toBe(`${ORIGIN}/${intent?.index}`)
    await expectVerified()
    const data: unknown[] = []
    const output: Output = {
      json: true,
      columns: undefined,
      say: () => undefined,
      data: (value) => void data.push(value),
      warn: () => undefined,
    }
    const place = { log: join(house.dir, 'audit'), vkey: house.running.vkey }
    expect(await proveEntry(place, Number(receipt.split('/').at(-1)), ORIGIN, output)).toBe(0)
    expect(data).toEqual([
      {
        index: intent?.index,
        entry: JSON.parse(intent?.text ?? ''),
        proof: expect.stringContaining('c2sp.org/tlog-proof@v1'),
      },
    ])
  })

  test('counters tell outcomes and strangers by closed words', async () => {
    const { text } = await onAdmin('/metrics')
    expect(text).toMatch(/^ostiary_exchanges_total\{reason="done"\} \d+$/m)
    expect(text).toMatch(/^ostiary_exchanges_total\{reason="forbidden_by_policy"\} \d+$/m)
    expect(text).toMatch(/^ostiary_strangers_total\{reason="invalid_token"\} 1$/m)
  })
})

describe('the admin port', () => {
  const reader = (): Promise<string> => house.token('carol', { scope: 'audit:read' })

  test('is closed but for health and metrics', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await onAdmin(path)).status).toBe(200)
    for (const path of ['/', '/status', '/log', '/admin/keys', '/v1/models'])
      expect((await onAdmin(path)).status).toBe(401)
  })

  test('lets in whom an admin scope and Cedar let in, both', async () => {
    const [noScope, noPolicy, both] = await Promise.all([
      house.token('carol'),
      house.token('alice', { scope: 'admin:read' }),
      house.token('carol', { scope: 'admin:read' }),
    ])
    expect((await onAdmin('/anything', noScope)).json()).toMatchObject({ status: 403, code: 'insufficient_scope' })
    expect((await onAdmin('/anything', noPolicy)).json()).toMatchObject({ status: 403, code: 'forbidden_by_policy' })
    expect((await onAdmin('/anything', both)).json()).toMatchObject({ status: 404, code: 'endpoint_not_governed' })
  })

  test('the log needs audit:read, and is not looked up before', async () => {
    await expectVerified()
    for (const path of ['/log/checkpoint', '/log/tile/0/000', '/log/tile/entries/999', '/log/nothing']) {
      const stranger = await onAdmin(path)
      expect(stranger.json()).toMatchObject({ status: 401, code: 'missing_token' })
      expect(stranger.headers['www-authenticate']).toMatch(/^Bearer /)
      const other = await onAdmin(path, await house.token('carol'))
      expect(other.json()).toMatchObject({ status: 403, code: 'insufficient_scope' })
      expect(other.headers['www-authenticate']).toContain('scope="audit:read"')
    }
  })

  test('with it, checkpoint, tiles and entries are files of the log; reading writes nothing', async () => {
    await expectVerified()
    const size = (await house.entries()).length
    const token = await reader()
    const checkpoint = await onAdmin('/log/checkpoint', token)
    expect(checkpoint.status).toBe(200)
    expect(checkpoint.text.split('\n').slice(0, 2)).toEqual([ORIGIN, String(size)])
    for (const path of [`tile/0/000.p/${size}`, `tile/entries/000.p/${size}`]) {
      const answer = await onAdmin(`/log/${path}`, token)
      expect(answer.status).toBe(200)
      expect(answer.body.equals(Buffer.from((await folderReader(join(house.dir, 'audit'))(path)) ?? []))).toBe(true)
    }
    expect((await house.entries()).length).toBe(size)
  })

  test.each([
    '/log/tile/0/999',
    '/log/../store/ostiary.db',
    '/log/.wal/000',
    '/log/tile/../../store/audit.secret',
    '/log/%2e%2e/store/ostiary.db',
    '/log/tile/0/000/',
    '/log/',
  ])('no such file: %s', async (path) => {
    expect((await onAdmin(path, await reader())).json()).toMatchObject({ status: 404, code: 'endpoint_not_governed' })
  })

  test('only GET reads', async () => {
    const headers = { authorization: `Bearer ${await reader()}` }
    expect((await send(admin, Buffer.from(''), { path: '/log/checkpoint', headers })).status).toBe(403)
  })

  test('another Host (DNS rebinding) and another Origin are not served', async () => {
    const { port } = new URL(admin)
    const token = await reader()
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`]) {
      expect((await onAdmin('/log/checkpoint', token, { host })).status).toBe(400)
      expect((await onAdmin('/metrics', undefined, { host })).status).toBe(400)
    }
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${Number(port) + 1}`]) {
      expect((await onAdmin('/log/checkpoint', token, { origin })).status).toBe(403)
    }
    for (const headers of [{ host: `localhost:${port}` }, { origin: `http://127.0.0.1:${port}` }]) {
      expect((await onAdmin('/log/checkpoint', token, headers)).status).toBe(200)
    }
  })

  test('what is published needs nothing, but entries always do', async () => {
    const open = await openHouse({
      issuer: house.issuer,
      upstream: house.upstream,
      policies: POLICIES,
      config: { audit: { ...audit, publish: true } },
    })
    await ask(open, prompt('hi'))
    const url = open.running.gateway.adminUrl
    const checkpoint = await until(async () => {
      const answer = await send(url, undefined, { path: '/log/checkpoint' })
      return answer.status === 200 && answer.text.split('\n')[1] === '2' && answer
    })
    expect(checkpoint.text).toContain(ORIGIN)
    expect((await send(url, undefined, { path: '/log/tile/0/000.p/2' })).status).toBe(200)
    expect((await send(url, undefined, { path: '/log/tile/entries/000.p/2' })).status).toBe(401)
    await open.close()
  })
})

describe('the control socket', () => {
  test('belongs to its owner alone, and answers without a token', async () => {
    const socketPath = house.config.control.socket
    expect(statSync(socketPath).mode & 0o777).toBe(0o600)
    const text = await new Promise<string>((resolve, reject) => {
      const asking = request({ socketPath, path: '/status' }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      })
      asking.on('error', reject)
      asking.end()
    })
    expect(JSON.parse(text)).toEqual({
      ready: true,
      gateway: house.url,
      admin,
      origin: ORIGIN,
      vkey: house.running.vkey,
      pid: process.pid,
    })
  })

  test('beside it lie secrets that nobody else can read', () => {
    const store = house.config.keptIn
    expect(statSync(store).mode & 0o077).toBe(0)
    for (const name of ['audit.key.pem', 'audit.secret', 'ostiary.db'])
      expect(statSync(join(store, name)).mode & 0o077).toBe(0)
  })
})

describe('a stop', () => {
  const open = (deadline: string): Promise<House> =>
    openHouse({
      issuer: house.issuer,
      upstream: house.upstream,
      policies: POLICIES,
      config: { audit, shutdown: { deadline } },
    })

  test('lets streams finish', async () => {
    const other = await open('5s')
    house.upstream.behave({ kind: 'slow-chunks', delayMs: 20 })
    const running = ask(other, prompt('hi', { stream: true }))
    await until(async () => (await other.entries()).length > 0)
    await other.stop()
    const answer = await running
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true)
    const entries = await other.entries()
    expectWhole(entries)
    expect(entries.at(-1)?.own).toMatchObject({ outcome: 'done' })
    await other.close()
  })

  test('cuts them at the deadline, and the log says so', async () => {
    const other = await open('100ms')
    house.upstream.behave({ kind: 'stalls' })
    const running = ask(other, prompt('hi', { stream: true }))
    running.catch(() => undefined)
    await until(async () => (await other.entries()).length > 0)
    await other.stop()
    await expect(running).rejects.toThrow()
    const entries = await other.entries()
    expectWhole(entries)
    expect(entries.at(-1)?.own).toMatchObject({ outcome: 'left' })
    await until(() => house.upstream.answering === 0)
    house.upstream.behave(undefined)
    await other.close()
  })
})
