import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '@ostiary/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { openLedger } from '../src/ledger/ledger.js'
import { createSessions } from '../src/ledger/sessions.js'
import { type House, type HouseOptions, openHouse } from './house.js'
import { prompt, send } from './http.js'
import { gatewayWith, HeldLog } from './parts.js'
import { principal } from './principals.js'
import { released } from './released.js'
import { until } from './until.js'

// Values that were released, in the prompts and answers of others, through a whole gateway. Detectors are switched off.

const PHONE = '+49 151 7302 9458'
const NOTE =
  'The patient reports a recurring headache on the left side since the accident in March, and asks that her employer be told nothing about it.'

const POLICIES = `
@id("analysts") permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);
@id("support") permit (principal in Group::"support", action == Action::"invoke", resource is Model);
@id("agents") permit (principal in Group::"agents", action == Action::"invoke", resource is Model);
@id("stays-home") @reason("restricted data stays home")
forbid (principal, action == Action::"invoke", resource == Model::"other-model") when { context.labels.contains("restricted") };
`

const PERMITTED = '@id("release") permit (principal, action == Action::"release", resource is Model);'

let house: House
afterEach(() => house.close())

async function open(more: Partial<HouseOptions> = {}): Promise<void> {
  house = await openHouse({ policies: POLICIES, ...more })
}

interface Asked {
  readonly as?: string
  readonly model?: string
  readonly stream?: boolean
  readonly messages?: readonly Record<string, unknown>[]
}

interface Said {
  readonly status: number
  readonly text: string
  readonly id: string | null
}

async function ask(
  content: string,
  { as = 'bob', messages, model = 'model', stream = false }: Asked = {},
): Promise<Said> {
  const answer = await fetch(`${house.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.token(as)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: messages ?? [{ role: 'user', content }] }),
  })
  return { status: answer.status, text: await answer.text(), id: answer.headers.get('x-request-id') }
}

const ROWS = [{ values: ['Zoë', 'Müller', '1985-03-12', PHONE], labels: ['restricted'] }]

/** What the model said, in one piece or in many. */
function contentOf(text: string): string {
  return [...text.matchAll(/"content":"([^"]*)"/g)].map(([, said]) => said).join('')
}

function event(content: string): string {
  const choice = { index: 0, delta: { content }, finish_reason: null }
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'model', choices: [choice] })}\n\n`
}

/** Waits until the house knows what was released elsewhere. */
async function known(): Promise<void> {
  await until(async () => (await ask(`call ${PHONE}`, { as: 'alice', model: 'other-model' })).status === 403)
}

describe('in a prompt', () => {
  test.each([
    ['as it was', `call ${PHONE} for me`],
    ['reformatted', 'call (0049)-151/7302-9458 or 49.151.73029458'],
    ['of the row, in any order', 'Write to Muller, Zoe, who was born on March 12th, 1985.'],
  ])('forbids what its labels forbid to anybody, %s [fingerprints.anybody]', async (_, text) => {
    await open()
    await released(house, ROWS)
    await known()
    expect((await ask('hello', { model: 'other-model' })).status).toBe(200)
    const before = house.upstream.requestCount
    const refused = await ask(text, { model: 'other-model' })
    expect({ status: refused.status, says: refused.text.includes('restricted data stays home') }).toEqual({
      status: 403,
      says: true,
    })
    expect(house.upstream.requestCount).toBe(before)
    // Nothing was sent; but whoever tries values learns of one, and no more [fingerprints.no-trying].
    expect((await ask('hello', { model: 'other-model' })).status).toBe(403)
    // What is sent is in the log.
    const sent = await ask(text)
    expect(sent.status).toBe(200)
    const { intent } = await house.exchange(sent.id)
    expect(intent?.own['labels']).toEqual({ before: ['restricted'], after: ['restricted'] })
    // Of digests any four digits may be a part.
    for (const { text: entry } of await house.entries()) {
      expect(entry.replaceAll(/[0-9a-f]{32,}/g, '')).not.toMatch(/7302|Zo|ller/)
    }
  })

  test('of what a tool gave back, as JSON in a text', async () => {
    await open()
    await released(house, [{ values: [NOTE], labels: ['restricted'] }])
    const content = JSON.stringify({ rows: [{ note: `x\n${NOTE.slice(20, 110)}` }] })
    const messages = [
      { role: 'user', content: 'what does it say?' },
      { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c1', content },
    ]
    await until(async () => (await ask('', { as: 'alice', messages, model: 'other-model' })).status === 403)
  })

  test('brings nothing where it was taken out of the text', async () => {
    const redacted = POLICIES.replace('@id("support")', '@id("support") @obligation("redact:pii.email")')
    await open({ policies: redacted })
    await released(house, [{ values: ['zoe.mueller@example.com', PHONE], labels: ['restricted'] }])
    await known()
    expect((await ask('write to zoe.mueller@example.com', { model: 'other-model' })).status).toBe(200)
    expect((await ask('hello', { model: 'other-model' })).status).toBe(200)
    expect((await ask('zoe.mueller@example.com', { as: 'alice', model: 'other-model' })).status).toBe(403)
  })
})

describe('in an answer', () => {
  const says = `Her number is ${PHONE}. Good luck!`

  test.each([false, true])('is withheld from who may not have it, streamed: %s [labels.release]', async (stream) => {
    await open()
    await released(house, ROWS)
    await known()
    // In pieces, so that no piece has all of it.
    house.upstream.behave({ kind: 'honest', text: says, pieceSize: 3 })
    const answer = await ask('what is her number?', { stream })
    expect({ status: answer.status, refused: answer.text.includes('forbidden_by_policy') }).toEqual({
      status: stream ? 200 : 403,
      refused: true,
    })
    expect(answer.text).not.toContain('9458')
    expect(answer.text).not.toContain('luck')
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own).toMatchObject({
      outcome: 'refused',
      reason: 'forbidden_by_policy',
      release: { labels: ['restricted'], decided: { kind: 'forbid' } },
    })
    house.upstream.behave(undefined)
    // What it did not get touched nobody.
    expect((await ask('hello', { model: 'other-model' })).status).toBe(200)
  })

  test.each([false, true])('brings its labels where it may be had, streamed: %s', async (stream) => {
    await open({ policies: POLICIES + PERMITTED })
    await released(house, ROWS)
    await known()
    house.upstream.behave({ kind: 'honest', text: says, pieceSize: 3 })
    const answer = await ask('what is her number?', { stream })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('forbidden_by_policy')
    expect(contentOf(answer.text)).toBe(says)
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      release: { labels: ['restricted'], decided: { kind: 'permit' } },
    })
    house.upstream.behave(undefined)
    expect((await ask('hello', { model: 'other-model' })).status).toBe(403)
  })

  test('asks nobody where the reader has read that itself [labels.release]', async () => {
    await open()
    await released(house, ROWS)
    await known()
    // Bob has it: it is in his own prompt.
    expect((await ask(`call ${PHONE}`)).status).toBe(200)
    house.upstream.behave({ kind: 'honest', text: says })
    const answer = await ask('what is her number?')
    expect({ status: answer.status, says: answer.text.includes('9458') }).toEqual({ status: 200, says: true })
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own['release']).toBeUndefined()
  })

  test('passes byte for byte where nothing was ever released', async () => {
    await open()
    house.upstream.behave({ kind: 'honest', text: says })
    expect(contentOf((await ask('hello', { stream: true })).text)).toBe(says)
  })
})

