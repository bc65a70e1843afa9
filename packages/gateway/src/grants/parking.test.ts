import { createMemoryStore } from '@ostiary/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { NO_OBLIGATIONS, principalOf, refuse, rowsOf, type Verdict } from '../spec/index.js'
import { createParking, type Parked, waiting } from './parking.js'
import { openRevocations } from './revocations.js'

const START_MS = 1_800_000_000_000
const clock = { nowMs: START_MS, now: () => clock.nowMs }
afterEach(() => {
  clock.nowMs = START_MS
})

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

  test('of one principal a hundred wait at most, until some wait no longer; others are not kept from it', async () => {
    const { parking, parked } = await setting()
    const nth = (of: number): Parked => request({ body: Buffer.from(String(of)) })
    for (let of = 0; of < 100; of += 1) await parking.park(nth(of))
    await expect(parking.park(nth(100))).rejects.toThrow(expect.objectContaining({ name: 'TooManyWaiting' }))
    // The same again asks for no place of its own.
    expect(await parked()).toContain(await parking.park(nth(7)))
    await parking.park(request({}, 'bob'))
    expect(await parked()).toHaveLength(101)
    clock.nowMs += 15 * 60_000 - 1
    await expect(parking.park(nth(100))).rejects.toThrow()
    clock.nowMs += 1
    await parking.park(nth(100))
    for (let of = 0; of < 99; of += 1) await parking.park(nth(of))
    await expect(parking.park(nth(99))).rejects.toThrow()
  })

  test('a request that finds no place is refused all the same, and its entry says why', async () => {
    const { parking } = await setting()
    for (let of = 0; of < 100; of += 1) await parking.park(request({ body: Buffer.from(String(of)) }))
    const { principal, action, resource, body } = request()
    const verdict: Verdict = {
      decision: {
        ...{ kind: 'challenge', determining: ['two-people'], asks: [{ kind: 'approval', group: 'security' }] },
        ...{ reasons: [], shadow: [], shadowErrors: [] },
      },
      obligations: NO_OBLIGATIONS,
      context: {
        ...{
          labels: [],
          findings: [],
          uninspectable: false,
          promptTokens: 1,
          maxTokens: 1,
          stream: false,
          approvals: [],
        },
        ...{ hasSystemMessage: false, hasEffects: false, purpose: undefined, sourceIp: '192.0.2.1', timeMs: START_MS },
      },
      inputs: '{}',
      policyDigest: 'cd'.repeat(32),
    }
    const refusal = refuse('approval_required', 'by two-people')
    const told = await waiting(parking.park, { principal, asked: { action, resource, verdict }, body }, refusal)
    expect(told).toEqual({ ...refusal, forLog: 'by two-people, not parked: TooManyWaiting' })
  })
})
