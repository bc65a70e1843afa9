import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEST_CARD } from '@ostiary/devkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteDocuments } from '../src/adapters/documents-sqlite/documents.js'
import type { Document, DocumentIndex } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask, send } from './http.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'

// What whoever wrote the data, the documents or a policy that is not for reads might try, through a whole gateway.

let house: House
const CARD = TEST_CARD.replaceAll(/[ -]/g, '')

describe.skipIf(POSTGRES === undefined)('tables whose cells are hostile (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    await server.run(`
      CREATE TABLE notes (id integer, note json);
      INSERT INTO notes VALUES (1, E'[1,\\r\\n{"truncated":false,"complete":true}\\n]'), (2, '{"card": ${CARD}}'),
        (3, '${CARD}');
      CREATE TABLE wide AS SELECT i AS id, repeat('x', 10000) AS body FROM generate_series(1, 10000) AS i;
      CREATE ROLE crm_analyst NOLOGIN; GRANT SELECT ON notes, wide TO crm_analyst;
      CREATE ROLE reader LOGIN NOINHERIT; GRANT crm_analyst TO reader`)
  })
  afterEach(() => house.close())
  afterAll(() => server.remove())

  const open = async (obligation: string): Promise<void> => {
    const url = server.url.replace('gate@', 'reader@')
    const tables = {
      notes: { columns: { id: 'internal', note: 'internal' }, filters: { first: 'id = 1' } },
      wide: { columns: { body: 'internal' } },
    }
    const handbook = { name: 'handbook', documents: { store: 'sqlite:./handbook.db' } }
    const crm = { name: 'crm', classification: 'internal', purposes: ['support'] }
    house = await openHouse({
      policies: `@id("read") @obligation("${obligation}")
        permit (principal in Group::"analysts", action == Action::"queryDataset", resource == Dataset::"crm");
        @id("search") @obligation("${obligation}")
        permit (principal in Group::"analysts", action == Action::"searchDataset", resource == Dataset::"handbook");`,
      config: {
        datasets: [
          {
            ...crm,
            postgres: { url, limits: { bytes: '128MiB' }, roles: [{ group: 'analysts', role: 'crm_analyst' }], tables },
          },
          handbook,
        ],
      },
    })
  }
  const query = async (
    sql: string,
    more: Record<string, unknown> = {},
    as = 'alice',
    accept = '*/*',
  ): Promise<Answer> =>
    ask(
      house,
      { sql, ...more },
      {
        token: await house.token(as, { scope: 'datasets:read' }),
        path: '/v1/datasets/crm/query',
        headers: { accept },
      },
    )

  test('write no line of their own [datasets.framing]', async () => {
    await open('output:flag:secret')
    const answer = await query('SELECT id, note FROM notes WHERE id = 1', {}, 'alice', 'application/x-ndjson')
    const lines = answer.text.trimEnd().split(/[\r\n]/)
    expect(lines.slice(1).map((line): unknown => JSON.parse(line))).toEqual([
      [1, [1, { truncated: false, complete: true }]],
      { truncated: false, complete: true },
    ])
  })

  test('stay JSON where a number of theirs is taken out [datasets.framing]', async () => {
    await open('output:redact:pii.card')
    expect((await query('SELECT note FROM notes WHERE id > 1 ORDER BY id')).json()).toMatchObject({
      rows: [['{"card": [redacted:pii.card]}'], ['[redacted:pii.card]']],
    })
  })

  test.each(['route:other-model', 'spotlight:delimit', 'system:drop'])(
    'are not read where policy wants what no read can do: %s [datasets.obliged]',
    async (obligation) => {
      await open(obligation)
      expect((await query('SELECT id FROM notes')).json()).toMatchObject({ code: 'obligation_failed' })
    },
  )

  test('have rows filtered, and documents, which have none, are not searched then [datasets.obliged]', async () => {
    await open('rows:first')
    expect((await query('SELECT count(*) FROM notes')).json()).toMatchObject({ rows: [['1']] })
    const token = await house.token('alice', { scope: 'datasets:read' })
    const found = await ask(house, { query: 'lunch' }, { token, path: '/v1/datasets/handbook/search' })
    expect(found.json()).toMatchObject({ code: 'obligation_failed' })
  })

  test('are not asked for by a value that policy blocks, be it written as a number', async () => {
    await open('block:pii.card')
    const sql = 'SELECT id FROM notes WHERE id::text = $1::text'
    for (const value of [CARD, Number(CARD)])
      expect((await query(sql, { parameters: [value] })).json()).toMatchObject({ code: 'content_blocked' })
    expect((await query(sql, { parameters: [1] })).json()).toMatchObject({ rows: [[1]] })
  })

  test('end for a caller that takes nothing as for any other [datasets.ends]', async () => {
    await open('output:flag:secret')
    const token = await house.token('alice', { scope: 'datasets:read' })
    const asking = request({
      ...{ port: house.port, path: '/v1/datasets/crm/query', method: 'POST', agent: false },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    asking.end(JSON.stringify({ sql: 'SELECT body FROM wide' }))
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    answer.pause()
    const revoked = await send(house.url, Buffer.from(`token=${token}`), {
      path: '/oauth/revoke',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(revoked.status).toBe(200)
    const { outcome } = await house.exchange(String(answer.headers['x-request-id']))
    expect(outcome.own).toMatchObject({ outcome: 'refused' })
    asking.destroy()
  })

  test('tell their purposes to nobody who may not read', async () => {
    await open('output:flag:secret')
    const wrong = await query('SELECT id FROM notes', { purpose: 'sale' })
    expect(wrong.json()).toMatchObject({ code: 'invalid_request', param: 'purpose' })
    const stranger = await query('SELECT id FROM notes', { purpose: 'sale' }, 'bob')
    expect(stranger.json()).toMatchObject({ code: 'forbidden_by_policy' })
    expect(stranger.text).not.toContain('support')
  })
})

describe('documents whose author is hostile', () => {
  let dir: string
  let documents: DocumentIndex
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ostiary-documents-'))
    documents = await openSqliteDocuments({ path: join(dir, 'handbook.db'), warn: () => {} })
  })
  afterEach(async () => {
    await house.close()
    await documents.close()
    rmSync(dir, { recursive: true })
  })

  const open = async (policies: string): Promise<void> => {
    const attributes = { salary: { classification: 'restricted', categories: ['finance'] }, author: 'internal' }
    const store = `sqlite:${join(dir, 'handbook.db')}`
    const handbook = { name: 'handbook', classification: 'internal', documents: { store, attributes } }
    house = await openHouse({ policies, config: { datasets: [{ ...handbook, purposes: ['support'] }] } })
  }
  const put = (id: string, more: Partial<Document> = {}): Promise<void> =>
    documents.put([
      {
        ...{ id, title: `About ${id}`, text: 'lunch is at noon', readers: ['*'], attributes: {} },
        classification: { level: 'internal', categories: [] },
        ...more,
      },
    ])
  const search = async (more: Record<string, unknown> = {}): Promise<Answer> => {
    const token = await house.token('alice', { scope: 'datasets:read models:invoke' })
    return ask(house, { query: 'lunch', ...more }, { token, path: '/v1/datasets/handbook/search' })
  }

  test('show attributes on the terms that policy has for what is as high [documents.attributes-obliged]', async () => {
    await put('lunch', { attributes: { author: 'jo', salary: '120000' } })
    await open(`
      @id("low") permit (principal, action == Action::"searchDataset", resource) when { resource.classification == "internal" };
      @id("high") @obligation("column:mask:finance, require:purpose")
      permit (principal, action == Action::"searchDataset", resource) when { resource.classification == "restricted" };`)
    expect((await search()).json()).toMatchObject({ results: [{ attributes: { author: 'jo' } }] })
    expect((await search()).text).not.toContain('salary')
    expect((await search({ purpose: 'support' })).json()).toMatchObject({
      results: [{ attributes: { author: 'jo', salary: '***' } }],
    })
  })

  test('that name others tell nothing by what policy would want of them', async () => {
    await put('lunch')
    await open(`
      @id("low") permit (principal, action == Action::"searchDataset", resource) when { resource.classification == "internal" };
      @id("high") @obligation("require:purpose")
      permit (principal, action == Action::"searchDataset", resource) when { resource.classification == "restricted" };`)
    await put('board', { classification: { level: 'restricted', categories: [] }, readers: ['group:board'] })
    expect((await search()).json()).toMatchObject({ results: [{ id: 'lunch' }] })
    await documents.reclassify('board', { readers: ['*'] })
    expect((await search()).json()).toMatchObject({ param: 'purpose' })
  })

  test('are seen by nobody where they are classified by words that policies do not know [documents.lattice]', async () => {
    await put('lunch')
    await put('above', { classification: { level: 'top-secret', categories: [] } })
    await put('beside', { classification: { level: 'internal', categories: ['unheard-of'] } })
    await open(`@id("low") permit (principal, action == Action::"searchDataset", resource)
      unless { resource.classification == "restricted" };`)
    expect((await search()).json()).toMatchObject({ results: [{ id: 'lunch' }], complete: true })
  })

  test('are known again by their titles and attributes too', async () => {
    await put('lunch', {
      title: 'dr.jane.doe@clinic.example',
      classification: { level: 'confidential', categories: [] },
      attributes: { salary: 'DE89 3704 0044 0532 0130 00' },
    })
    await open(`@id("all") permit (principal, action, resource);
      @id("home") forbid (principal, action == Action::"invoke", resource) when { context.labels.contains("restricted") };`)
    const invoke = async (content: string): Promise<number> => {
      const token = await house.token('bob', { scope: 'models:invoke' })
      return (await ask(house, { model: 'model', messages: [{ role: 'user', content }] }, { token })).status
    }
    expect(await invoke('dr.jane.doe@clinic.example')).toBe(200)
    expect((await search()).text).toContain('0532')
    expect(await invoke('what is DE89370400440532013000?')).toBe(403)
    expect(await invoke('who is dr.jane.doe@clinic.example?')).toBe(403)
  })
})