describe('an agent that has read for others', () => {
  const LEDGER_RULES = { ttlMs: 3_600_000, scope: 'principal', actors: true } as const

  test.each([
    ['is withheld where nobody permits it', '', 403],
    ['goes to whom policy releases it', PERMITTED, 200],
  ])('has an answer for its subject that %s [labels.release]', async (_, more, status) => {
    await open({ policies: POLICIES + more })
    const store = createMemoryStore({ now: Date.now })
    const ledger = await openLedger({
      ...{ store, clock: { now: Date.now }, rules: () => LEDGER_RULES, sessions: createSessions(randomBytes(32)) },
      ...{ onRisen: () => undefined, onIll: () => undefined },
    })
    const log = new HeldLog()
    const gateway = await gatewayWith(log, house.config, { ledger })
    const asked = async (as: string): Promise<number> => {
      const headers = { authorization: `Bearer ${await house.token(as)}`, 'content-type': 'application/json' }
      return (await send(gateway.url, Buffer.from(JSON.stringify(prompt('hello'))), { headers })).status
    }
    const { issuer } = house.issuer
    expect(await asked('scout')).toBe(200)
    const before = house.upstream.requestCount
    await ledger.gather(principal({ issuer, subject: 'bob', actors: [{ issuer, subject: 'scout' }] }), undefined, [
      'personal',
    ])
    expect(await asked('scout')).toBe(status)
    // It is known before anything is sent.
    expect(house.upstream.requestCount - before).toBe(status === 200 ? 1 : 0)
    const entry = await until(() => log.entries.find((one) => one.includes('"release":')))
    expect(entry).toContain('"labels":["personal"]')
    // Alice herself has read nothing, and nobody is asked.
    expect(await asked('alice')).toBe(200)
    // Once she has read it herself, nobody is asked either.
    await ledger.gather(principal({ issuer, subject: 'alice' }), undefined, ['personal'])
    expect(await asked('scout')).toBe(200)
    expect(log.entries.filter((one) => one.includes('"release":'))).toHaveLength(1)
    await gateway.close()
    ledger.close()
  })

  test('is cut where what it may release ends with a policy [labels.release]', async () => {
    await open({ policies: POLICIES + PERMITTED })
    await released(house, ROWS)
    await known()
    house.upstream.behave({
      kind: 'raw',
      writes: [
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n',
        ...Array.from({ length: 2000 }, () => event(`${PHONE} and on `)),
      ],
      delayMs: 10,
    })
    const answer = await fetch(`${house.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await house.token('bob')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...prompt('what is her number?'), stream: true }),
    })
    let text = ''
    for await (const bytes of answer.body ?? []) {
      if (text === '') {
        house.writePolicies(POLICIES)
        await house.running.reload(house.configure({}), 'a test')
      }
      text += Buffer.from(bytes).toString('utf8')
    }
    expect(text).toContain('9458')
    expect(text).toContain('forbidden_by_policy')
    expect(text).not.toContain('[DONE]')
    const { outcome } = await house.exchange(answer.headers.get('x-request-id'))
    expect(outcome.own).toMatchObject({ outcome: 'refused', reason: 'forbidden_by_policy' })
  })
})

test('remembers nothing where the operator wants none of it', async () => {
  await open({ config: { ledger: { fingerprints: false } } })
  await released(house, ROWS)
  expect((await ask(`call ${PHONE}`, { model: 'other-model' })).status).toBe(200)
})
