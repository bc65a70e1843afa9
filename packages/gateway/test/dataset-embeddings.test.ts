import type { UpstreamRequest } from '@ostiary/devkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closeAll, datasetsOf, type HeldDatasets } from '../src/compose/datasets.js'
import type { Document } from '../src/spec/index.js'
import type { Entry } from './entries.js'
import { type House, openHouse } from './house.js'
import { type Answer, send } from './http.js'
import { PGVECTOR, startPostgres } from './postgres.js'
import { json } from './scripted-openai.js'
import { until } from './until.js'

// Documents that are found by their meaning, through a whole gateway: vectors come from a provider, by way of the gate itself.

const GATE = 'http://127.0.0.1:8787'
const POLICIES = `
@id("all-search") permit (principal, action == Action::"searchDataset", resource is Dataset);
@id("analysts-embed") @obligation("redact:pii.email")
permit (principal in Group::"analysts", action == Action::"embed", resource == Model::"embedder");
@id("the-handbook-embeds-for-them")
permit (principal == Agent::"${GATE}#dataset:handbook", action == Action::"embed", resource == Model::"embedder");
@id("operators") permit (principal in Group::"security", action == Action::"administer", resource);
@id("the-handbook-is-embedded")
permit (principal == Service::"${GATE}#dataset:handbook", action == Action::"embed", resource == Model::"embedder");
@id("restricted-stays-home") forbid (principal, action == Action::"embed", resource is Model)
when { context.labels.contains("restricted") && resource has hosting && resource.hosting == "external" };
`
const SCOUT_MAY = `
@id("scout-embeds") permit (principal in Group::"agents", action == Action::"embed", resource == Model::"embedder");
`

const PUBLIC = { level: 'public', categories: [] }
const MEANINGS = [/leave|vacation|holiday/i, /canteen|lunch|meal/i, /salar|pay/i]

/** Knows what three kinds of words mean, and that nothing else means anything. */
function vectorOf(text: string): readonly number[] {
  return [...MEANINGS.map((one) => (one.test(text) ? 1 : 0)), 0.25]
}

function inputOf({ body }: UpstreamRequest): readonly string[] {
  return (JSON.parse(String(body)) as { input: string[] }).input
}

const embeds = (request: UpstreamRequest) => {
  const data = inputOf(request).map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }))
  return json({ object: 'list', model: 'm', data, usage: { prompt_tokens: 3, total_tokens: 3 } })
}

let house: House

async function open(policies = POLICIES, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  house = await openHouse({
    policies,
    config: {
      models: [{ name: 'embedder', provider: 'lying', attributes: { hosting: 'external' } }],
      datasets: [
        {
          name: 'handbook',
          documents: { store: 'sqlite:./handbook.db', embeddings: { model: 'embedder' } },
        },
        { name: 'salaries', documents: { store: 'sqlite:./salaries.db' } },
      ],
      ...more,
    },
  })
  house.upstream.behave(embeds)
}

/** What came of each document, or why it came to an end. */
async function put(documents: readonly Document[], dataset = 'handbook'): Promise<unknown> {
  const url = house.running.gateway.adminUrl
  const token = await house.token('carol', { scope: 'admin:datasets' })
  const all = documents.map(({ classification: { categories, level }, readers: _, ...one }) => {
    return { ...one, classification: level, categories }
  })
  const answer = await send(url, Buffer.from(JSON.stringify({ dataset, access: ['*'], documents: all })), {
    path: '/datasets/documents',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', host: new URL(url).host },
  })
  const said = answer.json() as { documents?: { outcome: string }[]; detail?: string }
  return said.documents?.map(({ outcome }) => outcome) ?? answer.text
}

const document = (id: string, text: string, more: Partial<Document> = {}): Document => ({
  ...{ id, title: '', text, classification: PUBLIC, readers: ['*'], attributes: {} },
  ...more,
})

