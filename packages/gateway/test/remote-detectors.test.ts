import { TEST_CARD } from '@ostiary/devkit'
import { createRemoteWordDetector } from '@ostiary/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Gateway } from '../src/gateway.js'
import type { RemoteDetector } from '../src/spec/index.js'
import { type DetectorServer, startDetectorServer } from './detector-server.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt, send } from './http.js'
import { gatewayWith, HeldLog } from './parts.js'
import { until } from './until.js'

const NAME = 'Zebulon Quill'
const FOOL = 'nincompoop'

// By model, so that one house shows every use: who redacts asks, who only forbids asks too, who wants neither does not.
const POLICIES = `@id("redact") @obligation("redact:pii, output:redact:pii")
permit (principal in Group::"analysts", action, resource is Model) when { resource.use == "redact" };

@id("forbid-answers") @obligation("output:block:moderation")
permit (principal in Group::"analysts", action, resource is Model) when { resource.use == "moderate" };

@id("tokenize") @obligation("tokenize:pii.person, output:flag:pii.person")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model) when { resource.use == "tokenize" };

@id("see")
permit (principal in Group::"analysts", action == Action::"detokenize", resource is Model) when { resource.use == "tokenize" };

@id("no-people") @reason("people stay here")
forbid (principal, action, resource is Model)
when { resource.use == "moderate" && context.findings.contains("pii.person") };
`
const INDIFFERENT = `@id("indifferent") @obligation("redact:secret, output:redact:secret")
permit (principal in Group::"analysts", action, resource is Model);
`
const MODELS = ['redact', 'moderate', 'tokenize'].map((use) => ({ name: use, provider: 'lying', attributes: { use } }))

let people: DetectorServer
let moderators: DetectorServer
let house: House

function remote(more: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}): Record<string, unknown> {
  const { people: ofPeople, moderators: ofModerators, ...rest } = more
  return {
    inspection: {
      // What is found elsewhere is to be seen alone.
      detectors: { 'pii.person': false, 'pii.address': false },
      remote: [
        { name: 'people', kind: 'presidio', url: people.url, timeout: '10s', ...ofPeople },
        { name: 'moderators', kind: 'moderation', url: moderators.url, timeout: '10s', ...ofModerators },
      ],
      ...rest['inspection'],
    },
  }
}

beforeAll(async () => {
  people = await startDetectorServer({ [NAME]: 'PERSON', 楊: 'PERSON' })
  moderators = await startDetectorServer({ [FOOL]: 'harassment' })
  house = await openHouse({ policies: POLICIES, config: { models: MODELS, ...remote() } })
})
afterAll(async () => {
  const log = (await house.entries()).map((one) => one.text).join('\n')
  for (const secret of [NAME, FOOL, TEST_CARD]) expect(log).not.toContain(secret)
  await house.finish()
  await people.close()
  await moderators.close()
})
beforeEach(() => {
  for (const server of [people, moderators]) server.behave(undefined)
  house.upstream.behave(undefined)
})
afterEach(async () => {
  await house.running.reload(house.configure({}), 'test')
})

async function reload(more: Parameters<typeof remote>[0]): Promise<void> {
  await house.running.reload(house.configure(remote(more)), 'test')
}

const sentUpstream = (): string => house.upstream.received.at(-1)?.body.toString('utf8') ?? ''

function contentOf(answer: Answer): string {
  const { choices } = answer.json() as { choices: { message: { content: string } }[] }
  return choices[0]?.message.content ?? ''
}

/** What a stream says in each place: texts by choice and field. */
function said(answer: Answer): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const event of answer.text.split('\n\n')) {
    const data = event.replace(/^data: /, '')
    if (data === '' || data === '[DONE]') continue
    const { choices = [] } = JSON.parse(data) as {
      choices?: { index: number; delta: { content?: string; tool_calls?: { function?: { arguments?: string } }[] } }[]
    }
    for (const { index, delta } of choices) {
      texts[index] = (texts[index] ?? '') + (delta.content ?? '')
      for (const call of delta.tool_calls ?? [])
        texts['tool'] = (texts['tool'] ?? '') + (call.function?.arguments ?? '')
    }
  }
  return texts
}

