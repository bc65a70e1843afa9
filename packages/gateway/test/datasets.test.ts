import { connect } from 'node:net'
import {
  BENCH_GROUP,
  BENCH_LATTICE,
  BENCH_ROWS,
  BENCH_TABLE,
  createMemoryDocuments,
  createMemoryStore,
  createMemoryTables,
} from '@ostiary/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import type { Gateway } from '../src/gateway.js'
import type { OpenLedger } from '../src/ledger/ledger.js'
import type { ChangedQuery, Classification, Dataset, Document, TableSource } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { send } from './http.js'
import { gatewayWith, HeldLog, ledgerWith } from './parts.js'
import { principal } from './principals.js'
import { until } from './until.js'

// Reads of datasets through a whole gateway, over tables and documents that are in this process.

const ANALYSTS_READ = `
@id("read") permit (principal in Group::"analysts", action in [Action::"queryDataset", Action::"searchDataset"], resource is Dataset)
when { principal.scopes.contains("datasets:read") };
@id("invoke") permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
`

const PUBLIC: Classification = { level: 'public', categories: [] }
const RESTRICTED: Classification = { level: 'restricted', categories: ['pii'] }

function document(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: `About ${id}`, text, classification: PUBLIC, readers: ['*'], attributes: {}, ...more }
}

const opened: { close(): Promise<void> | void }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

interface Room {
  readonly gateway: Gateway
  readonly house: House
  readonly log: HeldLog
  readonly ledger: OpenLedger
}

async function open(policies = ANALYSTS_READ, more: Partial<Dataset> = {}): Promise<Room> {
  const house = await openHouse({ policies })
  opened.push(house)
  const tables = createMemoryTables({ tables: [BENCH_TABLE], group: BENCH_GROUP, rows: BENCH_ROWS })
  const documents = createMemoryDocuments()
  await documents.put([
    document('lunch', 'the canteen serves lunch at noon', { attributes: { author: 'jo' } }),
    document('pay', 'lunch is paid by the head of pay', { classification: RESTRICTED }),
    document('board', 'the board has lunch alone', { readers: ['group:board'] }),
  ])
  const base = {
    ...{ owner: 'sales', lattice: BENCH_LATTICE, purposes: ['support', 'audit'], labels: [] },
    classification: { level: 'confidential', categories: [] },
    ...more,
  }
  const catalogue = [
    {
      name: 'public.people',
      columns: BENCH_TABLE.columns.map(({ classification, name }) => ({ name, classification })),
    },
  ]
  const attributes = new Map([['author', { level: 'internal', categories: [] }]])
  const datasets = new Map<string, Dataset>([
    ['crm', { ...base, name: 'crm', source: { kind: 'tables', tables, catalogue, stallMs: 500, readsMax: 100 } }],
    ['handbook', { ...base, name: 'handbook', source: { kind: 'documents', documents, attributes, hitsMax: 10 } }],
  ])
  const log = new HeldLog()
  const store = createMemoryStore({ now: Date.now })
  const ledger = await ledgerWith(store, { now: Date.now })
  const gateway = await gatewayWith(log, house.config, { store, ledger, rules: { datasets } })
  opened.push(gateway, ledger)
  return { gateway, house, log, ledger }
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly json: Record<string, unknown>
  readonly text: string
}

