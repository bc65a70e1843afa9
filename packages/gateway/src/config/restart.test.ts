import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Config } from './config.js'
import { configFromText } from './load.js'
import { fixedAtStart, needRestart } from './restart.js'

const folder = mkdtempSync(join(tmpdir(), 'ostiary-restart-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const name of ['cert', 'key']) writeFileSync(join(folder, name), 'first\n')

function config(changes: Readonly<Record<string, unknown>> = {}): Config {
  const whole = {
    publicUrl: 'https://gateway.example',
    issuers: [{ issuer: 'https://idp.example', audience: 'api', discovery: true }],
    providers: [{ name: 'home', dialect: 'openai', baseUrl: 'http://127.0.0.1:1/v1' }],
    models: [{ name: 'model', provider: 'home' }],
    policy: { dir: 'policies' },
    audit: { store: 'fs:audit' },
    store: 'sqlite:ostiary.db',
    listen: { port: 1, tls: { cert: 'file:cert', key: 'file:key' } },
    ...changes,
  }
  const { config: read, faults } = configFromText(
    JSON.stringify(whole),
    join(folder, 'ostiary.yaml'),
    {},
    { requireEnv: true },
  )
  if (read === undefined) throw new Error(faults.map((one) => one.message).join('; '))
  return read
}

const changed = (next: Config): readonly string[] => needRestart(fixedAtStart(config()), next)

describe('what a reload cannot put in force', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ listen: { port: 2, tls: { cert: 'file:cert', key: 'file:key' } } }, ['listen.port']],
    [{ listen: { port: 1 } }, ['listen.tls']],
    [{ admin: { host: 'localhost', port: 3 } }, ['admin.host', 'admin.port']],
    [{ audit: { store: 'fs:elsewhere', order: 'before-release' } }, ['audit.store', 'audit.order']],
    [{ limits: { bodyBytes: '2KiB' }, timeouts: { connect: '1s' } }, ['limits.bodyBytes', 'timeouts.connect']],
    [{ store: 'sqlite:other.db' }, ['store']],
    [{ dpop: { window: '30s' } }, ['dpop']],
    [{ listen: { port: 1, tls: { cert: 'file:cert', key: 'file:key', clientCa: 'file:cert' } } }, ['listen.tls']],
    [{ vault: { ttl: '1h', formats: { 'pii.card': 'placeholder' } } }, ['vault.ttl', 'vault.formats']],
    [{ shutdown: { deadline: '1s' }, trustedProxies: ['10.0.0.1'] }, ['trustedProxies', 'shutdown.deadline']],
  ])('%j', (changes, names) => {
    expect(changed(config(changes))).toEqual(names)
  })

  it('is nothing of what it can', () => {
    expect(changed(config())).toEqual([])
    expect(
      changed(
        config({ limits: { promptTokens: 5 }, timeouts: { idle: '1s' }, models: [{ name: 'b', provider: 'home' }] }),
      ),
    ).toEqual([])
  })

  it('is another certificate in the same file', () => {
    const started = fixedAtStart(config())
    writeFileSync(join(folder, 'cert'), 'second\n')
    expect(needRestart(started, config())).toEqual(['listen.tls'])
    expect(needRestart(fixedAtStart(config()), config())).toEqual([])
  })
})