function expectRefused(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code })
}

const askFor = (model: string, content: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  ask(house, prompt(content, { model, ...more }))

describe('a request', () => {
  test('is edited by what detectors here and elsewhere find, wherever code units and code points part', async () => {
    const answer = await askFor('redact', `😀 ${NAME} and 楊 paid with ${TEST_CARD} 👩‍👩‍👧 ${NAME}`)
    expect(answer.status).toBe(200)
    expect(sentUpstream()).toContain(
      '😀 [redacted:pii.person] and [redacted:pii.person] paid with [redacted:pii.card] 👩‍👩‍👧 [redacted:pii.person]',
    )
    const { intent } = await house.exchange(answer.id)
    expect(intent?.own).toMatchObject({
      findings: { 'pii.card': 1, 'pii.person': 3 },
      carried_out: { 'redact:pii.card': 1, 'redact:pii.person': 3 },
    })
  })

  test('is decided by what they find', async () => {
    const answer = await askFor('moderate', `${NAME} is here`)
    expectRefused(answer, 403, 'forbidden_by_policy')
    expect(errorOf(answer).message).toContain('people stay here')
    expect((await askFor('moderate', 'nobody is here')).status).toBe(200)
  })

  test('is edited in every part of it, however long', async () => {
    const long = `${'so it went on and on '.repeat(800)}${NAME}${' and on and on'.repeat(800)}`
    const messages = [
      { role: 'system', content: `you are ${NAME}` },
      { role: 'user', content: [{ type: 'text', text: long }] },
    ]
    expect((await ask(house, { model: 'redact', messages })).status).toBe(200)
    expect(sentUpstream().match(/\[redacted:pii\.person\]/g)).toHaveLength(2)
    expect(sentUpstream()).not.toContain(NAME)
  })

  test('goes to nobody elsewhere where it is refused whatever they say', async () => {
    const before = people.asked.length
    expectRefused(await askFor('no-such-model', NAME), 404, 'model_not_found')
    expectRefused(await ask(house, '{"model":'), 400, 'invalid_request')
    const narrow = await house.token('alice', { scope: 'models:invoke:moderate' })
    expectRefused(await ask(house, prompt(NAME, { model: 'redact' }), { token: narrow }), 403, 'insufficient_scope')
    await house.running.reload(house.configure({ ...remote(), limits: { promptTokens: 10 } }), 'test')
    expectRefused(await askFor('redact', `${NAME} `.repeat(50)), 400, 'prompt_too_large')
    expect(people.asked.length).toBe(before)
  })

  test('goes to nobody elsewhere where no policy could use what they find [content.where-used]', async () => {
    const [ofPeople, ofModerators] = [people.asked.length, moderators.asked.length]
    // Of answers alone is moderation of use.
    expect((await askFor('redact', 'hi')).status).toBe(200)
    expect(moderators.asked.length).toBe(ofModerators)
    expect(people.asked.length).toBeGreaterThan(ofPeople)
    const asked = people.asked.length
    house.writePolicies(INDIFFERENT)
    try {
      await house.running.reload(house.configure({}), 'test')
      expect((await askFor('redact', NAME)).status).toBe(200)
      expect(sentUpstream()).toContain(NAME)
      expect(people.asked.length).toBe(asked)
    } finally {
      house.writePolicies(POLICIES)
    }
  })

  test('of a caller who left meanwhile goes no further, and its detectors are hung up on', async () => {
    await reload({ people: { timeout: '30s' } })
    people.behave({ kind: 'hangs' })
    const before = house.upstream.requestCount
    const asked = people.asked.length
    const left = new AbortController()
    const asking = ask(house, prompt(NAME, { model: 'redact' }), { signal: left.signal }).catch(() => 'left')
    await until(() => people.asked.length > asked)
    left.abort()
    expect(await asking).toBe('left')
    await until(async () => (await house.entries()).at(-1)?.own['outcome'] === 'left')
    expect(house.upstream.requestCount).toBe(before)
  })
})

describe('an answer', () => {
  const text = `${NAME} paid with ${TEST_CARD}, said 楊 😀`
  const redacted = '[redacted:pii.person] paid with [redacted:pii.card], said [redacted:pii.person] 😀'

  test('is edited by what they find', async () => {
    house.upstream.behave({ kind: 'honest', text })
    const answer = await askFor('redact', 'hi')
    expect(contentOf(answer)).toBe(redacted)
    expect(answer.headers['ostiary-decision']).toBe('transform')
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own).toMatchObject({
      findings: { 'pii.card': 1, 'pii.person': 2 },
      carried_out: { 'redact:pii.card': 1, 'redact:pii.person': 2 },
      stream: false,
    })
    expect(outcome.own['tokens']).not.toBeNull()
  })

  test('is refused where it is blocked', async () => {
    house.upstream.behave({ kind: 'honest', text: `you ${FOOL}` })
    expectRefused(await askFor('moderate', 'hi'), 403, 'content_blocked')
    house.upstream.behave({ kind: 'honest', text: 'you dear' })
    expect((await askFor('moderate', 'hi')).status).toBe(200)
  })

  test.each([1, 2, 3, 7, 1000])('in a stream is the same in pieces of %i', async (pieceSize) => {
    house.upstream.behave({ kind: 'honest', text, pieceSize })
    const answer = await askFor('redact', 'hi', { stream: true })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain('text/event-stream')
    expect(said(answer)).toEqual({ 0: redacted })
    expect(answer.text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      stream: true,
      findings: { 'pii.card': 1, 'pii.person': 2 },
      carried_out: { 'redact:pii.card': 1, 'redact:pii.person': 2 },
    })
  })

  test('in a stream is the same bytes under every chunking, in every channel', async () => {
    const event = (delta: unknown, index = 0, finish: string | null = null): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index, delta, finish_reason: finish }] })}\n\n`
    const pieces = [...text].map((one) => [event({ content: one }), event({ content: one }, 1)].join(''))
    const args = [...JSON.stringify({ who: NAME })].map((one) =>
      event({ tool_calls: [{ index: 0, function: { arguments: one } }] }),
    )
    const stream = Buffer.from(
      `${event({ role: 'assistant', content: '' })}${pieces.join('')}${args.join('')}` +
        `${event({}, 1, 'stop')}${event({}, 0, 'tool_calls')}data: [DONE]\n\n`,
    )
    const head = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${stream.length}\r\nconnection: close\r\n\r\n`
    const outs = new Set<string>()
    for (const length of [stream.length, 1021, 97, 13]) {
      const writes: Buffer[] = []
      for (let at = 0; at < stream.length; at += length) writes.push(stream.subarray(at, at + length))
      house.upstream.behave({ kind: 'raw', writes: [head, ...writes] })
      const answer = await askFor('redact', 'hi', { stream: true })
      expect(said(answer)).toEqual({ 0: redacted, 1: redacted, tool: '{"who":"[redacted:pii.person]"}' })
      outs.add(answer.text)
    }
    expect(outs.size).toBe(1)
  })

  test('in a stream that is blocked is a refusal, for nothing of it had left', async () => {
    house.upstream.behave({ kind: 'honest', text: `dear, dear, dear ${FOOL}`, pieceSize: 3 })
    const answer = await askFor('moderate', 'hi', { stream: true })
    expectRefused(answer, 403, 'content_blocked')
    expect((await house.exchange(answer.id)).outcome.own).toMatchObject({ outcome: 'refused', stream: true })
  })

  test('in a stream that its provider tears is a refusal, and nobody elsewhere is shown it', async () => {
    house.upstream.behave({ kind: 'no-done' })
    const before = moderators.asked.length
    expectRefused(await askFor('moderate', 'hi', { stream: true }), 502, 'upstream_failed')
    house.upstream.behave({ kind: 'cut-stream', afterEvents: 2, by: 'reset' })
    expectRefused(await askFor('moderate', 'hi', { stream: true }), 502, 'upstream_failed')
    expect(moderators.asked.length).toBe(before)
  })

  test('in a stream without anything to find passes as it came', async () => {
    house.upstream.behave({ kind: 'honest', text: 'good day', pieceSize: 2 })
    const answer = await askFor('moderate', 'hi', { stream: true })
    expect(said(answer)).toEqual({ 0: 'good day' })
    expect(answer.text).toContain('data: [DONE]')
  })
})

