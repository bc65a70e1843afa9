import { type DevIdentityProvider, type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { StartError } from '../src/compose/start-error.js'
import { ANALYSTS, type House, issuerSection, openHouse, startTestIssuer } from './house.js'
import { type Answer, ask, errorOf, prompt, send } from './http.js'

let issuer: DevIdentityProvider
let upstream: LyingUpstream
const houses: House[] = []

beforeAll(async () => {
  issuer = await startTestIssuer()
  upstream = await startLyingUpstream()
})
afterAll(async () => {
  await issuer.close()
  await upstream.close()
})
afterEach(async () => {
  for (const house of houses.splice(0)) await house.finish()
})

async function open(policies: string, config: Readonly<Record<string, unknown>> = {}): Promise<House> {
  const house = await openHouse({ issuer, upstream, policies, config })
  houses.push(house)
  return house
}

/** What was decided, as the log has it: in the intent where there is one, else in the outcome. */
async function decided(house: House, answer: Answer): Promise<Record<string, unknown>> {
  const { intent, outcome } = await house.exchange(answer.id)
  return (intent ?? outcome).own['decided'] as Record<string, unknown>
}

async function expectForbidden(house: House, answer: Answer, message: string): Promise<void> {
  expect(answer.status).toBe(403)
  expect(errorOf(answer)).toEqual({ message, type: 'permission_error', param: null, code: 'forbidden_by_policy' })
  expect(answer.headers['ostiary-decision']).toBe('forbid')
  const { intent, outcome } = await house.exchange(answer.id)
  expect(intent).toBeUndefined()
  expect(outcome.own).toMatchObject({
    outcome: 'refused',
    reason: 'forbidden_by_policy',
    status: 403,
    upstream_status: 0,
  })
}

const NO_REASON = 'Policy does not permit this request.'

describe('permit and forbid', () => {
  test('a forbid prevails and gives its reason; nothing matching is a no without one', async () => {
    const before = upstream.requestCount
    const house = await open(`${ANALYSTS}
@id("not-at-night") @reason("models are closed")
forbid (principal in Group::"analysts", action == Action::"invoke", resource == Model::"other-model");
`)
    expect((await ask(house, prompt('hi'))).status).toBe(200)
    const refused = await ask(house, prompt('hi', { model: 'other-model' }))
    await expectForbidden(house, refused, 'Policy does not permit this request: models are closed.')
    expect(await decided(house, refused)).toMatchObject({ kind: 'forbid', determining: ['not-at-night'] })
    const nobody = await ask(house, prompt('hi'), { as: 'carol' })
    await expectForbidden(house, nobody, NO_REASON)
    expect(await decided(house, nobody)).toMatchObject({ kind: 'forbid', determining: [] })
    expect(upstream.requestCount).toBe(before + 1)
  })

  test('an evaluation error refuses, even where a permit would do', async () => {
    const house = await open(`${ANALYSTS}
@id("overflows") forbid (principal, action == Action::"invoke", resource is Model)
when { context.maxTokens * 9223372036854775807 < 0 };
`)
    expect((await ask(house, prompt('hi', { max_tokens: 1 }))).status).toBe(200)
    const answer = await ask(house, prompt('hi', { max_tokens: 2 }))
    await expectForbidden(house, answer, NO_REASON)
    const said = await decided(house, answer)
    expect(said).toMatchObject({ kind: 'indeterminate' })
    expect(JSON.stringify(said['errors'])).toContain('overflows')
  })

  test('what a policy may read of the request', async () => {
    const house = await open(`@id("careful") permit (principal, action == Action::"invoke", resource is Model)
when { context.stream && context.maxTokens <= 100 && context.promptTokens < 50 && context.hasSystemMessage && !context.findings.contains("pii.email") };
`)
    const good = {
      model: 'model',
      stream: true,
      max_tokens: 100,
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: 'hi' },
      ],
    }
    const status = async (changes: Record<string, unknown>): Promise<number> =>
      (await ask(house, { ...good, ...changes })).status
    expect(await status({})).toBe(200)
    expect(await status({ stream: false })).toBe(403)
    expect(await status({ max_tokens: 101 })).toBe(403)
    expect(await status({ max_completion_tokens: 101 })).toBe(403)
    expect(await status({ messages: [{ role: 'user', content: 'hi' }] })).toBe(403)
    expect(await status({ messages: [{ role: 'system', content: 'a'.repeat(300) }] })).toBe(403)
    expect(await status({ messages: [{ role: 'system', content: 'for a@example.com' }] })).toBe(403)
  })

  test('an address that a stranger claims is not believed, but a trusted proxy’s word is', async () => {
    const policies = `@id("from-here") permit (principal, action == Action::"invoke", resource is Model)
when { context.sourceIp.isInRange(ip("127.0.0.0/8")) };
`
    const headers = { 'x-forwarded-for': '127.0.0.9, 192.0.2.9' }
    expect((await ask(await open(policies), prompt('hi'), { headers })).status).toBe(200)
    const trusting = await open(policies, { trustedProxies: ['127.0.0.1'] })
    expect((await ask(trusting, prompt('hi'), { headers })).status).toBe(403)
    expect((await ask(trusting, prompt('hi'))).status).toBe(200)
  })

  test('each of more than ten policies has its own annotations', async () => {
    const names = Array.from({ length: 14 }, (_none, i) => `m${i}`)
    const forbids = names.map(
      (name, i) =>
        `@id("no-${name}") @reason("reason ${i}") forbid (principal, action == Action::"invoke", resource == Model::"${name}");`,
    )
    const house = await open([...forbids, ANALYSTS].join('\n'), {
      models: names.map((name) => ({ name, provider: 'lying' })),
    })
    for (const [i, model] of names.entries()) {
      const answer = await ask(house, prompt('hi', { model }))
      await expectForbidden(house, answer, `Policy does not permit this request: reason ${i}.`)
      expect(await decided(house, answer)).toMatchObject({ determining: [`no-${model}`] })
    }
  })

  test('two gateways in one process, with the same ids, do not mix their policies', async () => {
    const one = await open(
      '@id("p") @obligation("redact:pii.email") permit (principal in Group::"analysts", action, resource);',
    )
    const two = await open(
      '@id("p") @reason("not in this house") forbid (principal in Group::"analysts", action, resource);',
    )
    for (let i = 0; i < 5; i += 1) {
      const [permitted, refused] = await Promise.all([ask(one, prompt(`a${i}@example.com`)), ask(two, prompt('hi'))])
      expect(permitted.status).toBe(200)
      expect(upstream.received.at(-1)?.body.toString('utf8')).toContain('[redacted:pii.email]')
      await expectForbidden(two, refused, 'Policy does not permit this request: not in this house.')
    }
  })
})