async function post(
  room: Room,
  path: string,
  body: unknown,
  as = 'alice',
  headers: Record<string, string> = {},
): Promise<Answered> {
  const token = await room.house.token(as, { scope: 'datasets:read models:invoke' })
  const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
  const answer = await send(room.gateway.url, Buffer.from(JSON.stringify(body)), { path, headers: all })
  return { ...answer, json: parsed(answer.text) }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

const query = (room: Room, sql: string, more: Record<string, unknown> = {}, as = 'alice'): Promise<Answered> =>
  post(room, '/v1/datasets/crm/query', { sql, ...more }, as)
const search = (room: Room, text: string, more: Record<string, unknown> = {}, as = 'alice'): Promise<Answered> =>
  post(room, '/v1/datasets/handbook/search', { query: text, ...more }, as)

const labelsOf = (room: Room, subject = 'alice'): readonly string[] =>
  room.ledger.labelsOf(principal({ issuer: room.house.issuer.issuer, subject }), undefined)

describe('a query', () => {
  test('gives columns with their classification, and the rows', async () => {
    const room = await open()
    const answer = await query(room, 'SELECT id, name, active FROM people WHERE id = $1', { parameters: [4] })
    expect(answer.json).toEqual({
      columns: [
        { name: 'id', type: 'integer', classification: 'internal', categories: [] },
        { name: 'name', type: 'text', classification: 'internal', categories: [] },
        { name: 'active', type: 'boolean', classification: 'internal', categories: [] },
      ],
      rows: [[4, 'Žofie 4', true]],
      truncated: false,
      complete: true,
    })
    expect(answer.headers).toMatchObject({ 'ostiary-decision': 'permit', 'cache-control': 'no-store' })
    expect(answer.headers['ostiary-receipt']).toBeDefined()
  })

  test('is decided by what it would read [datasets.by-what-is-read]', async () => {
    const room = await open(
      `${ANALYSTS_READ}@id("no-pay") forbid (principal, action == Action::"queryDataset", resource) when { resource.classification == "restricted" };`,
    )
    expect((await query(room, 'SELECT id FROM people')).status).toBe(200)
    const refused = await query(room, 'SELECT salary FROM people')
    expect([refused.status, refused.json['code']]).toEqual([403, 'forbidden_by_policy'])
    expect(refused.text).not.toContain('40000')
  })

  test('brings the labels of what was read, once it was read [datasets.labels]', async () => {
    const room = await open()
    expect(labelsOf(room)).toEqual([])
    await query(room, 'SELECT id FROM people')
    expect(labelsOf(room)).toEqual(['internal'])
    await query(room, 'SELECT salary FROM people')
    expect(labelsOf(room)).toEqual(['finance', 'internal', 'restricted'])
    expect(labelsOf(room, 'bob')).toEqual([])
  })

  test('has its columns masked and left out as policy wants, and these bring nothing [datasets.columns]', async () => {
    const room = await open(
      ANALYSTS_READ.replace('@id("read")', '@id("read") @obligation("column:mask:pii, column:drop:finance")'),
    )
    const answer = await query(room, 'SELECT id, email, salary FROM people WHERE id = $1', { parameters: [7] })
    expect(answer.json['columns']).toMatchObject([{ name: 'id' }, { name: 'email', changed: true }])
    expect(answer.json['rows']).toEqual([[7, '***']])
    expect(answer.headers['ostiary-decision']).toBe('transform')
    expect(labelsOf(room)).toEqual(['internal'])
    const hidden = await query(room, 'SELECT id FROM people WHERE email = $1', {
      parameters: ['person-7@people.example'],
    })
    expect([hidden.status, hidden.json['code']]).toEqual([422, 'obligation_failed'])
  })

  test('has placeholders for values that policy wants replaced: one for one value', async () => {
    const room = await open(ANALYSTS_READ.replace('@id("read")', '@id("read") @obligation("column:tokenize:pii")'))
    const email = async (): Promise<unknown> =>
      (await query(room, 'SELECT email FROM people WHERE id = $1', { parameters: [7] })).json['rows']
    const first = await email()
    expect(first).toEqual([[expect.stringMatching(/^\[VALUE_[0-9A-Z]{8}\]$/)]])
    expect(await email()).toEqual(first)
    expect(labelsOf(room)).toEqual(['internal'])
  })

  test('has rows left out and counted off as policy wants', async () => {
    const room = await open(ANALYSTS_READ.replace('@id("read")', '@id("read") @obligation("limit:rows:3")'))
    const answer = await query(room, 'SELECT id FROM people')
    expect(answer.json).toMatchObject({ rows: [[1], [2], [3]], truncated: true, complete: true })
  })

  test('says what for where policy demands it [datasets.purpose]', async () => {
    const room = await open(
      `${ANALYSTS_READ.replace('@id("read")', '@id("read") @obligation("require:purpose")')}
@id("audit-only") forbid (principal, action == Action::"queryDataset", resource) when { context has purpose && context.purpose == "audit" };`,
    )
    const ask = async (purpose?: string): Promise<unknown[]> => {
      const { json, status } = await query(room, 'SELECT id FROM people WHERE id = $1', {
        parameters: [1],
        ...(purpose === undefined ? {} : { purpose }),
      })
      return [status, json['code']]
    }
    expect(await ask()).toEqual([400, 'invalid_request'])
    expect(await ask('spying')).toEqual([400, 'invalid_request'])
    expect(await ask('audit')).toEqual([403, 'forbidden_by_policy'])
    expect(await ask('support')).toEqual([200, undefined])
  })

  test('that is wrong is told so only to whoever may read something', async () => {
    const room = await open()
    expect((await query(room, 'DROP TABLE people')).json['code']).toBe('invalid_request')
    expect((await query(room, 'DROP TABLE people', {}, 'bob')).json['code']).toBe('forbidden_by_policy')
    expect((await query(room, 'SELECT id FROM people', {}, 'bob')).json['code']).toBe('forbidden_by_policy')
  })

  test.each([
    [{}, 'sql'],
    [{ sql: '' }, 'sql'],
    [{ sql: 3 }, 'sql'],
    [{ sql: 'SELECT id FROM people', parameters: {} }, 'parameters'],
    [{ sql: 'SELECT id FROM people', parameters: [[1]] }, 'parameters'],
    [{ sql: 'SELECT id FROM people', purpose: 3 }, 'purpose'],
    [{ sql: 'SELECT id FROM people', params: [] }, 'unknown member'],
    [['sql'], 'no JSON object'],
  ])('%j is refused', async (body, what) => {
    const room = await open()
    const answer = await post(room, '/v1/datasets/crm/query', body)
    expect([answer.status, answer.json['code']]).toEqual([400, 'invalid_request'])
    expect(answer.text).toContain(what)
  })

  test('has an intent before anything is read, and an outcome with how much was', async () => {
    const room = await open()
    await query(room, 'SELECT salary FROM people')
    const entries = room.log.entries.map(
      (text) =>
        JSON.parse(text) as { type: string; data: { unmapped: Record<string, unknown>; api: { operation: string } } },
    )
    const [intent, outcome] = entries
    expect(intent).toMatchObject({
      type: 'ai.ostiary.intent',
      data: {
        api: { operation: 'queryDataset' },
        unmapped: {
          asked: [{ classification: { level: 'restricted', categories: ['finance'] } }],
          labels: { before: [], after: ['finance', 'internal', 'restricted'] },
          purpose: null,
          resource: 'crm',
        },
      },
    })
    expect(outcome).toMatchObject({
      type: 'ai.ostiary.outcome',
      data: { unmapped: { outcome: 'done', rows: 100, status: 200 } },
    })
    expect(JSON.stringify(entries)).not.toContain('salary')
  })

  test('reads nothing where it cannot be recorded', async () => {
    const room = await open()
    room.log.mode = 'loses'
    const answer = await query(room, 'SELECT salary FROM people')
    expect([answer.status, answer.json['code']]).toEqual([503, 'audit_unavailable'])
    expect(answer.text).not.toContain('40000')
  })

  test('ends where its caller takes no more of it, and gives up what it holds', async () => {
    const house = await openHouse({ policies: ANALYSTS_READ })
    let returned = false
    const wide = 'x'.repeat(1024 * 1024)
    const tables: TableSource = {
      async prepare() {
        const column = { name: 'a', type: 'text', cells: 'text', classification: PUBLIC, origin: undefined } as const
        const changed: ChangedQuery = {
          columns: [{ ...column, act: undefined }],
          async *read() {
            try {
              for (;;) yield { kind: 'proceed', value: { rows: [[wide]], ended: false, isTruncated: false } }
            } finally {
              returned = true
            }
          },
        }
        const reading = { columns: [column], touched: [], tables: [] }
        return { kind: 'proceed', value: { reading, change: () => ({ kind: 'proceed', value: changed }) } }
      },
      close: async () => undefined,
    }
    const dataset: Dataset = {
      ...{ name: 'crm', owner: '', lattice: BENCH_LATTICE, classification: PUBLIC, purposes: [], labels: [] },
      source: { kind: 'tables', tables, catalogue: [], stallMs: 100, readsMax: 100 },
    }
    const log = new HeldLog()
    const gateway = await gatewayWith(log, house.config, { rules: { datasets: new Map([['crm', dataset]]) } })
    opened.push(house, gateway)
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    const body = '{"sql":"SELECT a"}'
    const token = await house.token('alice', { scope: 'datasets:read' })
    socket.write(
      `POST /v1/datasets/crm/query HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await until(() => returned)
    await until(() => log.entries.some((text) => text.includes('request_timeout')))
    socket.destroy()
  })

  test('gives lines to whoever asks for them', async () => {
    const room = await open()
    const answer = await post(room, '/v1/datasets/crm/query', { sql: 'SELECT id FROM people' }, 'alice', {
      accept: 'application/x-ndjson',
    })
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(lines).toHaveLength(BENCH_ROWS + 2)
    expect(lines.at(0)).toMatchObject({ columns: [{ name: 'id' }] })
    expect(lines.at(1)).toEqual([1])
    expect(lines.at(-1)).toEqual({ truncated: true, complete: true })
  })
})

describe('a search', () => {
  test('finds what the caller may see, and nothing else has a place in it [datasets.search-within]', async () => {
    const room = await open(
      `${ANALYSTS_READ}@id("no-pay") forbid (principal, action == Action::"searchDataset", resource) when { resource.classification == "restricted" };`,
    )
    const answer = await search(room, 'lunch')
    const { results } = answer.json as { results: { id: string }[] }
    expect(results.map(({ id }) => id)).toEqual(['lunch'])
    expect(labelsOf(room)).toEqual(['internal'])
  })

  test('brings the labels of what was found alone', async () => {
    const room = await open()
    await search(room, 'canteen')
    expect(labelsOf(room)).toEqual(['internal'])
    const answer = await search(room, 'lunch')
    expect((answer.json['results'] as { id: string }[]).map(({ id }) => id).sort()).toEqual(['lunch', 'pay'])
    expect(labelsOf(room)).toEqual(['internal', 'pii', 'restricted'])
    const outcome = room.log.entries.map((text) => JSON.parse(text) as { data: { unmapped: object } }).at(-1)
    expect(outcome?.data.unmapped).toMatchObject({ rows: 2, labels_brought: ['internal', 'pii', 'restricted'] })
  })

  test('shows what is known of a document as far as policy lets', async () => {
    const noInternal = `${ANALYSTS_READ}@id("public") forbid (principal, action == Action::"searchDataset", resource) unless { resource.classification == "public" };`
    const room = await open(noInternal)
    const answer = await search(room, 'canteen')
    expect(answer.json['results']).toMatchObject([
      { id: 'lunch', attributes: {}, classification: 'public', categories: [] },
    ])
    expect(labelsOf(room)).toEqual([])
  })

  test('is nobody else’s to see', async () => {
    const room = await open()
    expect((await search(room, 'lunch', {}, 'bob')).json['code']).toBe('forbidden_by_policy')
  })
})

describe('the list', () => {
  const list = async (room: Room, as: string): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${await room.house.token(as, { scope: 'datasets:read' })}` }
    const answer = await fetch(`${room.gateway.url}/v1/datasets`, { headers })
    return (await answer.json()) as Record<string, unknown>
  }

  test('has what the caller may read, and of tables the columns that it may see', async () => {
    const room = await open(
      ANALYSTS_READ.replace('@id("read")', '@id("read") @obligation("column:mask:pii, column:drop:restricted")'),
    )
    expect(await list(room, 'alice')).toEqual({
      datasets: [
        {
          ...{
            name: 'crm',
            owner: 'sales',
            purposes: ['support', 'audit'],
            classification: 'confidential',
            categories: [],
          },
          query: '/v1/datasets/crm/query',
          tables: [
            {
              name: 'public.people',
              columns: [
                { name: 'id', classification: 'internal', categories: [] },
                { name: 'name', classification: 'internal', categories: [] },
                { name: 'email', classification: 'confidential', categories: ['pii'], changed: true },
                { name: 'active', classification: 'internal', categories: [] },
              ],
            },
          ],
        },
        expect.objectContaining({ name: 'handbook', search: '/v1/datasets/handbook/search' }),
      ],
    })
    expect(await list(room, 'bob')).toEqual({ datasets: [] })
  })
})

test('a dataset that is not there, or is of the other kind, is not found', async () => {
  const room = await open()
  for (const path of ['/v1/datasets/none/query', '/v1/datasets/handbook/query', '/v1/datasets/crm/search']) {
    const body = path.endsWith('query') ? { sql: 'SELECT 1' } : { query: 'x' }
    const answer = await post(room, path, body)
    expect([answer.status, answer.json['code']]).toEqual([404, 'dataset_not_found'])
  }
})

test('a token without the scope is not let in', async () => {
  const room = await open()
  const headers = {
    authorization: `Bearer ${await room.house.token('alice', { scope: 'models:invoke' })}`,
    'content-type': 'application/json',
  }
  const answer = await send(room.gateway.url, Buffer.from('{"sql":"SELECT 1"}'), {
    path: '/v1/datasets/crm/query',
    headers,
  })
  expect(answer.status).toBe(403)
  expect(answer.text).toContain('insufficient_scope')
})
