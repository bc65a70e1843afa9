import { readFileSync, writeFileSync } from 'node:fs'
import { awsShapedKey } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliHouse, stopped } from './cli-house.js'
import { type CommandOptions, launch, ostiary, type Ran, readyLine } from './command.js'
import { send } from './http.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'
import { until } from './until.js'

const house = cliHouse()

const POLICIES = `@id("read") permit (principal in Group::"analysts", action == Action::"queryDataset", resource is Dataset);
@id("mask") @mode("oblige") @obligation("column:mask:pii") permit (principal, action == Action::"queryDataset", resource is Dataset);
`
const KEY = awsShapedKey()

const CLINIC = `
CREATE TABLE patients (
  id bigint PRIMARY KEY, first_name text, nachname varchar(80), email text, telefon text, geburtsdatum date, strasse text,
  plz text, insurance_number text, active boolean, created_at timestamptz DEFAULT now(), contact text, remarks text, quota integer,
  photo bytea);
CREATE TABLE visits (
  visit_id integer PRIMARY KEY, patient bigint REFERENCES patients, diagnosis text, notes text, fee numeric, on_day date);
CREATE TABLE staff (id integer PRIMARY KEY, login text, passwort_hash text, gehalt numeric, iban text, config text);
CREATE TYPE place AS (lat float, lon float);
CREATE TABLE "odd.table" ("select" text, "a: b # c" text, spot place);
CREATE TABLE secured (id integer, body text);
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE forbidden (id integer, body text);
CREATE TABLE parted (id integer, day date, word text) PARTITION BY RANGE (day);
CREATE TABLE parted_one PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE FUNCTION meddle() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'MEDDLED'; END $$;
CREATE TYPE mood AS ENUM ('well', 'ill');
CREATE FUNCTION meddle(mood) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'MEDDLED'; END $$;
CREATE CAST (mood AS text) WITH FUNCTION meddle(mood) AS IMPLICIT;
CREATE FUNCTION meddle(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'MEDDLED'; END $$;
CREATE OPERATOR = (LEFTARG = name, RIGHTARG = text, FUNCTION = meddle);
CREATE FUNCTION format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'MEDDLED'; END $$;
CREATE TABLE moods (id integer PRIMARY KEY, feels mood, words text, tags text[], amount_due money);
INSERT INTO moods VALUES (1, 'well', 'jo@clinic.example', ARRAY['a'], 5);
CREATE VIEW addresses AS SELECT email FROM patients;
CREATE VIEW mine WITH (security_invoker = true) AS SELECT id, meddle() AS word FROM patients;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM patients;
INSERT INTO patients SELECT i, 'First' || i, 'Last' || i, 'p' || i || '@clinic.example', '+49 30 ' || i, date '1950-01-01' + i,
  'Street ' || i, '10115', 'X' || i, i % 2 = 0, now(), 'c' || i || '@mail.example',
  CASE WHEN i % 10 = 0 THEN 'call jo@clinic.example now' ELSE 'nothing of note' END, i, '\\x00' FROM generate_series(1, 5000) AS i;
INSERT INTO visits SELECT i, i, 'Diagnosis-' || i, 'Note-' || i, 10.5, current_date FROM generate_series(1, 50) AS i;
INSERT INTO staff SELECT i, 'u' || i, 'h' || i, 1000, 'DE89370400440532013000', '${KEY}' FROM generate_series(1, 5) AS i;
INSERT INTO parted SELECT i, '2021-01-01', 'w' || i FROM generate_series(1, 5) AS i;
ANALYZE;
CREATE ROLE clinic_read NOLOGIN; CREATE ROLE serving LOGIN NOINHERIT; GRANT clinic_read TO serving;
CREATE ROLE looking LOGIN;
GRANT SELECT ON patients, visits, staff, "odd.table", secured, parted, mine, moods TO clinic_read, looking;
GRANT EXECUTE ON FUNCTION meddle() TO clinic_read`

