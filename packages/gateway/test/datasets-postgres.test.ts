import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { type Answer, ask } from './http.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'
import { until } from './until.js'

// Two people, one question, one database: what each of them sees, and where it may go then.

const POLICIES = `
@id("analysts-read") @obligation("column:mask:pii")
permit (principal in Group::"analysts", action == Action::"queryDataset", resource == Dataset::"crm");
@id("support-reads") @obligation("column:drop:confidential, rows:own, limit:rows:5")
permit (principal in Group::"support", action == Action::"queryDataset", resource == Dataset::"crm");
@id("invoke") permit (principal, action == Action::"invoke", resource is Model);
@id("stays-home") @reason("restricted data stays home")
forbid (principal, action == Action::"invoke", resource == Model::"other-model") when { context.labels.containsAny(["restricted", "confidential"]) };
@id("security-reads") permit (principal in Group::"security", action == Action::"queryDataset", resource == Dataset::"crm");
`

const ROLES = [
  { group: 'analysts', role: 'crm_analyst' },
  { group: 'support', role: 'crm_support' },
  { group: 'security', role: 'crm_analyst' },
]

function crm(url: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'crm',
    owner: 'sales',
    classification: 'internal',
    postgres: {
      ...{ url, roles: ROLES },
      tables: {
        people: {
          columns: {
            id: 'internal',
            name: 'internal',
            email: { classification: 'confidential', categories: ['pii'], mask: 'email' },
            diagnosis: { classification: 'restricted', categories: ['phi'] },
          },
          filters: { own: "keeper = current_setting('ostiary.subject')" },
        },
      },
      ...more,
    },
  }
}