const LEAVE = document('leave', 'Parents stay at home for twelve months: parental leave is paid.')
const LUNCH = document('lunch', 'The canteen is open at noon.')

beforeEach(async () => {
  await open()
  expect(await put([LEAVE, LUNCH])).toEqual(['put', 'put'])
})

afterEach(async () => {
  await house.finish()
})

interface Found extends Answer {
  readonly by: unknown
  readonly ids: readonly string[]
}

async function search(
  query: string,
  as = 'alice',
  dataset = 'handbook',
  more: Readonly<Record<string, string>> = {},
): Promise<Found> {
  const token = await house.token(as, { scope: 'datasets:read' })
  const answer = await send(house.url, Buffer.from(JSON.stringify({ query })), {
    path: `/v1/datasets/${dataset}/search`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
  })
  const { by, results = [] } = answer.json() as { by?: string; results?: { id: string }[] }
  return { ...answer, by, ids: results.map(({ id }) => id) }
}

/** All texts that the provider was sent, since it was last asked. */
let told = 0
function sent(): readonly string[] {
  const all = house.upstream.received.slice(told).flatMap(inputOf)
  told = house.upstream.received.length
  return all
}
beforeEach(() => {
  told = 0
})

async function embedIntents(): Promise<readonly Entry[]> {
  const intents = (await house.entries()).filter(({ type }) => type === 'intent')
  return intents.filter(({ data }) => (data['api'] as { operation: string }).operation === 'embed')
}

