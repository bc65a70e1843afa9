import { benchPrincipal } from '@ostiary/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeople, refused, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import { principalOf } from '../../spec/index.js'
import type { PostgresDatasetParts } from './dataset.js'

const ROLES = [
  { group: 'managers', role: 'manager' },
  { group: 'analysts', role: 'analyst' },
]

const userOf = (subject: string, groups: readonly string[], attributes = {}) =>
  principalOf({
    issuer: 'https://issuer.example',
    subject,
    groups,
    attributes,
    audiences: [],
    issuedAt: 0,
    expiresAt: 4_000_000_000,
    verifiedAtMs: 0,
    tokenDigest: '0'.repeat(64),
  })

describe.skipIf(POSTGRES === undefined)('in whose name it is read (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPeople(`
      CREATE ROLE manager NOLOGIN; GRANT manager TO reader;
      CREATE TABLE notes (id integer, owner text, region text, body text);
      INSERT INTO notes VALUES (1, 'alice', 'eu', 'a'), (2, 'bob', 'eu', 'b'), (3, 'o''brien"; --', 'us', 'c');
      ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON notes TO analyst USING (owner = current_setting('ostiary.subject'));
      CREATE POLICY region ON notes TO manager USING (region = current_setting('app.region', true));
      CREATE VIEW whoami WITH (security_invoker = true) AS SELECT
        current_user::text AS role, session_user::text AS login,
        current_setting('ostiary.subject', true) AS subject, current_setting('ostiary.issuer', true) AS issuer,
        current_setting('ostiary.groups', true) AS groups, current_setting('app.region', true) AS region,
        current_setting('transaction_read_only') AS is_read_only, current_setting('search_path') AS path;
      GRANT SELECT ON notes, whoami TO analyst, manager`)
  })
  afterAll(() => server.remove())

  const WHO = ['role', 'login', 'subject', 'issuer', 'groups', 'region', 'is_read_only', 'path']
  const TABLES = [tableOf('notes', ['id', 'owner', 'region', 'body']), tableOf('whoami', WHO)]
  const opened = async (said: Partial<PostgresDatasetParts> = {}) =>
    (await openPeople(server, { tables: TABLES, roles: ROLES, ...said })).source

  it('[tables.role] is the caller: its role, subject, issuer and groups, read-only, with nothing of the database in the path', async () => {
    const source = await opened()
    const as = benchPrincipal('alice', ['others', 'analysts'])
    expect(await shown(source, 'SELECT * FROM whoami', { as })).toEqual([
      [
        'analyst',
        'reader',
        'alice',
        'https://issuer.example',
        '["others","analysts"]',
        null,
        'on',
        'pg_catalog, pg_temp',
      ],
    ])
    await source.close()
  })

  it('has the first role that fits, and none without one', async () => {
    const source = await opened()
    const roleOf = async (groups: readonly string[]) =>
      (await shown(source, 'SELECT role FROM whoami', { as: benchPrincipal('x', groups) }))[0]?.[0]
    expect(await roleOf(['analysts', 'managers'])).toBe('manager')
    expect(await roleOf(['analysts'])).toBe('analyst')
    for (const groups of [[], ['analyst'], ['Managers']])
      expect(await refused(source, 'SELECT role FROM whoami', { as: benchPrincipal('x', groups) })).toMatchObject({
        code: 'forbidden_by_policy',
      })
    await source.close()
  })

  it("lets the database's own row security decide, on whatever a subject is called", async () => {
    const source = await opened({ settings: [{ setting: 'app.region', from: 'region' }] })
    const idsOf = async (subject: string, groups: readonly string[], region: string) =>
      (await shown(source, 'SELECT id FROM notes ORDER BY id', { as: userOf(subject, groups, { region }) })).flat()
    expect(await idsOf('alice', ['analysts'], 'eu')).toEqual(['1'])
    expect(await idsOf('bob', ['analysts'], 'us')).toEqual(['2'])
    expect(await idsOf('o\'brien"; --', ['analysts'], 'us')).toEqual(['3'])
    expect(await idsOf("x' OR true --", ['analysts'], 'us')).toEqual([])
    expect(await idsOf('alice', ['managers'], 'eu')).toEqual(['1', '2'])
    expect(await idsOf('alice', ['managers'], "us' OR 'a'='a")).toEqual([])
    await source.close()
  })

  it('refuses whose claim is missing, and takes a list and a number as they are', async () => {
    const source = await opened({ settings: [{ setting: 'app.region', from: 'region' }] })
    const as = (attributes: Record<string, string | number | string[]>) => userOf('alice', ['analysts'], attributes)
    expect(await refused(source, 'SELECT id FROM notes', { as: as({}) })).toMatchObject({
      code: 'forbidden_by_policy',
      message: expect.stringContaining('claim'),
    })
    expect(await refused(source, 'SELECT id FROM notes', { as: as({ region: 'e\0u' }) })).toMatchObject({
      code: 'forbidden_by_policy',
    })
    expect(await shown(source, 'SELECT region FROM whoami', { as: as({ region: ['eu', 'us'] }) })).toEqual([
      ['["eu","us"]'],
    ])
    expect(await shown(source, 'SELECT region FROM whoami', { as: as({ region: 7 }) })).toEqual([['7']])
    await source.close()
  })

  it('[tables.role] keeps nothing of one caller for the next on the same connection, whatever became of the statement', async () => {
    const source = await opened({ limits: { rows: 10, bytes: 100_000, timeoutMs: 5000, connections: 1 } })
    for (let time = 0; time < 20; time += 1) {
      const [subject, group] = time % 2 === 0 ? ['alice', 'analysts'] : ['bob', 'managers']
      const as = benchPrincipal(subject ?? '', [group ?? ''])
      const [row] = await shown(source, 'SELECT role, subject FROM whoami', { as })
      expect(row).toEqual([group?.slice(0, -1), subject])
      if (time % 3 === 0) await refused(source, 'SELECT 1 / (length(role) - length(role)) FROM whoami', { as })
      if (time % 4 === 0) await refused(source, 'SELECT 1 / 0 FROM whoami', { as })
    }
    await source.close()
  })

  it('is not opened with a setting that is not its own', async () => {
    for (const setting of ['role', 'ostiary.subject', 'Ostiary.x', "a.b', true), set_config('c.d", 'a.', '.b'])
      await expect(opened({ settings: [{ setting, from: 'subject' }] })).rejects.toThrow('the setting')
  })
})
