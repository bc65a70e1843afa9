import { createHmac, randomBytes } from 'node:crypto'
import { createMemoryStore } from '@ostiary/testkit'
import { describe, expect, it, test } from 'vitest'
import { agent, NOW_MS, principal } from '../../test/principals.js'
import { rowsOf, type Store } from '../spec/index.js'
import { AuditKeys, type Pseudonyms } from './keys.js'

const SPACE = 'audit-subject-keys'
const NEXT_MONTH_MS = NOW_MS + 31 * 86_400_000

function bench(): { readonly store: Store; readonly keys: AuditKeys; readonly secret: Buffer } {
  const store = createMemoryStore({ now: () => NOW_MS })
  const secret = randomBytes(32)
  return { store, secret, keys: new AuditKeys(secret, store) }
}

function names({ subject, actor, actors, tokenId, tokenDigest, clientId }: Pseudonyms): readonly unknown[] {
  return [subject, actor, ...actors, tokenId, tokenDigest, clientId]
}

describe('pseudonyms', () => {
  it('are HMACs under a key of the subject, of this month', async () => {
    const { store, keys } = bench()
    const alice = await keys.of(principal(), NOW_MS)
    const rows = await rowsOf(store, SPACE)
    expect(rows).toHaveLength(1)
    const key = Buffer.from(rows[0]?.value ?? '', 'base64')
    const keyed = (text: string): string => createHmac('sha256', key).update(text).digest('hex').slice(0, 32)
    const uid = 'https://idp.example#alice'
    expect(names(alice)).toEqual([
      keyed(`subject ${uid}`),
      keyed(`subject ${uid}`),
      keyed('token jti-of-alice'),
      keyed(`digest ${'d1'.repeat(32)}`),
      keyed('client app'),
    ])
    expect(alice.sourceIp('192.0.2.1')).toBe(keyed('address 192.0.2.1'))
  })

  it('of one subject are the same for each of its tokens, and at hand for the second', async () => {
    const { keys } = bench()
    const first = await keys.of(principal(), NOW_MS)
    const second = keys.of(principal({ tokenId: 'another', tokenDigest: 'd3'.repeat(32) }), NOW_MS)
    if (second instanceof Promise) throw new Error('the store was asked again')
    expect([second.subject, second.actor, second.clientId]).toEqual([first.subject, first.actor, first.clientId])
    expect(second.tokenId).not.toBe(first.tokenId)
    expect(second.tokenDigest).not.toBe(first.tokenDigest)
  })

  it('of an agent name it under the key of whom it acts for, and more agents than are held go on having theirs', async () => {
    const { keys } = bench()
    const acting = (nth: number): ReturnType<typeof principal> =>
      principal({ actors: [{ issuer: 'https://idp.example', subject: `agent-${nth}` }], clientId: `client-${nth}` })
    const all = await Promise.all(Array.from({ length: 40 }, (_, nth) => keys.of(acting(nth), NOW_MS)))
    const again = await Promise.all(Array.from({ length: 40 }, (_, nth) => keys.of(acting(nth), NOW_MS)))
    expect(again.map(names)).toEqual(all.map(names))
    expect(new Set(all.map(({ actor }) => actor)).size).toBe(40)
    expect(new Set(all.map(({ clientId }) => clientId)).size).toBe(40)
    expect(all[0]?.actor).toBe(all[0]?.actors[0])
    const alone = await keys.of(agent({ subject: 'agent-0' }), NOW_MS)
    expect(alone.subject).not.toBe(all[0]?.actor)
  })

  it('are others in the next month, for a principal that lives on too', async () => {
    const { keys } = bench()
    const alice = principal()
    const before = await keys.of(alice, NOW_MS)
    const after = await keys.of(alice, NEXT_MONTH_MS)
    for (const [at, name] of names(after).entries()) expect(names(before)[at]).not.toBe(name)
  })

  it('under a key that was read over the end of a month are not those of the next', async () => {
    const { secret, store } = bench()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let reads = 0
    const first = (): Promise<void> | undefined => {
      reads += 1
      return reads === 1 ? held : undefined
    }
    const slow: Store = {
      ...store,
      async get(space, key) {
        await first()
        return await store.get(space, key)
      },
    }
    const keys = new AuditKeys(secret, slow)
    const over = keys.of(principal(), NOW_MS)
    const next = await keys.of(principal(), NEXT_MONTH_MS)
    release()
    expect((await over).subject).not.toBe(next.subject)
    expect((await keys.of(principal({ tokenId: 'later' }), NEXT_MONTH_MS)).subject).toBe(next.subject)
  })
})

test('a revoked subject has the name in the log that its entries have', async () => {
  const { keys } = bench()
  const { subject } = await keys.of(principal(), NOW_MS)
  const what = { kind: 'subject', issuer: 'https://idp.example', id: 'alice' } as const
  expect(await keys.revocationText(what, NOW_MS)).toEqual({ revoked: 'subject', id: subject, issuer: what.issuer })
  expect(await keys.revocationText({ kind: 'key', id: 'k1' }, NOW_MS)).toEqual({ revoked: 'key', id: 'k1' })
})
