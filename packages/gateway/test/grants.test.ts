import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ANALYSTS, type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt } from './http.js'
import { until } from './until.js'

/** Well-formed, and longer than any test: a word every 20 ms. */
const LONG_STREAM: readonly string[] = [
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n',
  ...Array.from({ length: 1500 }, () => {
    const choice = { index: 0, delta: { content: 'and on ' }, finish_reason: null }
    return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'model', choices: [choice] })}\n\n`
  }),
]

/** A stream under way: what came so far, and how it ended. */
interface Streaming {
  readonly id: string
  readonly status: number
  text(): string
  /** Fulfilled when the body has ended properly; with the time, milliseconds since the epoch. */
  readonly ended: Promise<number>
  leave(): void
}

/** Opens a stream that goes on until it is cut, and waits for its first events. */
async function stream(house: House, token: string): Promise<Streaming> {
  const body = JSON.stringify(prompt('hi', { stream: true }))
  const { hostname, port } = new URL(house.url)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const path = '/v1/chat/completions'
  const chunks: Buffer[] = []
  const text = (): string => Buffer.concat(chunks).toString('utf8')
  const asking = request({ hostname, port, path, method: 'POST', agent: false, headers })
  const opened = new Promise<Omit<Streaming, 'text' | 'leave'>>((resolve, reject) => {
    asking.on('error', reject)
    asking.on('response', (response) => {
      const ended = new Promise<number>((done, failed) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => done(Date.now()))
        response.on('error', failed)
      })
      // Whoever leaves does not ask how it ended.
      ended.catch(() => undefined)
      resolve({ id: String(response.headers['x-request-id']), status: response.statusCode ?? 0, ended })
    })
  })
  asking.end(body)
  const head = await opened
  await until(() => head.status !== 200 || text().includes('data:'))
  return { ...head, text, leave: () => asking.destroy() }
}

function lastEvent(one: Streaming): string {
  return one.text().trimEnd().split('\n\n').at(-1) ?? ''
}

function expectCut(one: Streaming, code: string): void {
  expect(lastEvent(one)).toContain(`"code":"${code}"`)
  expect(one.text()).not.toContain('[DONE]')
}

let house: House

async function revoke(input: Record<string, unknown>): Promise<void> {
  const { operate } = await import('../src/cli/operate.js')
  await operate(house.config, 'POST /revocations', input)
}

/** Times in tokens are whole seconds: of one that was issued in the second of a revocation nobody can say that it came after. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1100))
}

const claims = (token: string): { jti: string; sub: string; exp: number; iss: string } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

beforeEach(() => house.upstream.behave({ kind: 'raw', writes: LONG_STREAM, delayMs: 20 }))

describe('a grant lives as long as what it rests on', () => {
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.finish())

  test('a token revoked by its id: its stream is cut, another of the same subject goes on [grant.revocation-cuts]', async () => {
    const [revoked, kept] = [await house.token(), await house.token()]
    const cut = await stream(house, revoked)
    const goesOn = await stream(house, kept)
    await revoke({ jti: claims(revoked).jti })
    await cut.ended
    expectCut(cut, 'revoked_token')
    const before = goesOn.text().length
    await until(() => goesOn.text().length > before)
    goesOn.leave()
    const { outcome } = await house.exchange(cut.id)
    expect(outcome.own).toMatchObject({ outcome: 'refused', reason: 'revoked_token', stream: true })
  })

  test('a revoked token is refused at the door, though its verification was remembered [grant.revocation-at-the-door]', async () => {
    house.upstream.behave(undefined)
    const token = await house.token()
    expect((await ask(house, prompt('hi'), { token })).status).toBe(200)
    await revoke({ jti: claims(token).jti, issuer: house.issuer.issuer })
    const answer = await ask(house, prompt('hi'), { token })
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 401, code: 'revoked_token' })
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
    expect((await ask(house, prompt('hi'), { token: await house.token() })).status).toBe(200)
  })

  test('a token of that id of another issuer is not meant', async () => {
    house.upstream.behave(undefined)
    const token = await house.token()
    await revoke({ jti: claims(token).jti, issuer: 'https://elsewhere.example' })
    expect((await ask(house, prompt('hi'), { token })).status).toBe(200)
  })

  test('a subject revoked: every token up to now, whoever acts for it; another subject goes on', async () => {
    house.writePolicies(
      ANALYSTS +
        '@id("agents") permit (principal in Group::"agents", action, resource is Model);\n' +
        '@id("support") permit (principal in Group::"support", action, resource is Model);\n',
    )
    await house.running.reload(house.configure({}), 'test')
    const own = await stream(house, await house.token('alice'))
    const byAgent = await stream(house, await house.token('scout'))
    const other = await stream(house, await house.token('bob'))
    expect([own.status, byAgent.status, other.status]).toEqual([200, 200, 200])
    await revoke({ sub: 'alice' })
    await Promise.all([own.ended, byAgent.ended])
    expectCut(own, 'revoked_token')
    expectCut(byAgent, 'revoked_token')
    const before = other.text().length
    await until(() => other.text().length > before)
    other.leave()
  })

  test('an agent revoked falls silent, whom it acted for does not', async () => {
    await nextSecond()
    const agent = await stream(house, await house.token('scout'))
    const person = await stream(house, await house.token('alice'))
    await revoke({ sub: 'scout', issuer: house.issuer.issuer })
    await agent.ended
    expectCut(agent, 'revoked_token')
    const before = person.text().length
    await until(() => person.text().length > before)
    person.leave()
  })

  test('everything revoked: no stream is left', async () => {
    await nextSecond()
    const streams = await Promise.all(['alice', 'bob'].map(async (one) => stream(house, await house.token(one))))
    await revoke({ all: true })
    for (const one of streams) {
      await one.ended
      expectCut(one, 'revoked_token')
    }
    await nextSecond()
    house.upstream.behave(undefined)
    expect((await ask(house, prompt('hi'))).status).toBe(200)
  })

  test('revocations are entries, with identifiers keyed', async () => {
    const entries = (await house.entries()).filter((one) => one.type === 'revocation')
    expect(entries.map((one) => one.own['revoked'])).toEqual(['token', 'token', 'token', 'subject', 'subject', 'all'])
    const text = entries.map((one) => one.text).join('\n')
    expect(text).not.toContain('"alice"')
    expect(text).not.toContain('#scout')
  })
})

describe('expiry and policies', () => {
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.finish())

  test('a stream is cut when its token expires [grant.expiry-cuts]', async () => {
    const token = await house.token('alice', { expiresInSeconds: 2 })
    const one = await stream(house, token)
    const ended = await one.ended
    expectCut(one, 'expired_token')
    const late = ended - claims(token).exp * 1000
    expect(late).toBeGreaterThanOrEqual(0)
    // Generous: what this machine is busy with counts too.
    expect(late).toBeLessThan(1000)
  })

  test('by `streamGrace` later where the operator grants it [grant.stream-grace]', async () => {
    const section = house.config.issuers[0]
    const graced = await openHouse({
      issuer: house.issuer,
      upstream: house.upstream,
      config: {
        issuers: [
          { issuer: section?.issuer, audience: section?.audience, jwksUri: house.issuer.jwksUri, streamGrace: '1s' },
        ],
      },
    })
    const token = await graced.token('alice', { expiresInSeconds: 1 })
    const one = await stream(graced, token)
    const late = (await one.ended) - claims(token).exp * 1000
    expectCut(one, 'expired_token')
    expect(late).toBeGreaterThanOrEqual(1000)
    await graced.finish()
  })

  test('an answer in one piece is released though its token expired meanwhile', async () => {
    house.upstream.behave({ kind: 'late', delayMs: 1500 })
    const token = await house.token('alice', { expiresInSeconds: 1 })
    expect((await ask(house, prompt('hi'), { token })).status).toBe(200)
  })

  test('an answer in one piece is not released where its token was revoked meanwhile', async () => {
    house.upstream.behave({ kind: 'late', delayMs: 1500 })
    const token = await house.token('alice')
    const before = house.upstream.requestCount
    const waiting = ask(house, prompt('hi'), { token })
    await until(() => house.upstream.requestCount > before)
    await revoke({ jti: claims(token).jti })
    const answer = await waiting
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 401, code: 'revoked_token' })
  })

  test('a reload that forbids it cuts the stream; one that does not, does not [grant.policy-cuts]', async () => {
    const one = await stream(house, await house.token())
    house.writePolicies(`${ANALYSTS}// another text\n`)
    await house.running.reload(house.configure({}), 'test')
    const before = one.text().length
    await until(() => one.text().length > before)
    house.writePolicies(`${ANALYSTS}@id("stop") forbid (principal, action == Action::"invoke", resource);\n`)
    await house.running.reload(house.configure({}), 'test')
    await one.ended
    expectCut(one, 'forbidden_by_policy')
    house.writePolicies(ANALYSTS)
    await house.running.reload(house.configure({}), 'test')
  })

  test('a reload that asks for more than the stream carries out cuts it', async () => {
    const one = await stream(house, await house.token())
    house.writePolicies(ANALYSTS.replace('@id', '@obligation("output:redact:pii") @id'))
    await house.running.reload(house.configure({}), 'test')
    await one.ended
    expectCut(one, 'forbidden_by_policy')
    const guarded = await stream(house, await house.token())
    house.writePolicies(ANALYSTS.replace('@id', '@obligation("output:mask:pii") @id'))
    await house.running.reload(house.configure({}), 'test')
    const before = guarded.text().length
    await until(() => guarded.text().length > before)
    guarded.leave()
    house.writePolicies(ANALYSTS)
    await house.running.reload(house.configure({}), 'test')
  })

  test('a permit that ends with the time ends the stream [grant.time-cuts]', async () => {
    const until3s = new Date(Date.now() + 3000).toISOString().replace('Z', '+0000')
    house.writePolicies(ANALYSTS.replace(';', ` when { context.time < datetime("${until3s}") };`))
    await house.running.reload(house.configure({}), 'test')
    const one = await stream(house, await house.token())
    await one.ended
    expectCut(one, 'forbidden_by_policy')
    house.writePolicies(ANALYSTS)
    await house.running.reload(house.configure({}), 'test')
  })

  test('a label that its identity gathers meanwhile cuts a stream that it forbids, and no other [grant.labels-cut]', async () => {
    const forbidden = 'forbid (principal, action == Action::"invoke", resource == Model::"model")'
    house.writePolicies(
      `${ANALYSTS}@id("bob") permit (principal, action == Action::"invoke", resource) when { principal.subject == "bob" };\n` +
        `@id("home") ${forbidden} when { context.labels.contains("restricted") };\n`,
    )
    await house.running.reload(house.configure({ ledger: { gather: { secret: 'restricted' } } }), 'test')
    const own = await stream(house, await house.token('alice'))
    const byAgent = await stream(house, await house.token('scout'))
    const other = await stream(house, await house.token('bob'))
    house.upstream.behave(undefined)
    const key = `AKIA${'ABCDEFGHIJKLMNOP'}`
    const brings = await ask(
      house,
      { ...prompt(`mine is ${key}`), model: 'other-model' },
      { token: await house.token() },
    )
    expect(brings.status).toBe(200)
    await Promise.all([own.ended, byAgent.ended])
    expectCut(own, 'forbidden_by_policy')
    expectCut(byAgent, 'forbidden_by_policy')
    const before = other.text().length
    await until(() => other.text().length > before)
    other.leave()
    house.writePolicies(ANALYSTS)
    await house.running.reload(house.configure({}), 'test')
  })
})