describe('a search', () => {
  test('finds by meaning what has no word of it, through the gate in the name of who asks [embedding.as-the-caller]', async () => {
    expect(sent()).toEqual([LEAVE.text, LUNCH.text])
    const before = (await embedIntents()).length
    const found = await search('vacation')
    expect([found.status, found.by, found.ids[0]]).toEqual([200, 'words+meaning', 'leave'])
    expect(sent()).toEqual(['vacation'])
    const [intent, ...others] = (await embedIntents()).slice(before)
    expect(others).toEqual([])
    expect(intent?.own['decided']).toMatchObject({
      determining: expect.arrayContaining(['analysts-embed', 'the-handbook-embeds-for-them']),
    })
    expect(intent?.data['actor']).toMatchObject({ ostiary: { kind: 'Agent' }, user: { type: 'User' } })
    // Neither the caller's credential nor ours.
    const [last] = house.upstream.received.slice(-1)
    expect(last?.headers.get('authorization')).toMatch(/^Bearer the-operators-own/)
  })

  test('is inspected as any request to the model is', async () => {
    expect((await search('vacation of ann@example.com')).by).toBe('words+meaning')
    expect(sent().at(-1)).toMatch(/^vacation of /)
    expect(house.upstream.received.map(({ body }) => String(body)).join()).not.toContain('ann@example.com')
  })

  test('goes on by its words where policy forbids the caller the model [embedding.falls-back]', async () => {
    sent()
    const found = await search('vacation in the canteen', 'bob')
    expect([found.status, found.by, found.ids]).toEqual([200, 'words', expect.arrayContaining(['lunch'])])
    expect((await search('vacation', 'bob')).ids).toEqual([])
    expect(found.text).not.toContain('policy')
    expect(sent()).toEqual([])
    const metrics = await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })
    expect(metrics.text).toContain('ostiary_search_by_words_total{dataset="handbook",reason="forbidden_by_policy"} 2')
  })

  test('of who has read what may not leave never reaches a model outside [embedding.labels]', async () => {
    const classification = { level: 'restricted', categories: [] }
    await put([document('board', 'The board is paid well.', { classification })], 'salaries')
    expect((await search('vacation')).by).toBe('words+meaning')
    const first = await search('board', 'alice', 'salaries')
    expect([first.ids, first.by]).toEqual([['board'], undefined])
    sent()
    const found = await search('what the board is paid on vacation')
    expect([found.status, found.by]).toEqual([200, 'words'])
    expect(sent()).toEqual([])
  })

  test('is decided with the labels of its session, where labels stay with sessions', async () => {
    await house.finish()
    await open(POLICIES, { ledger: { scope: 'session' } })
    await put([LEAVE])
    const classification = { level: 'restricted', categories: [] }
    await put([document('board', 'The board is paid well.', { classification })], 'salaries')
    const token = await house.token('alice', { scope: 'datasets:read' })
    const minted = await send(house.url, Buffer.from('{}'), {
      path: '/v1/sessions',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    const session = { 'ostiary-session': (minted.json() as { id: string }).id }
    expect((await search('vacation', 'alice', 'handbook', session)).by).toBe('words+meaning')
    expect((await search('board', 'alice', 'salaries', session)).ids).toEqual(['board'])
    expect((await search('vacation', 'alice', 'handbook', session)).by).toBe('words')
    expect((await search('vacation')).by).toBe('words+meaning')
  })

  test('waits for a provider that does not answer for five seconds, and goes on by its words', async () => {
    house.upstream.behave({ kind: 'never-answers' })
    const found = await search('canteen')
    expect([found.status, found.by, found.ids]).toEqual([200, 'words', ['lunch']])
    const metrics = await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })
    expect(metrics.text).toContain('ostiary_search_by_words_total{dataset="handbook",reason="upstream_timeout"} 1')
  }, 120_000)

  test('compares vectors of one model alone', async () => {
    const models = [
      { name: 'embedder', provider: 'lying', upstreamModel: 'another', attributes: { hosting: 'external' } },
    ]
    await house.running.reload(house.configure({ models }), 'test')
    const found = await search('vacation')
    expect([found.by, found.ids]).toEqual(['words+meaning', []])
    await put([LEAVE])
    expect((await search('vacation')).ids).toEqual(['leave'])
  })

  test.each([
    ['is away', () => json({ error: { message: 'down', code: null } }, 500)],
    ['refuses', () => json({ error: { message: 'no', code: 'model_not_found' } }, 404)],
    ['says what is no vector', () => json({ object: 'list', model: 'm', data: [] })],
    ['says no direction', () => json({ object: 'list', model: 'm', data: [{ index: 0, embedding: [0, 0] }] })],
    ['is no model', () => ({ kind: 'not-http' }) as const],
  ])('goes on by its words where the provider %s [embedding.falls-back]', async (_, how) => {
    house.upstream.behave(how)
    const found = await search('vacation from the canteen')
    expect([found.status, found.by, found.ids]).toEqual([200, 'words', ['lunch', 'leave'].slice(0, found.ids.length)])
  })

  test('of an agent is embedded in its own name: what is forbidden it the dataset does not do for it', async () => {
    sent()
    expect((await search('vacation', 'scout')).by).toBe('words')
    expect(sent()).toEqual([])
    house.writePolicies(POLICIES + SCOUT_MAY)
    await house.running.reload(house.configure({}), 'test')
    const found = await search('vacation', 'scout')
    expect([found.by, found.ids[0]]).toEqual(['words+meaning', 'leave'])
  })

  test('ends with the caller, and so does the request to the model', async () => {
    house.upstream.behave({ kind: 'never-answers' })
    const token = await house.token('alice', { scope: 'datasets:read' })
    const gone = new AbortController()
    const asking = send(house.url, Buffer.from(JSON.stringify({ query: 'vacation' })), {
      path: '/v1/datasets/handbook/search',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: gone.signal,
    })
    const over = asking.catch((error: unknown) => error)
    await until(() => house.upstream.answering > 0)
    gone.abort()
    await over
    await until(async () => {
      const { length } = (await house.entries()).filter(({ own }) => own['outcome'] === 'left')
      return length === 2
    })
  })
})