describe.skipIf(POSTGRES === undefined)('ostiary dataset scan (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    await server.run(CLINIC)
  })
  afterAll(() => server.remove())

  const scan = (args: readonly string[], options: CommandOptions = {}): Promise<Ran> =>
    ostiary(['dataset', 'scan', ...args], options)
  const lineOf = (done: Ran, name: string): string =>
    done.stdout
      .split('\n')
      .find((line) => line.trim().startsWith(`${name}:`))
      ?.trim() ?? ''

  test('proposes by names and values, and shows no value [datasets.scan-no-values]', async () => {
    const done = await scan(['--url', server.url, '--name', 'clinic'])
    expect(done.code).toBe(0)
    expect(done.stderr).toBe('warning: the login `gate` is a superuser: fit to scan with, and refused by `start`\n')
    const lines = Object.fromEntries(
      [
        'first_name',
        'email',
        'geburtsdatum',
        'contact',
        'remarks',
        'active',
        'created_at',
        'quota',
        'visit_id',
        'patient',
        'diagnosis',
        'gehalt',
        'iban',
        'config',
        'photo',
      ].map((name) => [name, lineOf(done, name)]),
    )
    expect(lines).toEqual({
      first_name: 'first_name: { classification: confidential, categories: [pii], mask: first1 } # named like a name',
      email:
        'email: { classification: confidential, categories: [pii], mask: email } # named like an e-mail address; 100 of 100 values look like pii.email',
      geburtsdatum:
        'geburtsdatum: { classification: confidential, categories: [pii], mask: year } # named like a date of birth',
      contact:
        'contact: { classification: confidential, categories: [pii], mask: email } # 100 of 100 values look like pii.email',
      remarks: expect.stringMatching(
        /^remarks: \{\} # \d+ of 100 values have within pii\.email; unclassified, so of the highest$/,
      ),
      active: 'active: internal # true or false',
      created_at: 'created_at: internal # a time',
      quota: 'quota: {} # nothing was found in 100 values; unclassified, so of the highest',
      visit_id: 'visit_id: internal # an id',
      patient: 'patient: internal # an id',
      diagnosis: 'diagnosis: { classification: restricted, categories: [phi] } # named like health',
      gehalt: 'gehalt: { classification: restricted, categories: [finance, pii] } # named like pay',
      iban: 'iban: { classification: restricted, categories: [finance, pii], mask: last4 } # named like an account or card; 5 of 5 values look like pii.iban',
      config: 'config: restricted # 5 of 5 values look like secret.aws',
      photo: 'photo: {} # no value in 100 rows; unclassified, so of the highest',
    })
    expect(done.stdout).toContain('# addresses: it is read with the rights of its owner, and left out')
    expect(done.stdout).toContain('# counted: it is read with the rights of its owner, and left out')
    expect(done.stdout).toContain('mine: # values were not looked at: a view runs the code of whoever made it')
    expect(done.stdout).toContain('# spot: of a composite type, which nobody sees')
    expect(done.stdout).not.toContain('parted_one')
    for (const value of ['@clinic.example', '@mail.example', 'First1', 'Diagnosis-', 'Note-', '10115', 'DE89', KEY]) {
      expect(done.stdout + done.stderr).not.toContain(value)
    }
  })

  test('what it proposes passes `check`, starts and is served [datasets.scan-proposal]', async () => {
    const done = await scan(['--url', server.url, '--name', 'clinic'])
    const where = house.place('scanned', POLICIES)
    const yaml = `# ${where.dir}\n${configText(where.file)}\n${done.stdout.replace('group: clinic_read', 'group: analysts')}`
    writeFileSync(where.file, yaml)
    const unset = await ostiary(['check', '--config', where.file])
    expect(unset).toMatchObject({ code: 0, stdout: expect.stringContaining('`CLINIC_URL` is not set') })
    const env = { CLINIC_URL: server.url.replace('gate@', 'serving@') }
    expect(await ostiary(['check', '--config', where.file], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/good$/m),
    })
    const started = launch(['start', '--config', where.file, '--json'], { env })
    const ready = await readyLine(started)
    const token = await house.issuer.token({ as: 'alice', scope: 'datasets:read' })
    const body = Buffer.from(
      JSON.stringify({ sql: 'select id, first_name, email, geburtsdatum from patients where id = 7' }),
    )
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await send(ready.gateway, body, { path: '/v1/datasets/clinic/query', headers })
    expect([answer.status, (answer.json() as { rows?: unknown }).rows]).toEqual([
      200,
      [['7', 'F***', 'p***@clinic.example', '1950-01-01']],
    ])
    // The same by the dataset's name, with the login that serves: it sees what its role may not inherit as closed.
    const again = await ostiary(['dataset', 'scan', 'clinic', '--config', where.file], { env })
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('patients: # values were not looked at: this login may not read it')
    expect(again.stderr).toMatch(/^warning: no table could be looked into[^\n]*\n$/)
    expect(lineOf(again, 'email')).toBe(
      'email: { classification: confidential, categories: [pii], mask: email } # named like an e-mail address',
    )
    await stopped(started)
  })

  test('looks as far as its login may, and says what it did not see', async () => {
    const done = await scan(['--url', server.url.replace('gate@', 'looking@'), '--json'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const tables = Object.fromEntries(done.lines().map(({ table, unseen }) => [table, unseen]))
    expect(tables).toMatchObject({
      forbidden: 'this login may not read it',
      secured: 'row-level security hides rows of it from this login',
      mine: 'a view runs the code of whoever made it',
    })
    expect('unseen' in (done.lines().find(({ table }) => table === 'patients') ?? {})).toBe(false)
    expect(done.lines().at(-1)).toMatchObject({
      ok: true,
      name: 'data',
      roles: [{ role: 'clinic_read', tables: 8 }],
      warnings: [],
    })
  })

  test('runs no code that somebody put into the database, though it could', async () => {
    const done = await scan(['--url', server.url, '--json'])
    expect(done.code).toBe(0)
    expect(done.stdout + done.stderr).not.toContain('MEDDLED')
    const { columns } = done.lines().find(({ table }) => table === 'moods') as {
      columns: { name: string; reasons: string[] }[]
    }
    expect(Object.fromEntries(columns.map(({ name, reasons }) => [name, reasons[0]]))).toEqual({
      id: 'an id',
      feels: 'nothing was found in 1 values',
      words: '1 of 1 values look like pii.email',
      tags: 'nothing was found in 1 values',
      amount_due: 'named like money',
    })
  })

  test('waits for no lock for long, and says so', async () => {
    const held = server.run('begin; lock table staff; select pg_sleep(6); commit')
    await until(async () => (await server.run("select from pg_locks where relation = 'staff'::regclass")).length > 0)
    const done = await scan(['--url', server.url])
    await held
    expect(done.stdout).toContain('staff: # values were not looked at: somebody holds a lock on it')
    expect(lineOf(done, 'diagnosis')).not.toBe('')
  })

  test('tells names alone where no rows are asked for', async () => {
    const done = await scan(['--url', server.url, '--sample', '0'])
    expect(done.code).toBe(0)
    expect(lineOf(done, 'email')).toBe(
      'email: { classification: confidential, categories: [pii], mask: email } # named like an e-mail address',
    )
  })

  test('reads the address from stdin, and warns of a password in an argument', async () => {
    const fromStdin = await scan(['--url', '-'], { input: `${server.url}\n` })
    expect(fromStdin.stderr).not.toContain('argument')
    const word = ['swords', 'fish'].join('')
    const done = await scan(['--url', server.url.replace('gate@', `gate:${word}@`)])
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('`--url -` reads it from stdin')])
    expect(done.stdout + done.stderr).not.toContain(word)
  })

  test('an empty schema is an empty section', async () => {
    await server.run('create schema nothing')
    const done = await scan(['--url', server.url, '--schema', 'nothing'])
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('there is no table in `nothing`')])
    expect(done.stdout).toMatch(/tables:\n {8}\{\}\n$/)
  })

  test('a schema that is not there is a failure, and not an empty one', async () => {
    for (const schemas of [['pubilc'], ['public', 'pubilc']]) {
      const done = await scan(['--url', server.url, ...schemas.flatMap((one) => ['--schema', one])])
      expect([done.code, done.stdout]).toEqual([1, ''])
      expect(done.stderr).toContain('There is no schema `pubilc` in this database (did you mean `public`?).')
    }
    const far = await scan(['--url', server.url, '--schema', 'nowhere', '--json'])
    expect([far.code, far.lines()]).toMatchObject([
      1,
      [{ ok: false, message: 'There is no schema `nowhere` in this database.' }],
    ])
  })

  test.each<[string, readonly string[], number]>([
    ['neither a dataset nor an address', [], 2],
    ['no address of PostgreSQL', ['--url', 'mysql://h/d'], 2],
    ['a sample that is none', ['--url', 'postgres://127.0.0.1/d', '--sample', '5000'], 2],
    ['a database that is not there', ['--url', 'postgres://gate@127.0.0.1:1/d'], 1],
    ['a dataset that is not there', ['nowhere', '--config', 'CONFIG'], 1],
  ])('refuses %s', async (_what, args, code) => {
    const { file } = house.place('refused', POLICIES)
    const done = await scan(args.map((one) => (one === 'CONFIG' ? file : one)))
    expect([done.code, done.stdout]).toEqual([code, ''])
    expect(done.stderr).not.toContain('    at ')
  })
})

/** JSON is YAML, but a section can only be put behind one that is a block. */
function configText(file: string): string {
  const whole = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  return Object.entries(whole)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('\n')
}
