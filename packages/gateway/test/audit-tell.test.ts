import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '@ostiary/testkit'
import { expect, test } from 'vitest'
import { type Audit, createAudit } from '../src/audit/audit.js'
import { canonical } from '../src/audit/canonical.js'
import { AuditKeys } from '../src/audit/keys.js'
import { HeldLog } from './parts.js'
import { agent, principal } from './principals.js'

interface Bench {
  readonly audit: Audit
  readonly log: HeldLog
  readonly lost: string[]
}

function bench(failure: 'closed' | 'open'): Bench {
  const clock = { now: () => Date.now() }
  const log = new HeldLog()
  const lost: string[] = []
  const audit = createAudit({
    log,
    keys: new AuditKeys(randomBytes(32), createMemoryStore(clock)),
    clock,
    newId: () => randomBytes(16).toString('hex'),
    failure,
    order: 'before-forward',
    onLost: (kind, why) => void lost.push(`${kind}: ${why}`),
    onStrangers: () => undefined,
    onCounted: () => undefined,
  })
  return { audit, log, lost }
}

test('an entry about a principal names it, and who else had a part, by pseudonyms alone', async () => {
  const { audit, log } = bench('closed')
  const told = await audit.tell('token', principal(), { did: 'issued' }, { actor: agent(), nobody: undefined })
  expect(told.kind).toBe('proceed')
  const [entry = ''] = log.entries
  expect(canonical(JSON.parse(entry))).toBe(entry)
  const { data, type } = JSON.parse(entry) as { data: Readonly<Record<string, unknown>>; type: string }
  expect(type).toBe('ai.ostiary.token')
  const pseudonym = expect.stringMatching(/^[0-9a-f]{32}$/)
  expect(data['actor']).toMatchObject({ user: { type: 'User', uid: pseudonym } })
  expect(data['unmapped']).toEqual({
    did: 'issued',
    actor: { uid: pseudonym, token: pseudonym, token_digest: pseudonym },
  })
  for (const name of ['alice', 'scout', 'jti-of']) expect(entry).not.toContain(name)
})

test.each(['refuses', 'loses'] as const)('where the log %s, closed is a refusal and open goes on', async (mode) => {
  for (const failure of ['closed', 'open'] as const) {
    const { audit, log, lost } = bench(failure)
    log.mode = mode
    const told = await audit.tell('token', principal(), {}, {})
    expect(told.kind === 'refuse' ? told.code : told.kind).toBe(failure === 'closed' ? 'audit_unavailable' : 'proceed')
    expect(lost).toEqual(['token: AuditUnavailable'])
  }
})

test('it is told once it is durable, not before', async () => {
  const { audit, log } = bench('closed')
  log.mode = 'held'
  let told = false
  const telling = audit.tell('token', principal(), {}, {}).then(() => {
    told = true
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([log.entries.length, told]).toEqual([1, false])
  log.release()
  await telling
})
