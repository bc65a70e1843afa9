import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type DevIdentityProvider, type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callControl } from '../src/cli/control.js'
import { operate } from '../src/cli/operate.js'
import { makeLost } from '../src/compose/losses.js'
import { run } from '../src/compose/run.js'
import { type House, MODEL_KEY, openHouse, startTestIssuer } from './house.js'
import { type Answer, ask, errorOf, prompt, send } from './http.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'
import { athOf, clientKey, proofOf } from './proofs.js'
import { ACCESS_TOKEN, EXCHANGE } from './token-endpoint.js'
import { until } from './until.js'

// Two gateways, each with a log of its own, on one store: what one learns holds at the other.

const US = 'http://127.0.0.1:8787'
const CHAT = '/v1/chat/completions'

/** Well-formed, and longer than any test: a word every 20 ms. */
const LONG_STREAM: readonly string[] = [
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n',
  ...Array.from({ length: 1500 }, () => {
    const choice = { index: 0, delta: { content: 'and on ' }, finish_reason: null }
    return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'model', choices: [choice] })}\n\n`
  }),
]

/** What both seal the store's secrets with. */
const sealedBy = randomBytes(32).toString('base64')

const key = clientKey()
const hello = Buffer.from(JSON.stringify(prompt('good morning')))

interface Pair {
  readonly one: House
  readonly other: House
}

let issuer: DevIdentityProvider
let upstream: LyingUpstream

beforeAll(async () => {
  issuer = await startTestIssuer()
  upstream = await startLyingUpstream()
})
afterAll(async () => {
  await issuer.close()
  await upstream.close()
})
beforeEach(() => upstream.behave(undefined))

/** Opened at once, as replicas are that start together on an empty store. */
async function openPair(config: (name: string) => Readonly<Record<string, unknown>>): Promise<Pair> {
  const open = (name: string): Promise<House> =>
    openHouse({
      issuer,
      upstream,
      config: {
        audit: { store: 'fs:./audit', origin: `gateway.example/${name}`, checkpointInterval: '50ms' },
        control: { socket: './own.sock' },
        secretsKey: sealedBy,
        providers: [
          { name: 'lying', dialect: 'openai', baseUrl: upstream.baseUrl, apiKey: MODEL_KEY },
          { name: 'sealed', dialect: 'openai', baseUrl: upstream.baseUrl, apiKey: 'store:blue' },
        ],
        models: [
          { name: 'model', provider: 'lying' },
          { name: 'sealed-model', provider: 'sealed' },
        ],
        ...config(name),
      },
    })
  const [one, other] = await Promise.all([open('one'), open('other')])
  return { one, other }
}

async function outcome(answer: Promise<Answer>): Promise<unknown> {
  const { status, ...rest } = await answer
  return status === 200 ? 200 : [status, errorOf({ status, ...rest }).code]
}

const chat = (house: House, token: string): Promise<unknown> => outcome(ask(house, prompt('hi'), { token }))

function bound(house: House, token: string, proof: string): Promise<Answer> {
  const headers = { authorization: `DPoP ${token}`, 'content-type': 'application/json', dpop: proof }
  return send(house.url, hello, { headers })
}

function proofFor(token: string, nonce?: string): string {
  const claims = { htm: 'POST', htu: US + CHAT, iat: Math.floor(Date.now() / 1000), ath: athOf(token) }
  return proofOf({ key, claims: { ...claims, ...(nonce === undefined ? {} : { nonce }) } })
}

async function nonceOf(house: House, token: string): Promise<string> {
  const answer = await bound(house, token, proofFor(token))
  expect(await outcome(Promise.resolve(answer))).toEqual([401, 'use_dpop_nonce'])
  return answer.headers['dpop-nonce'] ?? ''
}

/** At the token endpoint, with what it was asked for or its error. */
async function granted(house: House, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const response = await fetch(`${house.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) }
}

const exchanged = (house: House, token: string): Promise<Record<string, unknown>> =>
  granted(house, { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN })

const byKey = (house: House, made: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> =>
  granted(house, {
    grant_type: 'client_credentials',
    client_id: String(made['id']),
    client_secret: String(made['key']),
  })

async function jwksOf(house: House): Promise<JSONWebKeySet> {
  return (await (await fetch(`${house.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet
}

function control(house: House, name: string, input: Readonly<Record<string, unknown>>) {
  return callControl(house.config.control.socket, name, input)
}

/** Rules of what two gateways on one store owe to each other, whatever the store. */
function sharing(pair: () => Pair): void {
  test('a third that writes a log of the name of one is told of, at both, in their logs too; the other is left in peace', async () => {
    const { one, other } = pair()
    const { store: shared } = one.config
    const store = shared.kind === 'sqlite' ? `sqlite:${shared.path}` : shared.url.reveal()
    const audit = { store: 'fs:./audit', origin: one.running.origin, checkpointInterval: '50ms' }
    const third = await openHouse({ issuer, upstream, config: { store, audit, control: { socket: './own.sock' } } })
    const said = `audit: another gateway on this store writes a log of the origin \`${one.running.origin}\` too: give each an`
    const isTold = ({ warnings }: House): boolean => warnings.some((line) => line.startsWith(said))
    for (const house of [one, third]) {
      await until(() => isTold(house))
      await until(async () => (await house.entries()).some(({ own }) => own['check'] === 'audit_origin'))
    }
    expect(isTold(other)).toBe(false)
    await third.finish()
  })

  test('a token revoked at one is refused at the other, and its stream is cut there [replicas.revocation]', async () => {
    const { one, other } = pair()
    upstream.behave({ kind: 'raw', writes: LONG_STREAM, delayMs: 20 })
    const [revoked, kept] = [await issuer.token({ as: 'alice' }), await issuer.token({ as: 'alice' })]
    const response = await fetch(other.url + CHAT, {
      method: 'POST',
      headers: { authorization: `Bearer ${revoked}`, 'content-type': 'application/json' },
      body: JSON.stringify(prompt('hi', { stream: true })),
    })
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
    let text = (await reader.read()).value ?? ''
    expect({ status: response.status, text }).toMatchObject({ status: 200, text: expect.stringContaining('data:') })
    await control(one, 'POST /revocations', { jti: String(decodeJwt(revoked).jti) })
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
    expect(text).toContain('"code":"revoked_token"')
    expect(text).not.toContain('[DONE]')
    upstream.behave(undefined)
    expect(await chat(one, revoked)).toEqual([401, 'revoked_token'])
    expect(await chat(other, revoked)).toEqual([401, 'revoked_token'])
    expect(await chat(one, kept)).toBe(200)
    expect(await chat(other, kept)).toBe(200)
  })

  test('a proof used at one is refused at the other, which takes a nonce of the first [replicas.proofs]', async () => {
    const { one, other } = pair()
    const token = await issuer.token({ as: 'alice', jkt: key.jkt })
    // Of the second in which a gateway started it takes none.
    const nonce = await until(async () => {
      const made = await nonceOf(one, token)
      return (await outcome(bound(other, token, proofFor(token, made)))) === 200 ? made : undefined
    })
    const used = proofFor(token, nonce)
    expect(await outcome(bound(one, token, used))).toBe(200)
    expect(await outcome(bound(other, token, used))).toEqual([401, 'invalid_dpop_proof'])
    expect(await outcome(bound(other, token, proofFor(token, nonce)))).toBe(200)
    const contested = proofFor(token, nonce)
    const answers = await Promise.all([one, other, one, other].map((house) => bound(house, token, contested)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
  })

  test('an API key made at one gets a token at the other, until it is revoked there [replicas.keys]', async () => {
    const { one, other } = pair()
    const made = await control(one, 'POST /keys', {
      owner: 'billing',
      scopes: ['models:invoke'],
      groups: ['analysts'],
    })
    const grant = await until(async () => {
      const answer = await byKey(other, made)
      return answer['status'] === 200 ? answer : undefined
    })
    expect(await chat(one, String(grant['access_token']))).toBe(200)
    await control(other, 'POST /keys/revoke', { id: made['id'] })
    expect(await byKey(other, made)).toMatchObject({ error: 'invalid_client' })
    await until(async () => (await byKey(one, made))['error'] === 'invalid_client')
    await until(async () => (await chat(one, String(grant['access_token']))) !== 200)
  })

  test('both sign by the same keys: a token minted by one is verified by the other [replicas.tokens]', async () => {
    const { one, other } = pair()
    expect(await jwksOf(one)).toEqual(await jwksOf(other))
    const minted = String((await exchanged(one, await issuer.token({ as: 'alice' })))['access_token'])
    const keys = createLocalJWKSet(await jwksOf(other))
    expect((await jwtVerify(minted, keys)).payload.iss).toBe(US)
    expect(await chat(other, minted)).toBe(200)

    const { kid } = await control(other, 'POST /signing-keys/rotate', { compromised: true })
    await until(async () => (await jwksOf(one)).keys.every((each) => each.kid === kid))
    expect(await jwksOf(other)).toEqual(await jwksOf(one))
    await until(async () => (await chat(one, minted)) !== 200)
    const next = String((await exchanged(one, await issuer.token({ as: 'alice' })))['access_token'])
    expect(await chat(other, next)).toBe(200)
  })

  test('a secret stored at one opens the provider at the other [replicas.secrets]', async () => {
    const { one, other } = pair()
    const secret = `blue-${randomBytes(12).toString('hex')}`
    const sealed = (house: House): Promise<Answer> => ask(house, prompt('hi', { model: 'sealed-model' }))
    expect((await sealed(other)).status).toBe(502)
    await control(one, 'POST /secrets', { name: 'blue', secret })
    await until(async () => (await sealed(other)).status === 200)
    expect(upstream.received.at(-1)?.headers.get('authorization')).toBe(`Bearer ${secret}`)
  })

  test('what a key has spent at one, it has not left at the other [replicas.budgets]', async () => {
    const { one, other } = pair()
    const owner = { owner: 'spender', scopes: ['models:invoke'], groups: ['analysts'] }
    const made = await control(one, 'POST /keys', { ...owner, budget: { tokens: 10, per: 'total' } })
    const rich = await control(one, 'POST /keys', { ...owner, budget: { tokens: 100_000, per: 'total' } })
    const tokenOf = async (which: Readonly<Record<string, unknown>>): Promise<string> =>
      String(
        (
          await until(async () => {
            const answer = await byKey(other, which)
            return answer['status'] === 200 ? answer : undefined
          })
        )['access_token'],
      )
    const [token, plenty] = [await tokenOf(made), await tokenOf(rich)]
    await until(async () => (await chat(one, token)) !== 200)
    expect(await chat(one, token)).toEqual([403, 'budget_exceeded'])
    await until(async () => (await chat(other, token)) !== 200)
    expect(await chat(other, token)).toEqual([403, 'budget_exceeded'])
    expect(await chat(other, plenty)).toBe(200)
  })

  test('each has a log of its own, which the other neither writes nor opens [replicas.log]', async () => {
    const { one, other } = pair()
    const { id = '' } = await ask(one, prompt('hi'))
    await one.exchange(id)
    expect((await one.entries()).some(({ text }) => text.includes(id))).toBe(true)
    expect((await other.entries()).filter(({ text }) => text.includes(id))).toEqual([])
    const rival = run({ ...one.config, audit: other.config.audit }, { env: {}, warn: () => undefined })
    await expect(rival).rejects.toThrow(/another process|is running|locked|held/)
  })
}

/** What the commands do where no gateway runs: the gateways elsewhere learn it from the store. */
function fromOutside(pair: () => Pair): void {
  test('a command on a third machine writes the store, and both gateways know [replicas.offline]', async () => {
    const { one, other } = pair()
    const token = await issuer.token({ as: 'bob' })
    const elsewhere = { ...one.config, control: { socket: join(one.dir, 'nobody.sock') } }
    await operate(elsewhere, 'POST /revocations', { jti: String(decodeJwt(token).jti) })
    for (const house of [one, other]) {
      const answer = await until(async () => {
        const seen = await ask(house, prompt('hi'), { token })
        return seen.status === 401 ? seen : undefined
      })
      expect(errorOf(answer).code).toBe('revoked_token')
    }
  })
}

describe('two gateways on one SQLite file', () => {
  let pair: Pair

  beforeAll(async () => {
    const shared = await openHouse({ issuer, upstream })
    const { store } = shared.config
    if (store.kind !== 'sqlite') throw new Error('no file')
    await shared.stop()
    pair = await openPair(() => ({ store: `sqlite:${store.path}` }))
    shareds.push(shared)
  })
  const shareds: House[] = []
  afterAll(async () => {
    await pair.one.finish()
    await pair.other.finish()
    for (const one of shareds) await one.close()
  })

  sharing(() => pair)
  fromOutside(() => pair)

  test('the second does not take the first one’s control socket [replicas.socket]', async () => {
    const { socket } = pair.one.config.control
    const rival = openHouse({ issuer, upstream, config: { control: { socket } } })
    await expect(rival).rejects.toThrow(`control.socket: another gateway listens at ${socket}, write another path`)
    expect(await control(pair.one, 'GET /status', {})).toMatchObject({ gateway: pair.one.url })
  })
})

describe.skipIf(POSTGRES === undefined)('two gateways on one PostgreSQL (needs PostgreSQL)', () => {
  const password = `word-${randomBytes(8).toString('hex')}`
  let server: PostgresServer
  let address: string
  let pair: Pair

  beforeAll(async () => {
    server = await startPostgres()
    address = server.url.replace('gate@', `gate:${password}@`)
    pair = await openPair(() => ({ store: address }))
  })
  afterAll(async () => {
    await pair.one.finish()
    await pair.other.finish()
    await server.remove()
  })

  sharing(() => pair)
  fromOutside(() => pair)

  test('while the database is away both refuse and say so, and serve once it is back [replicas.away]', async () => {
    const { one, other } = pair
    const houses = [one, other]
    const token = await issuer.token({ as: 'alice' })
    const held = await issuer.token({ as: 'alice', jkt: key.jkt })
    const nonce = await nonceOf(one, held)
    const used = proofFor(held, nonce)
    expect(await outcome(bound(one, held, used))).toBe(200)
    const made = await control(one, 'POST /keys', { owner: 'batch', scopes: ['models:invoke'] })

    await server.stop()
    await until(async () => (await Promise.all(houses.map((house) => chat(house, token)))).every((one) => one !== 200))
    const before = upstream.requestCount
    for (const house of houses) {
      const refused = await ask(house, prompt('hi'), { token })
      expect(await outcome(Promise.resolve(refused))).toEqual([503, 'overloaded'])
      expect(refused.headers['x-should-retry']).toBe('false')
      expect(await outcome(bound(house, held, proofFor(held, nonce)))).toEqual([503, 'overloaded'])
      expect((await byKey(house, made))['status']).toBe(503)
      await expect(control(house, 'POST /revocations', { sub: 'nobody' })).rejects.toThrow()
      expect(house.warnings.join('\n')).toMatch(/^revocations: the store cannot be read: PostgreSQL at `127\.0\.0\.1:/m)
      expect(house.warnings.join('\n')).toMatch(/^api keys: /m)
    }
    expect(upstream.requestCount).toBe(before)
    // Nor does a third one start, and it does not say how it would have shown who it is.
    const third = openHouse({ issuer, upstream, config: { store: address } })
    const said = await third.then(
      () => 'started',
      (error: Error) => error.message,
    )
    expect(said).toMatch(/^store: PostgreSQL at `127\.0\.0\.1:\d+\/postgres`: /)

    await server.start()
    for (const house of houses) {
      await until(async () => (await chat(house, token)) === 200)
      await until(async () => (await byKey(house, made))['status'] === 200)
      expect(house.warnings).toContain('revocations: the store is back')
      const said = await until(async () => {
        const own = (await house.entries()).map((entry) => entry.own).filter((one) => one['check'] === 'revocations')
        return own.some((one) => one['store'] === 'back') && own
      })
      expect(said[0]).toMatchObject({ failure: 'closed', store: 'away' })
    }
    expect(await outcome(bound(other, held, used))).toEqual([401, 'invalid_dpop_proof'])
    const fresh = await nonceOf(other, held)
    expect(await outcome(bound(one, held, proofFor(held, fresh)))).toBe(200)
    await control(other, 'POST /revocations', { jti: String(decodeJwt(token).jti) })
    await until(async () => (await chat(one, token)) !== 200)
    expect(await chat(one, token)).toEqual([401, 'revoked_token'])
    expect([...one.warnings, ...other.warnings, said].join('\n')).not.toContain(password)
  })

  test('an empty database beside a log that has begun is not taken for the lost one unasked [replicas.lost]', async () => {
    const lone = await openHouse({ issuer, upstream, config: { store: address } })
    await lone.stop()
    await server.run('create database elsewhere')
    const moved = lone.configure({ store: address.replace(/postgres$/, 'elsewhere') })
    const parts = { env: {}, warn: () => undefined }
    await expect(run(moved, parts)).rejects.toThrow(
      /^audit: PostgreSQL at `127\.0\.0\.1:\d+\/elsewhere` holds nothing of this installation, though .*`ostiary audit recover`/,
    )
    // Nothing was made there either: a command is refused for the same reason.
    await expect(operate(moved, 'GET /keys', {})).rejects.toThrow('holds nothing of this installation')
    await (await run(lone.config, parts)).close()
    await makeLost(moved)
    await (await run(moved, parts)).close()
    await lone.close()
  })

  test('the configuration prints no password, and its digest knows none [replicas.password]', () => {
    const { config } = pair.one
    expect(JSON.stringify(config)).not.toContain(password)
    expect(config.store).toMatchObject({ kind: 'postgres', url: { kind: 'value' } })
  })
})
