import { type LyingUpstream, startLyingUpstream, TEST_CARD } from '@ostiary/devkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt } from './http.js'
import { until } from './until.js'

// What goes where: `asked` is at a provider outside, `home` at one of our own, which calls it `llama`.
const POLICIES = `@id("all")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { resource.way != "not-for-analysts" };

@id("cards-stay-home") @obligation("route:home, redact:pii.email")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"asked")
when { context.findings.contains("pii.card") };

@id("home-masks") @obligation("mask:pii.card, output:redact:pii.email")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"home");

@id("to-itself") @obligation("route:home")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"home");

@id("onward") @obligation("route:onward-2")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"onward-1");

@id("further") @obligation("route:home")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"onward-2");

@id("fork-left") @obligation("route:home")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"fork");

@id("fork-right") @obligation("route:asked")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"fork");

@id("to-closed") @obligation("route:closed")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"to-closed");

@id("scout") @obligation("redact:pii.card")
permit (principal in Group::"agents", action == Action::"invoke", resource is Model);
`
const MODELS = [
  { name: 'asked', provider: 'lying', attributes: { way: 'x' } },
  { name: 'home', provider: 'own', upstreamModel: 'llama', attributes: { way: 'x' } },
  ...['onward-1', 'onward-2', 'fork', 'to-closed'].map((name) => ({
    name,
    provider: 'lying',
    attributes: { way: 'x' },
  })),
  { name: 'closed', provider: 'own', attributes: { way: 'not-for-analysts' } },
]

let outside: LyingUpstream
let own: LyingUpstream
let house: House

const providers = (): unknown => [
  { name: 'lying', dialect: 'openai', baseUrl: outside.baseUrl },
  { name: 'own', dialect: 'openai', baseUrl: own.baseUrl },
]

beforeAll(async () => {
  outside = await startLyingUpstream()
  own = await startLyingUpstream()
  house = await openHouse({ policies: POLICIES, upstream: outside, config: { models: MODELS, providers: providers() } })
})
afterAll(async () => {
  await house.finish()
  await outside.close()
  await own.close()
})
beforeEach(() => {
  for (const upstream of [outside, own]) upstream.behave(undefined)
})

const askFor = (model: string, content: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  ask(house, prompt(content, { model, ...more }))

function expectRefused(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code })
}

const CARD_TEXT = `card ${TEST_CARD} of a@b.example`

describe('a routed exchange [policy.route-twice]', () => {
  test('goes to the other model, by its own name, with the obligations of both, and to nobody else', async () => {
    const before = outside.requestCount
    own.behave({ kind: 'honest', text: 'write to c@d.example' })
    const answer = await askFor('asked', CARD_TEXT)
    expect(answer.status).toBe(200)
    expect(outside.requestCount).toBe(before)
    const sent = JSON.parse(own.received.at(-1)?.body.toString('utf8') ?? '') as { model: string; messages: unknown }
    expect(sent.model).toBe('llama')
    expect(sent.messages).toEqual([{ role: 'user', content: `card ${masked()} of [redacted:pii.email]` }])
    expect(answer.text).toContain('write to [redacted:pii.email]')
    expect(answer.headers['ostiary-decision']).toBe('transform')
  })

  test('says in the log what was asked for and what served it, and what was decided about each', async () => {
    const { intent, outcome } = await house.exchange((await askFor('asked', CARD_TEXT)).id)
    expect(intent?.own).toMatchObject({
      resource: 'home',
      provider: 'own',
      decided: {
        kind: 'permit',
        determining: ['all', 'home-masks', 'to-itself'],
        obligations: ['route:home', 'redact:pii.email', 'mask:pii.card', 'output:redact:pii.email'],
      },
      routed_from: {
        resource: 'asked',
        provider: 'lying',
        decided: {
          kind: 'permit',
          determining: ['all', 'cards-stay-home'],
          obligations: ['route:home', 'redact:pii.email'],
        },
      },
    })
    expect(outcome.own).toMatchObject({ outcome: 'done', status: 200 })
    // The next that is asked of it directly has its own obligations alone.
    const direct = await house.exchange((await askFor('home', 'hi')).id)
    expect(direct.intent?.own).not.toHaveProperty('routed_from')
    expect(direct.intent?.own).toHaveProperty('decided.obligations', [
      'mask:pii.card',
      'output:redact:pii.email',
      'route:home',
    ])
  })

  test('streams from there', async () => {
    own.behave({ kind: 'honest', text: 'write to c@d.example', pieceSize: 2 })
    const answer = await askFor('asked', CARD_TEXT, { stream: true })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('[DONE]')
    expect(answer.text).not.toContain('c@d')
  })

  test('stays where it is without what routes it, and where the route leads to itself', async () => {
    const [atOwn, atOutside] = [own.requestCount, outside.requestCount]
    expect((await askFor('asked', 'no card')).status).toBe(200)
    expect([own.requestCount, outside.requestCount]).toEqual([atOwn, atOutside + 1])
    const answer = await askFor('home', 'hi')
    expect(answer.status).toBe(200)
    expect((await house.exchange(answer.id)).intent?.own).not.toHaveProperty('routed_from')
  })

  test('of an agent is decided twice for both, and the log names neither', async () => {
    const token = await house.token('scout')
    const answer = await ask(house, prompt(CARD_TEXT, { model: 'asked' }), { token })
    expect(answer.status).toBe(200)
    const { intent } = await house.exchange(answer.id)
    expect(intent?.own).toMatchObject({ resource: 'home', routed_from: { resource: 'asked' } })
    expect(intent?.text).not.toContain('alice')
    // The agent's redact is stronger than the subject's mask.
    expect(own.received.at(-1)?.body.toString('utf8')).toContain('[redacted:pii.card]')
  })
})