describe('who may revoke, and how', () => {
  const OPERATORS =
    '@id("operators") permit (principal in Group::"security", action == Action::"administer", resource);\n'

  beforeAll(async () => {
    house = await openHouse({ policies: ANALYSTS + OPERATORS })
  })
  afterAll(() => house.finish())

  const globally = async (subId: unknown, as = 'carol', scope = 'admin:revoke'): Promise<Answer> => {
    const path = '/oauth/global-token-revocation'
    return await ask(house, { sub_id: subId }, { path, token: await house.token(as, { scope }) })
  }

  test('the global endpoint ends every token of a subject [grant.global-revocation]', async () => {
    const one = await stream(house, await house.token())
    const done = await globally({ format: 'iss_sub', iss: house.issuer.issuer, sub: 'alice' })
    expect({ status: done.status, body: done.text }).toEqual({ status: 204, body: '' })
    await one.ended
    expectCut(one, 'revoked_token')
    const { outcome } = await house.exchange(done.id)
    expect(outcome.own).toMatchObject({ outcome: 'done', status: 204 })
  })

  test.each([
    ['without the scope', 'carol', 'admin:keys', 'insufficient_scope'],
    ['without the permission', 'bob', 'admin:revoke', 'forbidden_by_policy'],
  ])('it does nothing %s', async (_how, as, scope, code) => {
    await nextSecond()
    const one = await stream(house, await house.token())
    const answer = await globally({ format: 'iss_sub', iss: house.issuer.issuer, sub: 'alice' }, as, scope)
    expect({ status: answer.status, code: (answer.json() as { code: string }).code }).toEqual({ status: 403, code })
    const before = one.text().length
    await until(() => one.text().length > before)
    one.leave()
  })

  test.each([
    ['nobody', undefined],
    ['a text', 'alice'],
    ['an e-mail address, which names no subject here', { format: 'email', email: 'alice@example.com' }],
    ['an issuer that is no text', { format: 'iss_sub', iss: 1, sub: 'alice' }],
    ['no subject', { format: 'iss_sub', iss: 'https://idp.example' }],
  ])('it says what is wrong with %s', async (_what, subId) => {
    const answer = await globally(subId)
    expect(answer.status).toBe(400)
    expect((answer.json() as { title: string }).title).toContain('Nothing was revoked')
  })
})
