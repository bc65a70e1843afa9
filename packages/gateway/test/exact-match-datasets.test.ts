import { randomBytes } from 'node:crypto'
import {
  BENCH_GROUP,
  BENCH_LATTICE,
  BENCH_ROWS,
  BENCH_TABLE,
  createMemoryDocuments,
  createMemoryStore,
  createMemoryTables,
} from '@ostiary/testkit'
import { afterEach, expect, test } from 'vitest'
import { type OpenFingerprints, openFingerprints } from '../src/fingerprints/fingerprints.js'
import type { Gateway } from '../src/gateway.js'
import type { Dataset, Store } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { prompt, send } from './http.js'
import { gatewayWith, HeldLog, ledgerWith } from './parts.js'

// What alice reads of a dataset, in bob's prompt.

const POLICIES = `
@id("read") permit (principal in Group::"analysts", action in [Action::"queryDataset", Action::"searchDataset"], resource is Dataset);
@id("invoke") permit (principal, action == Action::"invoke", resource is Model);
@id("stays-home") forbid (principal, action == Action::"invoke", resource == Model::"other-model")
when { context.labels.containsAny(["confidential", "restricted"]) };
`
const TEXT =
  'the board has decided to close the works at Lindenau by the end of the second quarter and to tell nobody before the audit is over'
const clock = { now: Date.now }

interface Room {
  readonly house: House
  readonly gateway: Gateway
  readonly known: OpenFingerprints
}

const opened: { close(): Promise<void> | void }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function open(policies = POLICIES, put: Store['put'] | undefined = undefined): Promise<Room> {
  const house = await openHouse({ policies })
  opened.push(house)
  const tables = createMemoryTables({ tables: [BENCH_TABLE], group: BENCH_GROUP, rows: BENCH_ROWS })
  const documents = createMemoryDocuments()
  const classification = { level: 'restricted', categories: [] }
  await documents.put([{ id: 'works', title: 'The works', text: TEXT, classification, readers: ['*'], attributes: {} }])
  const base = {
    ...{ owner: 'sales', lattice: BENCH_LATTICE, purposes: [], labels: [] },
    classification: { level: 'internal', categories: [] },
  }
  const datasets = new Map<string, Dataset>([
    ['crm', { ...base, name: 'crm', source: { kind: 'tables', tables, catalogue: [], stallMs: 5000, readsMax: 100 } }],
    ['board', { ...base, name: 'board', source: { kind: 'documents', documents, attributes: new Map(), hitsMax: 10 } }],
  ])
  const store = createMemoryStore(clock)
  const known = await openFingerprints({
    ...{ store: put === undefined ? store : { ...store, put }, clock, secret: randomBytes(32) },
    ...{ rules: { ttlMs: 3_600_000, max: 10_000 }, onIll: () => undefined },
  })
  const ledger = await ledgerWith(store, clock)
  const gathering = { findings: new Map(), toolResults: [], known }
  const gateway = await gatewayWith(new HeldLog(), house.config, { store, ledger, rules: { datasets, gathering } })
  opened.push(known, ledger, gateway)
  return { house, gateway, known }
}

async function post(room: Room, path: string, body: unknown, as: string): Promise<{ status: number; text: string }> {
  const token = await room.house.token(as, { scope: 'datasets:read models:invoke' })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return send(room.gateway.url, Buffer.from(JSON.stringify(body)), { path, headers })
}
const query = (room: Room, sql: string) =>
  post(room, '/v1/datasets/crm/query', { sql, parameters: sql.includes('$1') ? [7] : [] }, 'alice')
const ask = async (room: Room, content: string): Promise<number> =>
  (await post(room, '/v1/chat/completions', { ...prompt(content), model: 'other-model' }, 'bob')).status

test('a value of a row that was read is known in the prompts of others, before it is told [datasets.known-again]', async () => {
  const room = await open()
  const first = await query(room, 'SELECT email FROM people WHERE id = $1')
  const [[email = ''] = []] = (JSON.parse(first.text) as { rows: string[][] }).rows
  expect(email).toContain('@')
  expect(room.known.size).toBe(1)
  expect(await ask(room, 'hello')).toBe(200)
  expect(await ask(room, `write to <${email.toUpperCase()}>`)).toBe(403)
})

test('a passage that was found is too [datasets.known-again]', async () => {
  const room = await open()
  expect(await ask(room, `Translate: ${TEXT.slice(30, 100)}`)).toBe(200)
  expect((await post(room, '/v1/datasets/board/search', { query: 'works' }, 'alice')).text).toContain('Lindenau')
  expect(await ask(room, `Translate: ${TEXT.slice(30, 100)}`)).toBe(403)
})

test('nothing is remembered of what was masked, or is of a low classification', async () => {
  const masked = POLICIES.replace('@id("read")', '@id("read") @obligation("column:mask:pii")')
  const room = await open(masked)
  expect((await query(room, 'SELECT id, name, email FROM people')).status).toBe(200)
  expect(room.known.isEmpty).toBe(true)
})

test('nothing is told that cannot be remembered', async () => {
  const room = await open(POLICIES, (space) =>
    space === 'fingerprints' ? Promise.reject(new Error('away')) : Promise.resolve(true),
  )
  const answer = await query(room, 'SELECT email FROM people WHERE id = $1')
  expect({ status: answer.status, code: answer.text.includes('overloaded') }).toEqual({ status: 503, code: true })
  expect(answer.text).not.toContain('@')
})