describe('documents', () => {
  test('are put as the dataset itself, which policy must permit, or not at all [embedding.documents]', async () => {
    expect(await put([document('meal', 'A meal.')])).toEqual(['put'])
    house.writePolicies(POLICIES.replace('permit (principal == Service::', 'forbid (principal == Service::'))
    await house.running.reload(house.configure({}), 'test')
    sent()
    expect(await put([document('pay', 'Pay day.')])).toContain(
      "They were not put, as the dataset's model did not embed them: Policy does not permit this request. (`forbidden_by_policy`)",
    )
    expect(sent()).toEqual([])
    expect((await search('pay day')).ids).not.toContain('pay')
  })

  test('of a label that may not leave are sent to no model outside [embedding.labels]', async () => {
    sent()
    const classification = { level: 'restricted', categories: ['pii'] }
    expect(await put([document('pay', 'The salary of the head.', { classification })])).toContain('forbidden_by_policy')
    expect(sent()).toEqual([])
    expect((await search('salary')).ids).not.toContain('pay')
  })

  test('are sent so many at a time', async () => {
    sent()
    const before = house.upstream.received.length
    await put(Array.from({ length: 150 }, (_, at) => document(`d${at}`, `Holiday ${at}.`)))
    expect(sent()).toHaveLength(150)
    expect(house.upstream.received.length - before).toBe(3)
    expect((await search('vacation')).ids.length).toBeGreaterThan(40)
  })

  test('do not keep a gateway that ends waiting for their provider', async () => {
    house.upstream.behave({ kind: 'never-answers' })
    const putting = put([document('meal', 'A meal.')]).catch((error: unknown) => error)
    await until(() => house.upstream.answering > 0)
    await house.stop()
    expect(await putting).toBeInstanceOf(Error)
    expect((await house.entries()).filter(({ own }) => own['outcome'] === 'left')).toHaveLength(1)
  })

  test('are put into no dataset that keeps vectors where no gateway runs', async () => {
    const config = house.configure({})
    const alone: HeldDatasets = new Map()
    const opened = await datasetsOf(config, { clock: { now: Date.now }, report: () => undefined }, alone)
    await opened.settle()
    const [source] = [...alone.values()].map((one) => one.source)
    if (source?.kind !== 'documents') throw new Error('no documents')
    await expect(source.documents.put([LUNCH])).rejects.toThrow('endpoint_not_governed')
    await closeAll(alone.values())
  })
})

describe.skipIf(!PGVECTOR)('documents in a PostgreSQL (needs pgvector)', () => {
  test('are embedded and found by meaning as those in a file are, each by who may see it [embedding.as-the-caller] [embedding.documents]', async () => {
    await house.finish()
    const server = await startPostgres()
    const documents = { store: server.url, embeddings: { model: 'embedder' } }
    try {
      await open(POLICIES, { datasets: [{ name: 'handbook', documents }] })
      expect(await put([LEAVE, LUNCH])).toEqual(['put', 'put'])
      expect(sent()).toEqual([LEAVE.text, LUNCH.text])
      const found = await search('vacation')
      expect([found.status, found.by, found.ids[0]]).toEqual([200, 'words+meaning', 'leave'])
      const token = await house.token('carol', { scope: 'admin:datasets' })
      const url = house.running.gateway.adminUrl
      await send(url, Buffer.from(JSON.stringify({ dataset: 'handbook', id: 'leave', access: ['group:board'] })), {
        path: '/datasets/documents/reclassify',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', host: new URL(url).host },
      })
      expect((await search('vacation')).ids).toEqual(['lunch'])
      expect((await search('vacation in the canteen', 'bob')).by).toBe('words')
      house.writePolicies(POLICIES.replace('permit (principal == Service::', 'forbid (principal == Service::'))
      await house.running.reload(house.configure({}), 'test')
      expect(await put([document('pay', 'Pay day.')])).toContain("as the dataset's model did not embed them")
      expect(await server.run("select from ostiary_documents where id = 'pay'")).toEqual([])
    } finally {
      await house.stop()
      await server.remove()
    }
  })
})