describe('agents', () => {
  const AGENTS =
    '@id("agents") @obligation("mask:pii.card") permit (principal in Group::"agents", action == Action::"invoke", resource is Model);'
  const SUBJECTS =
    '@id("analysts") @obligation("redact:pii.email") permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);'
  const TEXT = 'to a@example.com from 4111 1111 1111 1111'

  test('need a permit of their own and their subject’s; obligations of both hold', async () => {
    const house = await open(`${AGENTS}\n${SUBJECTS}`)
    const answer = await ask(house, prompt(TEXT), { as: 'scout' })
    expect(answer.status).toBe(200)
    expect(upstream.received.at(-1)?.chat?.messages[0]?.text).toBe('to [redacted:pii.email] from **** **** **** 1111')
    expect(await decided(house, answer)).toMatchObject({ kind: 'permit', determining: ['agents', 'analysts'] })
    await ask(house, prompt(TEXT))
    expect(upstream.received.at(-1)?.chat?.messages[0]?.text).toBe('to [redacted:pii.email] from 4111 1111 1111 1111')
  })

  test.each([
    ['only its own', AGENTS],
    ['only its subject’s', SUBJECTS],
    [
      'both, and a forbid for its subject',
      `${AGENTS}\n${SUBJECTS}\n@id("f") forbid (principal in Group::"analysts", action, resource);`,
    ],
    [
      'both, and a forbid for agents',
      `${AGENTS}\n${SUBJECTS}\n@id("f") forbid (principal is Agent, action, resource);`,
    ],
  ])('are refused with %s', async (_what, policies) => {
    const house = await open(policies)
    await expectForbidden(house, await ask(house, prompt('hi'), { as: 'scout' }), NO_REASON)
  })

  test('a token’s groups do not make an agent a member', async () => {
    const house = await open(
      `${SUBJECTS}\n@id("agents-by-scope") permit (principal is Agent, action == Action::"invoke", resource is Model) when { principal.groups.contains("analysts") };`,
    )
    expect((await ask(house, prompt('hi'), { as: 'scout' })).status).toBe(403)
  })
})

