import { createMemoryStore } from '@ostiary/testkit'
import { describe, expect, test } from 'vitest'
import { principalOf, rowsOf } from '../spec/index.js'
import { createParking, type Parked } from './parking.js'
import { openRevocations } from './revocations.js'

const clock = { now: () => 1_800_000_000_000 }

function request(more: Partial<Parked> = {}, subject = 'alice'): Parked {
  const principal = principalOf({
    issuer: 'https://idp.example',
    subject,
    issuedAt: 1_799_999_900,
    expiresAt: 1_800_000_200,
    tokenId: `token-of-${subject}`,
    audiences: ['https://gateway.example'],
    verifiedAtMs: clock.now() - 10,
    tokenDigest: 'ab'.repeat(32),
  })
  const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"transfer everything"}]}')
  return {
    principal,
    action: 'invoke',
    resource: 'm',
    body,
    policies: ['two-people'],
    policyDigest: 'cd'.repeat(32),
    groups: ['security'],
    ...more,
  }
}

async function setting() {
  const store = createMemoryStore(clock)
  const onRevoked = (): void => undefined
  const revocations = await openRevocations({ store, clock, failure: 'closed', onRevoked, onIll: () => undefined })
  const parked = async (): Promise<readonly string[]> => (await rowsOf(store, 'parked')).map(({ key }) => key).sort()
  return { store, revocations, parking: createParking({ store, clock, revocations }), parked }
}

describe('requests that wait for an approval', () => {
  test('the same request waits once, whoever asks for something else waits apart', async () => {
    const { parking, parked } = await setting()
    const first = await parking.park(request())
    expect(await parking.park(request())).toBe(first)
    const others = [
      await parking.park(request({ body: Buffer.from('{}') })),
      await parking.park(request({ resource: 'n' })),
      await parking.park(request({ policyDigest: 'ef'.repeat(32) })),
      await parking.park(request({}, 'bob')),
    ]
    expect(new Set([first, ...others]).size).toBe(5)
    expect(await parked()).toEqual([first, ...others].sort())
  })

  test('nothing of what was asked is kept', async () => {
    const { parking, store } = await setting()
    await parking.park(request())
    const [row] = await rowsOf(store, 'parked')
    expect(row?.value).toContain('two-people')
    expect(row?.value).not.toContain('transfer')
  })

  test('what waits on a revoked token waits no longer, the rest does [grant.parked-revoked]', async () => {
    const { parking, revocations, parked } = await setting()
    await parking.park(request())
    const kept = await parking.park(request({}, 'bob'))
    await revocations.revoke([{ kind: 'token', id: 'token-of-alice' }])
    await parking.dropRevoked()
    expect(await parked()).toEqual([kept])
  })
})