describe.skipIf(POSTGRES === undefined)('a dataset in PostgreSQL (needs PostgreSQL)', () => {
  let server: PostgresServer
  let house: House
  let url: string
  beforeAll(async () => {
    server = await startPostgres()
    url = server.url.replace('gate@', 'reader@')
    await server.run(`
      CREATE TABLE people (id integer PRIMARY KEY, name text, email text, diagnosis text, keeper text);
      INSERT INTO people SELECT i, 'Person ' || i, 'person-' || i || '@clinic.example', 'diagnosis ' || i,
        CASE WHEN i % 2 = 0 THEN 'bob' ELSE 'carol' END FROM generate_series(1, 40) AS i;
      ALTER TABLE people ENABLE ROW LEVEL SECURITY;
      CREATE POLICY live ON people USING (id < 31);
      CREATE ROLE crm_analyst NOLOGIN; CREATE ROLE crm_support NOLOGIN;
      GRANT SELECT ON people TO crm_analyst, crm_support;
      CREATE ROLE reader LOGIN NOINHERIT; GRANT crm_analyst, crm_support TO reader`)
  })
  afterEach(() => house.close())
  afterAll(() => server.remove())

  const open = async (datasets: readonly unknown[] = [crm(url)]): Promise<void> => {
    house = await openHouse({ policies: POLICIES, config: { datasets } })
  }
  const query = async (as: string, sql: string, parameters: readonly unknown[] = []): Promise<Answer> => {
    const token = await house.token(as, { scope: 'datasets:read models:invoke' })
    return ask(house, { sql, parameters }, { token, path: '/v1/datasets/crm/query' })
  }
  const rows = async (as: string, sql: string, parameters: readonly unknown[] = []): Promise<unknown> => {
    const answer = (await query(as, sql, parameters)).json() as Record<string, unknown>
    return answer['rows'] ?? answer['code']
  }

  test('gives each what policy and database let: columns, rows, masks', async () => {
    await open()
    expect(await rows('alice', 'SELECT * FROM people WHERE id = $1', [2])).toEqual([
      [2, 'Person 2', 'p***@clinic.example', 'diagnosis 2'],
    ])
    expect(await rows('bob', 'SELECT * FROM people ORDER BY id')).toEqual(
      [2, 4, 6, 8, 10].map((id) => [id, `Person ${id}`]),
    )
    // Row-level security of the database decides too.
    expect(await rows('alice', 'SELECT count(*) FROM people')).toEqual([['30']])
    expect(await rows('alice', 'SELECT id FROM people WHERE email = $1', ['person-2@clinic.example'])).toBe(
      'obligation_failed',
    )
    expect(await rows('bob', 'SELECT keeper FROM people')).toBe('invalid_request')
  })

  test('and what was read goes to no model outside', async () => {
    await open()
    const invoke = async (): Promise<number> => {
      const token = await house.token('alice', { scope: 'datasets:read models:invoke' })
      return (await ask(house, { model: 'other-model', messages: [{ role: 'user', content: 'sum it up' }] }, { token }))
        .status
    }
    expect(await rows('alice', 'SELECT id, email FROM people WHERE id = 3')).toEqual([[3, 'p***@clinic.example']])
    expect(await invoke()).toBe(200)
    const answer = await query('alice', 'SELECT diagnosis FROM people WHERE id = 3')
    const { intent, outcome } = await house.exchange(answer.id)
    expect(intent?.own['labels']).toEqual({ before: ['internal'], after: ['internal', 'phi', 'restricted'] })
    expect(outcome.own).toMatchObject({ outcome: 'done', rows: 1 })
    expect(await invoke()).toBe(403)
    const text = JSON.stringify(await house.entries())
    for (const secret of ['diagnosis', 'SELECT', 'clinic.example']) expect(text).not.toContain(secret)
  })

  test('what one has read is known again when another brings it, however it is written', async () => {
    await open()
    const invoke = async (content: string): Promise<number> => {
      const token = await house.token('bob', { scope: 'models:invoke' })
      return (await ask(house, { model: 'other-model', messages: [{ role: 'user', content }] }, { token })).status
    }
    const pasted = 'who is PERSON-17 @ Clinic.Example ?'
    expect(await invoke(pasted)).toBe(200)
    expect(await rows('carol', 'SELECT email FROM people WHERE id = 17')).toEqual([['person-17@clinic.example']])
    expect(await invoke('what is for lunch?')).toBe(200)
    expect(await invoke('who is person-18@clinic.example?')).toBe(200)
    expect(await invoke(pasted)).toBe(403)
    // Whoever tries values learns of one: from then on he is treated as who has it, whatever he tries.
    expect(await invoke('who is person-18@clinic.example?')).toBe(403)
  })

  test('is refused while its database is away, and is there again once that is back', async () => {
    await open()
    expect(await rows('alice', 'SELECT id FROM people WHERE id = 1')).toEqual([[1]])
    await server.stop()
    try {
      expect(await rows('alice', 'SELECT id FROM people WHERE id = 1')).toBe('upstream_failed')
    } finally {
      await server.start()
    }
    await until(async () => (await query('alice', 'SELECT id FROM people WHERE id = 1')).status === 200)
  })

  test('whose login may more than it should keeps the gateway from starting', async () => {
    await open()
    const again = house.configure({ datasets: [crm(server.url)] })
    await expect(house.running.reload(again, 'test')).rejects.toThrow(/superuser/)
  })

  test('takes a new catalogue at a reload, and gives up what is gone', async () => {
    await open()
    expect(await rows('alice', 'SELECT name FROM people WHERE id = 1')).toEqual([['Person 1']])
    const tables = { people: { columns: { id: 'internal' }, filters: { own: 'true' } } }
    await house.running.reload(house.configure({ datasets: [crm(url, { tables })] }), 'test')
    expect(await rows('alice', 'SELECT name FROM people WHERE id = 1')).toBe('invalid_request')
    expect(await rows('alice', 'SELECT id FROM people WHERE id = 1')).toEqual([[1]])
    house.writePolicies('@id("all") permit (principal, action, resource);')
    await house.running.reload(house.configure({ datasets: [] }), 'test')
    expect((await query('alice', 'SELECT id FROM people WHERE id = 1')).status).toBe(404)
  })
})

test('documents are searched in a file of their own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ostiary-documents-'))
  const house = await openHouse({
    policies: `@id("s") permit (principal in Group::"analysts", action == Action::"searchDataset", resource);`,
    config: { datasets: [{ name: 'handbook', documents: { store: `sqlite:${join(dir, 'handbook.db')}` } }] },
  })
  try {
    const token = await house.token('alice', { scope: 'datasets:read' })
    const answer = await ask(house, { query: 'lunch' }, { token, path: '/v1/datasets/handbook/search' })
    expect([answer.status, answer.json()]).toEqual([200, { results: [], complete: true }])
  } finally {
    await house.close()
    rmSync(dir, { recursive: true })
  }
})

test('what a policy lets callers spend counts for reads', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ostiary-documents-'))
  const house = await openHouse({
    policies: `@id("s") @obligation("limit:requests:2/1h") permit (principal in Group::"analysts", action == Action::"searchDataset", resource);`,
    config: { datasets: [{ name: 'handbook', documents: { store: `sqlite:${join(dir, 'handbook.db')}` } }] },
  })
  try {
    const token = await house.token('alice', { scope: 'datasets:read' })
    const search = async (): Promise<number> =>
      (await ask(house, { query: 'lunch' }, { token, path: '/v1/datasets/handbook/search' })).status
    expect([await search(), await search(), await search()]).toEqual([200, 200, 429])
  } finally {
    await house.close()
    rmSync(dir, { recursive: true })
  }
})