describe('shadow, oblige and challenge', () => {
  test('a shadow policy is logged and not enforced, and so are its errors', async () => {
    const house = await open(`${ANALYSTS}
@id("soon") @mode("shadow") @reason("soon") forbid (principal in Group::"analysts", action, resource);
@id("ill") @mode("shadow") forbid (principal, action == Action::"invoke", resource is Model) when { context.maxTokens * 9223372036854775807 < 0 };
`)
    const answer = await ask(house, prompt('hi', { max_tokens: 2 }))
    expect(answer.status).toBe(200)
    const said = await decided(house, answer)
    expect(said).toMatchObject({ kind: 'permit', determining: ['analysts-use-models'] })
    expect(JSON.stringify(said['shadow'])).toContain('soon')
    expect(JSON.stringify(said['shadow_errors'])).toContain('ill')
  })

  test('an oblige policy adds for everybody, and grants nobody anything', async () => {
    const house = await open(`${ANALYSTS}
@id("always") @mode("oblige") @obligation("redact:pii.email") permit (principal, action, resource);
`)
    expect((await ask(house, prompt('a@example.com'))).headers['ostiary-decision']).toBe('transform')
    expect(upstream.received.at(-1)?.chat?.messages[0]?.text).toBe('[redacted:pii.email]')
    await expectForbidden(house, await ask(house, prompt('hi'), { as: 'bob' }), NO_REASON)
  })

  test('an error among oblige policies refuses', async () => {
    const house = await open(`${ANALYSTS}
@id("ill") @mode("oblige") @obligation("redact:pii") permit (principal, action == Action::"invoke", resource is Model) when { context.maxTokens * 9223372036854775807 < 0 };
`)
    expect((await ask(house, prompt('hi'))).status).toBe(200)
    await expectForbidden(house, await ask(house, prompt('hi', { max_tokens: 2 })), NO_REASON)
  })

  test('the strongest act holds where several policies oblige', async () => {
    const house =
      await open(`@id("a") @obligation("mask:pii") permit (principal, action == Action::"invoke", resource is Model);
@id("b") @obligation("redact:pii.email") permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
@id("c") @mode("oblige") @obligation("flag:pii.email, flag:pii.card") permit (principal, action, resource);
`)
    await ask(house, prompt('a@example.com 4111111111111111'))
    expect(upstream.received.at(-1)?.chat?.messages[0]?.text).toBe('[redacted:pii.email] ************1111')
  })

  test('a challenge asks only where the answer were permit but for it', async () => {
    const house = await open(`${ANALYSTS}
@id("step-up") @challenge("acr:urn:example:high") @reason("a second factor is needed")
forbid (principal, action == Action::"invoke", resource == Model::"model")
unless { principal has acr && principal.acr == "urn:example:high" };
@id("ask-security") @challenge("approval:security")
forbid (principal, action == Action::"invoke", resource == Model::"other-model")
unless { context.approvals.contains("ask-security") };
`)
    const stepUp = await ask(house, prompt('hi'))
    expect({ status: stepUp.status, code: errorOf(stepUp).code }).toEqual({
      status: 401,
      code: 'insufficient_user_authentication',
    })
    expect(stepUp.headers['www-authenticate']).toBe(
      'Bearer realm="ostiary", resource_metadata="http://127.0.0.1:8787/.well-known/oauth-protected-resource/v1/chat/completions", ' +
        'error="insufficient_user_authentication", acr_values="urn:example:high"',
    )
    expect(stepUp.headers['ostiary-decision']).toBe('challenge')
    expect(errorOf(stepUp).message).toContain('a second factor is needed')
    expect(await decided(house, stepUp)).toMatchObject({ kind: 'challenge', determining: ['step-up'] })

    const approval = await ask(house, prompt('hi', { model: 'other-model' }))
    expect({ status: approval.status, code: errorOf(approval).code }).toEqual({
      status: 403,
      code: 'approval_required',
    })
    expect(approval.headers['ostiary-decision']).toBe('challenge')
    // It waits under that id: the same request again waits under the same, another under another.
    const waiting = approval.headers['ostiary-approval']
    expect(waiting).toMatch(/^[A-Za-z0-9_-]{22}$/)
    const again = await ask(house, prompt('hi', { model: 'other-model' }))
    expect(again.headers['ostiary-approval']).toBe(waiting)
    const other = await ask(house, prompt('ho', { model: 'other-model' }))
    expect(other.headers['ostiary-approval']).not.toBe(waiting)
    const { outcome } = await house.exchange(approval.id)
    expect(String(outcome.own['reason_detail'])).toContain(`parked as ${waiting}`)

    const bob = await ask(house, prompt('hi'), { as: 'bob' })
    await expectForbidden(house, bob, 'Policy does not permit this request: a second factor is needed.')
    expect(bob.headers['www-authenticate']).toBeUndefined()
  })
})