describe('what is found elsewhere and tokenized', () => {
  test.each([false, true])(
    'is a placeholder for the provider, and put back for who may see it (stream: %s)',
    async (stream) => {
      await askFor('tokenize', `mind ${NAME}`)
      const [, placeholder = ''] = /mind (\[[^\]]+\])/.exec(sentUpstream()) ?? []
      expect(sentUpstream()).not.toContain(NAME)
      house.upstream.behave({ kind: 'honest', text: `I mind ${placeholder} and 楊`, pieceSize: 3 })
      const answer = await askFor('tokenize', `do you mind ${NAME}?`, { stream })
      expect(stream ? said(answer)[0] : contentOf(answer)).toBe(`I mind ${NAME} and 楊`)
      // It was shown elsewhere as the provider said it.
      const shown = people.texts().filter((text) => text.includes('I mind'))
      expect(shown.at(-1)).toContain(placeholder)
    },
  )
})

describe('a detector elsewhere that fails [content.remote-failed] [content.failure-modes]', () => {
  /** Patient but where it is patience that is tried. */
  const timeoutFor = (why: string): { timeout: string } => ({ timeout: why === 'TIMEOUT' ? '200ms' : '10s' })
  const lies = [
    ['hangs', 'TIMEOUT', { kind: 'hangs' }],
    ['is slow', 'TIMEOUT', { kind: 'slow', ms: 600 }],
    ['stalls', 'TIMEOUT', { kind: 'stalls' }],
    ['answers 500', 'STATUS_500', { kind: 'status', status: 500 }],
    ['redirects', 'STATUS_307', { kind: 'status', status: 307, headers: { location: '/elsewhere' } }],
    ['floods', 'ANSWER_TOO_LARGE', { kind: 'floods', bytes: 10 * 1024 * 1024 }],
    ['lies', 'ANSWER_INVALID', { kind: 'says', body: '[{"entity_type":"PERSON","start":0,"end":99,"score":1}]' }],
  ] as const

  test.each(lies)('that %s: closed, so the request is refused, and the log says why', async (_, why, lie) => {
    await reload({ people: timeoutFor(why) })
    people.behave(lie)
    const before = house.upstream.requestCount
    const answer = await askFor('redact', NAME)
    expectRefused(answer, 503, 'inspection_failed')
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(answer.text).not.toContain('people')
    expect(house.upstream.requestCount).toBe(before)
    const { outcome, intent } = await house.exchange(answer.id)
    expect(intent).toBeUndefined()
    expect(outcome.own).toMatchObject({ reason: 'inspection_failed', reason_detail: `people: ${why}` })
  })

  test.each(lies)('that %s: open, so it passes without it, and the log counts that', async (_, why, lie) => {
    await reload({ people: { ...timeoutFor(why), onFailure: 'open' } })
    people.behave(lie)
    const answer = await askFor('redact', `${NAME} paid with ${TEST_CARD}`)
    expect(answer.status).toBe(200)
    // What the others found holds all the same.
    expect(sentUpstream()).toContain(`${NAME} paid with [redacted:pii.card]`)
    const { intent, outcome } = await house.exchange(answer.id)
    expect(intent?.own['findings']).toEqual({ 'inspection.failed:people': 1, 'pii.card': 1 })
    // Of the answer too.
    expect(outcome.own['findings']).toMatchObject({ 'inspection.failed:people': 1 })
  })

  test.each([false, true])(
    'closed, so an answer is refused (stream: %s), and what it cost is in the log',
    async (stream) => {
      moderators.behave({ kind: 'status', status: 503 })
      house.upstream.behave({ kind: 'honest', text: 'dear', pieceSize: 2 })
      const answer = await askFor('moderate', 'hi', { stream, stream_options: { include_usage: true } })
      expectRefused(answer, 503, 'inspection_failed')
      const { outcome } = await house.exchange(answer.id)
      expect(outcome.own).toMatchObject({ reason_detail: 'moderators: STATUS_503', upstream_status: 200, stream })
      expect(outcome.own['tokens']).not.toBeNull()
    },
  )

  test.each([false, true])('open, so an answer passes (stream: %s), counted', async (stream) => {
    await reload({ inspection: { onFailure: 'open' }, moderators: { timeout: '200ms' } })
    moderators.behave({ kind: 'hangs' })
    house.upstream.behave({ kind: 'honest', text: `you ${FOOL}`, pieceSize: 2 })
    const answer = await askFor('moderate', 'hi', { stream })
    expect(answer.status).toBe(200)
    expect(stream ? said(answer)[0] : contentOf(answer)).toBe(`you ${FOOL}`)
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own).toMatchObject({ findings: { 'inspection.failed:moderators': 1 }, stream })
  })

  test('by overload: those beyond what may wait are refused, the others served', async () => {
    await reload({ people: { concurrency: 1, timeout: '20s' } })
    people.behave({ kind: 'slow', ms: 5 })
    const answers = await Promise.all(Array.from({ length: 40 }, () => askFor('redact', 'hi')))
    const refused = answers.filter(({ status }) => status === 503)
    expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(40)
    expect(refused.length).toBeGreaterThan(0)
    for (const one of refused) {
      const { outcome } = await house.exchange(one.id)
      expect(outcome.own['reason_detail']).toBe('people: OVERLOADED')
    }
    expect((await askFor('redact', 'hi')).status).toBe(200)
  })

  test('is counted in the metrics by its name', async () => {
    people.behave({ kind: 'status', status: 500 })
    expectRefused(await askFor('redact', 'hi'), 503, 'inspection_failed')
    const { text } = await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })
    expect(text).toMatch(/^ostiary_inspection_failed_total\{detector="people",failure="closed"\} [1-9]/m)
  })

  test('is counted once for a request and once for its answer, though a prompt that is counted is judged twice', async () => {
    const failures = async (): Promise<number> => {
      const { text } = await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })
      return Number(/^ostiary_inspection_failed_total\{detector="people",failure="open"\} (\d+)/m.exec(text)?.[1] ?? 0)
    }
    const limited = { ...remote({ people: { onFailure: 'open' } }), limits: { promptTokens: 60 } }
    await house.running.reload(house.configure(limited), 'test')
    people.behave({ kind: 'status', status: 500 })
    const before = await failures()
    // 29 tokens by the vocabulary, 74 by a token for four characters.
    expect((await askFor('redact', 'internationalization '.repeat(14))).status).toBe(200)
    expect((await failures()) - before).toBe(2)
  })
})

describe("a detector of the operator's own", () => {
  let gateway: Gateway
  afterEach(() => gateway.close())

  test('that throws is one that failed, and stands beside those here', async () => {
    const log = new HeldLog()
    const rude: RemoteDetector = {
      ...createRemoteWordDetector(new Map([['x', 'pii.person']])),
      inspect() {
        throw new RangeError(`cannot look at ${NAME}`)
      },
    }
    const remoteDetectors = [{ detector: rude, whenIll: 'closed', timeoutMs: 1000 }] as const
    gateway = await gatewayWith(log, house.config, { rules: { remoteDetectors } })
    const headers = { authorization: `Bearer ${await house.token()}`, 'content-type': 'application/json' }
    const body = Buffer.from(JSON.stringify(prompt(NAME, { model: 'redact' })))
    expectRefused(await send(gateway.url, body, { headers }), 503, 'inspection_failed')
    const entry = await until(() => log.entries.at(-1))
    expect(entry).toContain('"reason_detail":"words-elsewhere: RangeError"')
    expect(entry).not.toContain(NAME)
  })
})
