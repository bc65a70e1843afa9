import { type KeyObject, sign } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newKeyPair } from '@ostiary/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { readToken } from '../../jws/read.js'
import type { Principal, Step } from '../../spec/index.js'
import { createJwtIssuer, type JwtIssuer } from './issuer.js'
import type { JwtIssuerOptions } from './options.js'

// Issuers that lie, flood or lead astray, over true sockets; beside each one that is well.

const US = 'https://gateway.example'

type Json = Record<string, unknown>

const { publicKey, privateKey } = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const jwk = (key: KeyObject, kid: string): Json => ({ ...key.export({ format: 'jwk' }), kid })
const JWKS = JSON.stringify({ keys: [jwk(publicKey, 'one')] })

const servers: Server[] = []
const issuers: JwtIssuer[] = []
afterEach(async () => {
  for (const issuer of issuers.splice(0)) await issuer.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

interface Bench {
  readonly origin: string
  /** Paths that were asked for. */
  readonly asked: string[]
  readonly reports: string[]
  readonly issuer: JwtIssuer
  outcome(payload?: Json, header?: Json): Promise<string>
  ask(payload?: Json, header?: Json): Promise<Step<Principal>>
}

async function bench(
  listener: (origin: string) => RequestListener,
  more: Partial<JwtIssuerOptions> = {},
): Promise<Bench> {
  const asked: string[] = []
  let origin = ''
  const server = createServer((request, answer) => {
    asked.push(request.url ?? '')
    listener(origin)(request, answer)
  })
  servers.push(server)
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const reports: string[] = []
  const issuer = createJwtIssuer({
    issuer: origin,
    audience: US,
    keys: { kind: 'jwksUri', uri: `${origin}/jwks` },
    algorithms: ['ES256'],
    profile: 'rfc9068',
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    allowPrivateNetwork: false,
    jwksCooldownMs: 30_000,
    claims: [
      { kind: 'groups', claim: 'groups' },
      { kind: 'attribute', claim: 'level', name: 'level', type: 'Long' },
    ],
    agents: [],
    groups: { kind: 'prefix', prefix: '' },
    clock: { now: () => Date.now() },
    report: (text) => void reports.push(text),
    ...more,
  })
  issuers.push(issuer)
  const ask = async (payload: Json = {}, header: Json = {}): Promise<Step<Principal>> => {
    const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer.issuer,
      aud: US,
      sub: 'alice',
      client_id: 'app',
      jti: 'j',
      iat: now,
      exp: now + 600,
      ...payload,
    }
    const input = `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'one', ...header })}.${part(claims)}`
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const read = readToken(`${input}.${signature.toString('base64url')}`)
    return read.kind === 'refuse' ? read : issuer.verify(read.value)
  }
  const outcome = async (payload?: Json, header?: Json): Promise<string> => {
    const step = await ask(payload, header)
    return step.kind === 'refuse' ? step.forLog : 'proceed'
  }
  return { origin, asked, reports, issuer, outcome, ask }
}

const well = (): Promise<Bench> => bench(() => (_request, answer) => answer.end(JWKS))
const NO_KEYS = "the issuer's keys were never fetched, or expired while it could not be reached"

describe('a key set', () => {
  test('of 10,000 keys gives none, and nobody waits for it [jwks.caps]', async () => {
    const keys = JSON.stringify({
      keys: Array.from({ length: 10_000 }, (_, i) => jwk(publicKey, i === 0 ? 'one' : `k${i}`)),
    })
    const ill = await bench(() => (_request, answer) => answer.end(keys))
    const [hurt, good] = await Promise.all([ill.outcome(), (await well()).outcome()])
    expect({ hurt, good }).toEqual({ hurt: NO_KEYS, good: 'proceed' })
    expect(ill.reports[0]).toMatch(/keys not fetched: jwks_uri: answer over 256 KiB$/)
  })

  test('of 101 keys that fit into the size is none either [jwks.caps]', async () => {
    const set = (count: number): string =>
      JSON.stringify({ keys: Array.from({ length: count }, (_, i) => jwk(publicKey, i === 0 ? 'one' : `k${i}`)) })
    const ill = await bench(() => (_request, answer) => answer.end(set(101)))
    expect(await ill.outcome()).toBe(NO_KEYS)
    const full = await bench(() => (_request, answer) => answer.end(set(100)))
    expect(await full.outcome()).toBe('proceed')
  })

  test('that streams 50 MB and on is hung up on at 256 KiB [jwks.caps]', async () => {
    let sent = 0
    let gone: () => void
    const hungUp = new Promise<void>((resolve) => {
      gone = resolve
    })
    const chunk = Buffer.alloc(16_384, ' ')
    const ill = await bench(() => (_request, answer) => {
      answer.on('close', () => gone())
      const more = (): void => {
        while (!answer.destroyed && sent < 50_000_000) {
          sent += chunk.length
          if (!answer.write(chunk)) {
            answer.once('drain', more)
            return
          }
        }
      }
      more()
    })
    expect(await ill.outcome()).toBe(NO_KEYS)
    await hungUp
    // What the sockets held beyond what was read.
    expect(sent).toBeLessThan(20_000_000)
    expect(ill.reports[0]).toMatch(/answer over 256 KiB$/)
  })

  test('that leads to a metadata service, another host or another port is not followed [jwks.allowed-addresses]', async () => {
    const other = await well()
    for (const to of ['http://169.254.169.254/latest/meta-data/', 'https://10.0.0.1/jwks', `${other.origin}/jwks`]) {
      const ill = await bench(() => (_request, answer) => answer.writeHead(302, { location: to }).end())
      expect(await ill.outcome()).toBe(NO_KEYS)
      expect(ill.reports[0]).toMatch(/redirect to another origin$/)
      expect(ill.asked).toEqual(['/jwks'])
    }
    expect(other.asked).toEqual([])
    const home = await bench(
      () => (request, answer) =>
        request.url === '/jwks' ? answer.writeHead(302, { location: '/keys' }).end() : answer.end(JWKS),
    )
    expect(await home.outcome()).toBe('proceed')
  })
})

test('10,000 unknown `kid`s cost the issuer one fetch in a cooldown, and others nothing [jwks.no-flood]', async () => {
  const sprayed = await well()
  const other = await well()
  expect(await sprayed.outcome()).toBe('proceed')
  const outcomes = new Set<string>()
  for (let round = 0; round < 100; round += 1) {
    const all = Array.from({ length: 100 }, (_, i) => sprayed.outcome({}, { kid: `k${round}-${i}` }))
    for (const outcome of await Promise.all(all)) outcomes.add(outcome)
    if (round % 25 === 0) expect(await other.outcome()).toBe('proceed')
  }
  expect(outcomes).toEqual(new Set(['no key of the issuer fits `kid` and `alg`']))
  expect(sprayed.asked).toHaveLength(2)
  expect(other.asked).toHaveLength(1)
  expect(await sprayed.outcome()).toBe('proceed')
}, 60_000)

test('discovery that names another issuer fetches no keys [jwks.discovery]', async () => {
  const metadata =
    (issuerOf: (origin: string) => string) =>
    (origin: string): RequestListener =>
    (request, answer) => {
      const said = { issuer: issuerOf(origin), jwks_uri: `${origin}/jwks` }
      answer.end(request.url === '/jwks' ? JWKS : JSON.stringify(said))
    }
  // The origin is known once it listens, so the issuer that discovers is made beside the one of the bench.
  const discovering = async (
    issuerOf: (origin: string) => string,
  ): Promise<{ reached: boolean; asked: readonly string[] }> => {
    const { origin, asked } = await bench(metadata(issuerOf))
    const issuer = createJwtIssuer({
      issuer: origin,
      audience: US,
      keys: { kind: 'discovery' },
      algorithms: ['ES256'],
      profile: 'rfc9068',
      maxTokenLifetimeMs: 900_000,
      clockToleranceMs: 5000,
      allowPrivateNetwork: false,
      jwksCooldownMs: 30_000,
      claims: [],
      agents: [],
      groups: { kind: 'prefix', prefix: '' },
      clock: { now: () => Date.now() },
    })
    issuers.push(issuer)
    return { reached: await issuer.refresh(), asked }
  }
  const found = '/.well-known/openid-configuration'
  expect(await discovering((origin) => origin)).toEqual({ reached: true, asked: [found, '/jwks'] })
  expect(await discovering((origin) => `${origin}/`)).toEqual({ reached: false, asked: [found] })
  expect(await discovering(() => 'https://idp.example')).toEqual({ reached: false, asked: [found] })
})

test('`admins` of two issuers are two groups [issuers.groups-apart]', async () => {
  const listener = () => (_request: unknown, answer: { end(body: string): void }) => answer.end(JWKS)
  const first = await bench(listener, { groups: { kind: 'prefix', prefix: 'a:' } })
  const second = await bench(listener, { groups: { kind: 'prefix', prefix: 'b:' } })
  const third = await bench(listener, { groups: { kind: 'allow', names: ['readers'] } })
  const groups = async (one: Bench, said: readonly string[]): Promise<readonly string[]> => {
    const step = await one.ask({ groups: said })
    return step.kind === 'refuse' ? [step.forLog] : step.value.actor.groups
  }
  expect(await groups(first, ['admins'])).toEqual(['a:admins'])
  expect(await groups(second, ['admins', 'a:admins'])).toEqual(['b:admins', 'b:a:admins'])
  expect(await groups(third, ['admins', 'a:admins', 'readers'])).toEqual(['readers'])
})

test.each<[unknown]>([['3'], [3.5], [1e300], [[3]], [{}], [true]])(
  'a claim of another type (%j) than configured refuses the token [token.claim-types]',
  async (level) => {
    const { outcome } = await well()
    expect(await outcome({ level })).toBe('a mapped claim has another type than configured')
    expect(await outcome({ level: 3 })).toBe('proceed')
  },
)