describe('groups', () => {
  test('of two issuers stay apart', async () => {
    const other = await startTestIssuer('/other-issuer')
    const house = await open(
      '@id("a") permit (principal in Group::"one:analysts", action == Action::"invoke", resource is Model);',
      {
        issuers: [
          { ...issuerSection(issuer), groups: { prefix: 'one:' } },
          { ...issuerSection(other), groups: { prefix: 'two:' } },
        ],
      },
    )
    expect((await ask(house, prompt('hi'))).status).toBe(200)
    await expectForbidden(
      house,
      await ask(house, prompt('hi'), { token: await other.token({ as: 'alice' }) }),
      NO_REASON,
    )
    await other.close()
  })
})

describe('a reload', () => {
  const BOB = '@id("support") permit (principal in Group::"support", action == Action::"invoke", resource is Model);'

  test('puts the new set in force for what comes then, and logs both digests', async () => {
    const house = await open(ANALYSTS)
    const first = await ask(house, prompt('hi'))
    house.writePolicies(BOB)
    await house.running.reload(house.configure({}), 'file')
    await expectForbidden(house, await ask(house, prompt('hi')), NO_REASON)
    const second = await ask(house, prompt('hi'), { as: 'bob' })
    expect(second.status).toBe(200)
    const changes = (await house.entries()).filter((one) => one.type === 'policy' || one.type === 'config')
    expect(changes.map(({ type, own }) => ({ type, own }))).toEqual([
      {
        type: 'policy',
        own: {
          before: (await decided(house, first))['policy_digest'],
          after: (await decided(house, second))['policy_digest'],
          why: 'file',
        },
      },
    ])
  })

  test.each([
    ['that is no Cedar', 'permit (principal'],
    [
      'with a type error',
      '@id("x") permit (principal, action == Action::"invoke", resource is Model) when { context.promptTokens == "many" };',
    ],
    ['with an id twice', `${BOB}\n${BOB}`],
    ['without an id', 'permit (principal, action, resource);'],
    ['with an unknown obligation', '@id("x") @obligation("launder:pii") permit (principal, action, resource);'],
    [
      'with a finding that no detector makes',
      '@id("x") @obligation("redact:pii.shoe-size") permit (principal, action, resource);',
    ],
    [
      'with a forbid that can never fire',
      '@id("x") forbid (principal, action == Action::"invoke", resource is Model) when { principal has levle && principal.levle > 3 };',
    ],
  ])('to a set %s is refused, and the last good one stays', async (_what, text) => {
    const house = await open(ANALYSTS)
    const before = (await decided(house, await ask(house, prompt('hi'))))['policy_digest']
    const size = (await house.entries()).length
    house.writePolicies(text)
    await expect(house.running.reload(house.configure({}), 'file')).rejects.toBeInstanceOf(StartError)
    const second = await ask(house, prompt('hi'))
    expect(second.status).toBe(200)
    expect((await decided(house, second))['policy_digest']).toBe(before)
    expect((await house.entries()).slice(size).map((one) => one.type)).toEqual(['intent', 'outcome'])
  })

  test('of the configuration: other models, and the digest in the next intent', async () => {
    const house = await open(ANALYSTS)
    const first = await house.exchange((await ask(house, prompt('hi'))).id)
    await house.running.reload(
      house.configure({ models: [{ name: 'model', provider: 'lying', upstreamModel: 'its-real-name' }] }),
      'SIGHUP',
    )
    const answer = await ask(house, prompt('hi'))
    expect(upstream.received.at(-1)?.chat?.model).toBe('its-real-name')
    const { intent } = await house.exchange(answer.id)
    expect(answer.headers['ostiary-decision']).toBe('transform')
    expect((await ask(house, prompt('hi', { model: 'other-model' }))).status).toBe(404)
    const change = (await house.entries()).find((one) => one.type === 'config')
    expect(change?.own).toEqual({
      before: first.intent?.own['config_digest'],
      after: intent?.own['config_digest'],
      why: 'SIGHUP',
    })
  })

  test('of the policies while the identity provider is away: known callers are served on', async () => {
    const other = await startTestIssuer('/other-issuer')
    const house = await open(ANALYSTS, { issuers: [issuerSection(other)] })
    const [seen, fresh] = await Promise.all([other.token({ as: 'alice' }), other.token({ as: 'alice' })])
    expect((await ask(house, prompt('hi'), { token: seen })).status).toBe(200)
    await other.close()
    house.writePolicies(`${ANALYSTS}${BOB}`)
    await house.running.reload(house.configure({}), 'file')
    expect((await ask(house, prompt('hi'), { token: seen })).status).toBe(200)
    expect((await ask(house, prompt('hi'), { token: fresh })).status).toBe(200)
    expect((await ask(house, prompt('hi'), { token: await issuer.token({ as: 'alice' }) })).status).toBe(401)
  })

  test('of the issuers: a token of one that is gone is worth nothing at once', async () => {
    const other = await startTestIssuer('/other-issuer')
    const house = await open(ANALYSTS, { issuers: [issuerSection(other)] })
    const token = await other.token({ as: 'alice' })
    expect((await ask(house, prompt('hi'), { token })).status).toBe(200)
    await house.running.reload(house.configure({ issuers: [issuerSection(issuer)] }), 'file')
    expect((await ask(house, prompt('hi'), { token })).status).toBe(401)
    expect((await ask(house, prompt('hi'))).status).toBe(200)
    const metadata = await send(house.url, undefined, { path: '/.well-known/oauth-protected-resource' })
    expect(metadata.json()).toMatchObject({ authorization_servers: [issuer.issuer, 'http://127.0.0.1:8787'] })
    await other.close()
  })
})