describe('is refused [policy.route-refused]', () => {
  test('where two policies route it to two models', async () => {
    const answer = await askFor('fork', 'hi')
    expectRefused(answer, 422, 'obligation_failed')
    expect((await house.exchange(answer.id)).outcome.own).toMatchObject({
      resource: 'fork',
      reason_detail: 'routes to home, asked',
    })
  })

  test('where the model that it goes to routes it on', async () => {
    const answer = await askFor('onward-1', 'hi')
    expectRefused(answer, 422, 'obligation_failed')
    expect((await house.exchange(answer.id)).outcome.own).toMatchObject({
      resource: 'onward-2',
      routed_from: { resource: 'onward-1', decided: { determining: ['all', 'onward'] } },
      reason_detail: 'routed twice: to onward-2, home',
    })
  })

  test('where policy does not permit the model that it goes to', async () => {
    const answer = await askFor('to-closed', 'hi')
    expectRefused(answer, 403, 'forbidden_by_policy')
    expect((await house.exchange(answer.id)).outcome.own).toMatchObject({
      resource: 'closed',
      decided: { kind: 'forbid' },
      routed_from: { resource: 'to-closed', decided: { kind: 'permit' } },
    })
  })

  test('where the scope of its token is for the model that it asked for alone', async () => {
    const only = await house.token('alice', { scope: 'models:invoke:asked' })
    const answer = await ask(house, prompt(CARD_TEXT, { model: 'asked' }), { token: only })
    expectRefused(answer, 403, 'insufficient_scope')
    expect(errorOf(answer).message).toContain('models:invoke:home')
    const both = await house.token('alice', { scope: 'models:invoke:asked models:invoke:home' })
    expect((await ask(house, prompt(CARD_TEXT, { model: 'asked' }), { token: both })).status).toBe(200)
  })

  test('nothing of it went anywhere', async () => {
    const counts = [own.requestCount, outside.requestCount]
    for (const model of ['fork', 'onward-1', 'to-closed'])
      expect((await askFor(model, 'hi')).status).toBeGreaterThan(399)
    expect([own.requestCount, outside.requestCount]).toEqual(counts)
  })
})

describe('a stream that was routed lives on both permits', () => {
  const LONG: readonly string[] = [
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n',
    ...Array.from({ length: 1500 }, () => {
      const choice = { index: 0, delta: { content: 'and on ' }, finish_reason: null }
      return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice] })}\n\n`
    }),
  ]
  const without = (id: string): string =>
    POLICIES.split('\n\n')
      .filter((one) => !one.includes(`@id("${id}")`))
      .join('\n\n')

  test.each([
    [
      'the policy for the model that was asked for goes',
      () => `@id("no-asked") forbid (principal, action, resource == Model::"asked");\n${POLICIES}`,
    ],
    [
      'the policy for the model that serves goes',
      () => `@id("no-home") forbid (principal, action, resource == Model::"home");\n${POLICIES}`,
    ],
    ['policy routes elsewhere now', () => POLICIES.replace('route:home, redact', 'route:fork, redact')],
  ])('and is cut where %s', async (_, policies) => {
    own.behave({ kind: 'raw', writes: LONG, delayMs: 20 })
    const before = own.requestCount
    const asking = askFor('asked', CARD_TEXT, { stream: true })
    await until(() => own.requestCount > before)
    house.writePolicies(policies())
    try {
      await house.running.reload(house.configure({}), 'test')
      const answer = await asking
      expect(answer.text).toContain('"code":"forbidden_by_policy"')
      expect(answer.text).not.toContain('[DONE]')
    } finally {
      house.writePolicies(POLICIES)
      await house.running.reload(house.configure({}), 'test')
    }
  })

  test('and goes on where policy merely would not route it any more', async () => {
    own.behave({ kind: 'raw', writes: LONG.slice(0, 40), delayMs: 20 })
    const before = own.requestCount
    const asking = askFor('asked', CARD_TEXT, { stream: true })
    await until(() => own.requestCount > before)
    house.writePolicies(without('cards-stay-home'))
    try {
      await house.running.reload(house.configure({}), 'test')
      expect((await asking).text).not.toContain('forbidden_by_policy')
    } finally {
      house.writePolicies(POLICIES)
      await house.running.reload(house.configure({}), 'test')
    }
  })
})

/** The test card as `mask` leaves it. */
function masked(): string {
  let left = TEST_CARD.replace(/\D/g, '').length - 4
  return TEST_CARD.replace(/\d/g, (digit) => (left-- > 0 ? '*' : digit))
}
