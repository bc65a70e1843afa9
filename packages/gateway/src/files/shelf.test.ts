import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '@ostiary/testkit'
import { expect, it } from 'vitest'
import { type PrincipalFacts, principalOf } from '../spec/index.js'
import { createShelf, type Kept } from './shelf.js'

const KEPT: Kept = { kind: 'file', purpose: 'batch', endpoint: '/v1/chat/completions', situations: [] }

function person(subject: string, issuer = 'https://idp.example', actor?: string) {
  const facts: PrincipalFacts = {
    ...{ issuer, subject, kind: 'User', issuedAt: 0, expiresAt: 0, audiences: [], verifiedAtMs: 0 },
    tokenDigest: '00',
    ...(actor === undefined ? {} : { actors: [{ issuer, subject: actor }] }),
  }
  return principalOf(facts)
}

it('what is kept is told to who made it, and to nobody else [files.ownership]', async () => {
  const store = createMemoryStore({ now: () => 0 })
  const shelf = createShelf(store, randomBytes(32))
  const alice = person('alice')
  expect(await shelf.put('openai', 'file-1', alice, KEPT)).toBe(true)
  expect(await shelf.own('openai', 'file-1', alice)).toEqual(KEPT)
  const others = [
    person('bob'),
    person('alice', 'https://other.example'),
    person('alice', 'https://idp.example', 'scout'),
  ]
  for (const other of others) {
    expect(await shelf.own('openai', 'file-1', other)).toBeUndefined()
    expect(await shelf.put('openai', 'file-1', other, KEPT)).toBe(false)
  }
  expect(await shelf.own('elsewhere', 'file-1', alice)).toBeUndefined()
  expect(await shelf.put('openai', 'file-1', alice, KEPT)).toBe(true)
  expect(await store.get('files', 'openai/file-1')).not.toContain('alice')
  await shelf.delete('openai', 'file-1')
  expect(await shelf.own('openai', 'file-1', alice)).toBeUndefined()
})
