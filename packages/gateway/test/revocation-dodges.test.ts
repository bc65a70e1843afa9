import { type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newKeyPair } from '@ostiary/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callControl } from '../src/cli/control.js'
import { ALGORITHMS } from '../src/jws/algorithms.js'
import { ANALYSTS, type House, openHouse } from './house.js'
import { type Answer, ask, prompt, send } from './http.js'
import { ACCESS_TOKEN, EXCHANGE } from './token-endpoint.js'
import { until } from './until.js'

const AUDIENCE = 'https://gateway.example'

let house: House
let issuer: string
let key: KeyObject
const closers: (() => unknown)[] = []

/** An issuer as there are many: its tokens are signed by ECDSA and have no `jti`. */
beforeAll(async () => {
  const pair = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
  key = pair.privateKey
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'one' }
  const idp = createServer((_, res) => void res.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => void idp.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => idp.close(resolve)))
  issuer = `http://127.0.0.1:${(idp.address() as AddressInfo).port}`
  const section = { issuer, audience: AUDIENCE, jwksUri: `${issuer}/jwks`, algorithms: ['ES256'], profile: 'legacy' }
  house = await openHouse({ config: { issuers: [section] }, policies: ANALYSTS })
})
afterAll(async () => {
  await house.finish()
  for (const close of closers) await close()
})

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function minted(claims: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const rest = { iss: issuer, sub: 'alice', aud: AUDIENCE, groups: ['analysts'], scope: 'models:invoke' }
  const input = `${part({ alg: 'ES256', kid: 'one' })}.${part({ ...rest, iat: now, exp: now + 300, ...claims })}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** The same token with the other signature that holds: n - s for s. Needs no key. */
function twinOf(token: string): string {
  const algorithm = ALGORITHMS.get('ES256')
  if (algorithm?.kty !== 'EC') throw new Error('ES256 is none of ECDSA')
  const end = token.lastIndexOf('.') + 1
  const signature = Buffer.from(token.slice(end), 'base64url')
  const s = BigInt(`0x${algorithm.order.toString('hex')}`) - BigInt(`0x${signature.subarray(32).toString('hex')}`)
  const other = Buffer.from(s.toString(16).padStart(64, '0'), 'hex')
  return token.slice(0, end) + Buffer.concat([signature.subarray(0, 32), other]).toString('base64url')
}

function post(path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return send(house.url, Buffer.from(new URLSearchParams(form).toString()), { path, headers })
}

const statusOf = async (token: string): Promise<number> => (await ask(house, prompt('hi'), { token })).status

describe('a token without an id', () => {
  test('ends with its twin, whichever of the two is revoked; another lives [revoke.twin]', async () => {
    for (const which of ['itself', 'its twin']) {
      const token = minted({ nonce_of_test: which })
      const twin = twinOf(token)
      const other = minted({ nonce_of_test: `not ${which}` })
      expect([await statusOf(token), await statusOf(twin)]).toEqual([200, 200])
      expect((await post('/oauth/revoke', { token: which === 'itself' ? token : twin })).status).toBe(200)
      expect([await statusOf(token), await statusOf(twin), await statusOf(other)]).toEqual([401, 401, 200])
    }
  })

  test('ends what was exchanged from its twin', async () => {
    const token = minted({ nonce_of_test: 'exchanged' })
    const form = { grant_type: EXCHANGE, subject_token: twinOf(token), subject_token_type: ACCESS_TOKEN }
    const { access_token: child } = (await post('/oauth/token', form)).json() as { access_token: string }
    expect(await statusOf(child)).toBe(200)
    await post('/oauth/revoke', { token })
    expect(await statusOf(child)).toBe(401)
  })
})

describe('a subject at an issuer whose clock is ahead', () => {
  const ahead = (more: Readonly<Record<string, unknown>> = {}): string =>
    minted({ sub: 'ahead', iat: Math.floor(Date.now() / 1000) + 4, ...more })

  test('is revoked with what was seen before, however often that comes again; what comes first after it is taken [grant.seen-before]', async () => {
    const token = ahead()
    expect(await statusOf(token)).toBe(200)
    await callControl(house.config.control.socket, 'POST /revocations', { sub: 'ahead' })
    const again = [await statusOf(token), await statusOf(token), await statusOf(twinOf(token))]
    expect(again).toEqual([401, 401, 401])
    expect(await statusOf(ahead({ nonce_of_test: 'later' }))).toBe(200)
  })
})

describe('a signing key of ours that is compromised', () => {
  const exchanged = async (): Promise<string> => {
    const form = { grant_type: EXCHANGE, subject_token: minted(), subject_token_type: ACCESS_TOKEN }
    return ((await post('/oauth/token', form)).json() as { access_token: string }).access_token
  }
  /** An answer that the provider still thinks about. Wrapped: a promise of a promise would wait for both. */
  const asked = async (token: string): Promise<{ readonly answer: Promise<Answer> }> => {
    const before = house.upstream.requestCount
    const answer = ask(house, prompt('hi'), { token })
    await until(() => house.upstream.requestCount > before)
    return { answer }
  }
  const rotate = (compromised: boolean): Promise<unknown> =>
    callControl(house.config.control.socket, 'POST /signing-keys/rotate', { compromised })

  test('ends what goes on under its tokens, and nothing else; one that merely rotates ends nothing [own-token.compromised-cuts]', async () => {
    house.upstream.behave({ kind: 'late', delayMs: 1500 })
    const ofOurs = await asked(await exchanged())
    const ofTheirs = await asked(minted())
    await rotate(true)
    expect([(await ofOurs.answer).status, (await ofTheirs.answer).status]).toEqual([401, 200])
    const after = await asked(await exchanged())
    await rotate(false)
    expect((await after.answer).status).toBe(200)
    house.upstream.behave(undefined)
  })
})
